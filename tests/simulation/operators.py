"""What operators do: people's cases, an outage made good; each by hand, until it is done."""

from datetime import timedelta

from reprise.billing.outage import Severity
from reprise.cases.model import CaseState
from reprise.errors import BadInputError
from reprise.ports.brake import Word
from reprise.usecases.cases.operators import Operator, OperatorDesk, approve, deny

from tests.simulation.truth import DAY, HOUR, START

EVE, BOB = "arn:aws:sts::1:assumed-role/eve/cli", "arn:aws:sts::1:assumed-role/bob/cli"
LASTS = 30 * HOUR


def begin(world):
    """Look at people's cases twice a day; make one outage good if the world lasts long enough."""
    for half in range(1, 2 * (world.days + 190)):
        world.at(START + half * DAY / 2 + HOUR, at_the_desk, world)
    for number, is_held in enumerate((True, False)):
        world.at(START + 3 * DAY + (10 + 3 * number) * HOUR, hold, world, is_held)
    dice = world.faults.random
    if world.days >= 8:
        began = START + dice.randrange(2, world.days - 4) * DAY + dice.randrange(24) * HOUR
        world.at(began + LASTS + 2 * DAY, make_good, world, began)


def hold(world, is_held):
    """Hold all refunds for some hours, as somebody would who sees what they do not understand."""
    world.brake.say(Word(is_held, EVE, "something is odd", world.now))


def at_the_desk(world):
    """Decide the cases that wait for a person: grant what is proposed, or refuse."""
    dice = world.faults.random
    waiting = [one for one in world.cases.cases.values() if one.state is CaseState.PERSON]
    desk = OperatorDesk(world.cases, world.ledger_store, world.book)
    for case in waiting:
        by = [Operator(name, "looked at it", world.now) for name in (EVE, BOB)]
        try:
            if case.decision and case.decision.actions and case.account_id and dice.random() < 0.5:
                if approve(desk, case.case_id, by[0]).state is CaseState.PERSON:
                    approve(desk, case.case_id, by[1])
            else:
                deny(desk, case.case_id, by[0], "packs_final", silent=case.account_id is None)
        except BadInputError as error:
            world.violate(case.account_id or "nobody", f"operator on {case.case_id}: {error}")
    if waiting:
        world.schedules["case_actions"].wake()


def make_good(world, began):
    """Declare an outage, confirm it as somebody else, and let the credits be posted."""
    outages, window = world.deployed.outages, (began, began + LASTS)
    incident, _ = world.by_hand(
        lambda: outages.declare(
            window, Severity.MAJOR, ("music_simple",), actor=EVE, now=world.now
        ),
    )
    world.by_hand(lambda: outages.confirm(incident.incident_id, BOB, world.now))
    world.judge.outage(window, incident.incident_id)
    order = {"incident": incident.incident_id, "at": world.now.isoformat()}
    while world.invoke("outage_credits", order) is None:
        pass
    if world.faults.strikes("outage posted twice", 10):
        world.at(world.now + timedelta(minutes=20), world.invoke, "outage_credits", order)
