"""Who is due what for an outage, that two people must agree, and that nobody is served twice."""

from dataclasses import replace

import pytest
from reprise.billing.outage import IncidentState
from reprise.errors import BadInputError
from reprise.ledger.audit import audit
from reprise.ports.ledger import SHARDS, StoreBusyError, shard_of
from reprise.ports.stripe_discounts import MemoryDiscounts
from reprise.usecases.outage_credits import Remedy, confirmed, post_leg
from reprise.usecases.walk import Leg

from tests.support.ledger import DAY, Book, pack, refund
from tests.support.outages import (
    BOB,
    EVE,
    NOW,
    OPERATIONS,
    OUTAGE,
    PERIOD,
    START,
    declare,
    outages,
    pay,
    see,
    sighting,
    subscriber,
    subscribers,
)


def due(of, window=OUTAGE):
    """The preview's credits by account."""
    return {one.account_id: one.credits for one in declare(of, window, now=NOW + PERIOD)[1].samples}


def post(of, incident, now=NOW, may_go_on=lambda: True):
    legs = [
        post_leg(Remedy(of, MemoryDiscounts(), incident), Leg(shard), now, may_go_on)
        for shard in range(SHARDS)
    ]
    return sum(leg.counts.get("accounts", 0) for leg in legs)


def confirmed_incident(of):
    return of.confirm(declare(of)[0].incident_id, BOB, NOW)


def test_a_subscriber_is_due_the_affected_part_of_the_plan_rounded_up():
    of = outages()
    subscriber(of, "usr_1")
    incident, preview = declare(of)
    assert (preview.accounts, preview.credits) == (1, 50)  # 500 x 3 / 30
    assert preview.worth == {"usd": 100}  # 1000 for 500
    assert incident.expected_credits == 50


def test_paid_time_counts_and_status_does_not():
    """Cancelled at once before the outage, the period's rest is paid all the same."""
    of = outages()
    subscriber(of, "usr_gone")
    see(of, "usr_gone", sighting(2, START + DAY, status="canceled", ended_at=START + DAY))
    see(of, "usr_unpaid", sighting(status="past_due"))
    see(of, "usr_early", sighting(start=START - 40 * DAY))
    pay(of, "usr_early", START - 40 * DAY)
    assert due(of) == {"usr_gone": 50}


def test_an_outage_over_a_renewal_is_made_good_in_both_periods():
    of = outages()
    second = START + PERIOD
    window = (second - 2 * DAY, second + DAY)
    subscriber(of, "usr_1")
    see(of, "usr_1", sighting(2, second, second))
    assert due(of, window) == {"usr_1": 34}  # the renewal is not paid yet: 500 x 2 / 30
    of = outages()
    subscriber(of, "usr_1")
    see(of, "usr_1", sighting(2, second, second))
    pay(of, "usr_1", second, number=2)
    assert due(of, window) == {"usr_1": 34 + 17}


def test_an_upgrade_counts_from_when_it_was_made():
    of = outages()
    subscriber(of, "usr_before")
    see(of, "usr_before", sighting(2, OUTAGE[0] - DAY, plan="premier"))
    pay(of, "usr_before", credits=700, at=OUTAGE[0] - DAY, number=2)
    subscriber(of, "usr_after")
    see(of, "usr_after", sighting(2, OUTAGE[1] + DAY, plan="premier"))
    assert due(of) == {"usr_before": 200, "usr_after": 50}  # 2000 and 500 x 3 / 30


def test_a_yearly_period_is_prorated_from_what_it_granted():
    of = outages()
    year = START + 365 * DAY
    see(of, "usr_1", sighting(end=year))
    pay(of, "usr_1", credits=6000, end=year)
    assert due(of) == {"usr_1": 50}  # 6000 x 3 / 365, rounded up


def test_a_period_that_bought_time_alone_is_made_good_in_credits():
    """The remainder of a larger plan paid for it: no money says what its credits are worth."""
    of = outages()
    see(of, "usr_1", sighting())
    pay(of, "usr_1", credits=0)
    assert due(of) == {"usr_1": 50}


def test_a_refunded_period_is_due_nothing():
    of = outages()
    subscriber(of, "usr_1")
    order = of.ledger.store.orders_of("usr_1")[0]
    of.ledger.store.orders["usr_1", order.order_id] = replace(order, reversals=refund(1000))
    assert due(of) == {}


def test_a_change_of_the_billing_day_is_not_made_good_twice():
    """The old period ends where the new one begins, though it was paid for longer."""
    of = outages()
    middle = OUTAGE[0] + DAY
    subscriber(of, "usr_1")
    see(of, "usr_1", sighting(2, middle, start=middle))
    pay(of, "usr_1", middle, number=2)
    assert due(of) == {"usr_1": 17 + 34}  # one day of the old, two of the new


def test_two_subscriptions_of_an_account_are_one_gift():
    of = outages()
    subscriber(of, "usr_1")
    see(of, "usr_1", sighting(2, plan="premier"), sub="sub_2")
    pay(of, "usr_1", sub="sub_2", credits=2000)
    preview = declare(of)[1]
    assert (preview.accounts, preview.credits) == (1, 250)


@pytest.mark.parametrize(
    ("window", "operations", "message"),
    [
        ((OUTAGE[0], OUTAGE[0] + DAY / 2), OPERATIONS, "--to: must be 2026-10-12"),
        ((OUTAGE[1], OUTAGE[0]), OPERATIONS, "--to: must be"),
        ((OUTAGE[0], NOW + DAY), OPERATIONS, "--to: must not lie ahead"),
        (OUTAGE, ("karaoke",), "--operations: must be some of music_simple"),
        (OUTAGE, (), "--operations: must be some of"),
    ],
)
def test_what_is_no_material_outage_is_refused(window, operations, message):
    with pytest.raises(BadInputError, match=message):
        declare(outages(), window, operations=operations)


def test_the_same_outage_is_declared_once_and_no_part_of_it_again():
    of = outages()
    subscriber(of, "usr_1")
    incident, preview = declare(of)
    assert declare(of, actor=BOB) == (incident, preview)
    with pytest.raises(BadInputError, match=f"overlaps {incident.incident_id}"):
        declare(of, (OUTAGE[0] + DAY, OUTAGE[1]))
    assert declare(of, (OUTAGE[0] + DAY, OUTAGE[1]), operations=("lyrics",))[1].accounts == 1
    of.withdraw(incident.incident_id, EVE, NOW)
    assert declare(of, (OUTAGE[0] + DAY, OUTAGE[1]))[1].accounts == 1


def test_a_second_person_must_confirm():
    of = outages()
    incident, _ = declare(of)
    for same in (EVE, EVE.replace("eve", "Eve")):
        with pytest.raises(BadInputError, match="by somebody else than"):
            of.confirm(incident.incident_id, same, NOW)
    with pytest.raises(BadInputError, match="must be confirmed first"):
        confirmed(of, incident.incident_id)
    done = of.confirm(incident.incident_id, BOB, NOW)
    assert (done.state, done.decided_by) == (IncidentState.CONFIRMED, BOB)
    assert of.confirm(incident.incident_id, EVE, NOW + DAY) == done, "decided once"
    with pytest.raises(BadInputError, match="is confirmed"):
        of.withdraw(incident.incident_id, EVE, NOW)


def test_a_withdrawn_outage_is_not_confirmed_but_may_be_declared_again():
    of = outages()
    incident, _ = declare(of)
    of.withdraw(incident.incident_id, EVE, NOW)
    with pytest.raises(BadInputError, match="was withdrawn"):
        of.confirm(incident.incident_id, BOB, NOW)
    assert declare(of, actor=BOB)[0].state is IncidentState.DECLARED
    assert of.confirm(incident.incident_id, EVE, NOW).state is IncidentState.CONFIRMED


def test_an_unknown_incident_is_named():
    with pytest.raises(BadInputError, match="out-1 is not known"):
        outages().incident("out-1")


def test_each_account_is_served_once_however_often_it_is_visited():
    of = outages()
    accounts = subscribers(of, (f"usr_{number}" for number in range(40)))
    incident = confirmed_incident(of)
    assert [post(of, incident), post(of, incident, NOW + DAY)] == [40, 40]
    for account in map(of.ledger.account, accounts):
        gifts = [lot for lot in account.lots.values() if lot.kind == "goodwill"]
        assert [(lot.remaining, lot.expires_at) for lot in gifts] == [(50, NOW + 60 * DAY)]
        journal = list(of.ledger.store.journal(account.account_id))
        assert journal[-1].cause.ref == BOB
        assert audit(account.account_id, journal, account).clean
    counts = of.incidents.counts(incident.incident_id)
    assert sum(shard["credits"] for shard in counts.values() if shard) == 40 * 50


def test_what_was_given_stays_though_something_else_is_due_later():
    of = outages()
    subscribers(of, ("usr_1", "usr_2"))
    incident = confirmed_incident(of)
    post(of, incident)
    pay(of, "usr_1", credits=900, at=NOW, number=2)
    assert post(of, incident) == 2
    assert of.incidents.counts(incident.incident_id)[shard_of("usr_1")]["credits"] == 50


def test_a_leg_out_of_time_hands_over_and_counts_nothing_twice():
    of = outages()
    subscribers(of, [f"usr_{n}" for n in range(2000) if shard_of(f"usr_{n}") == 3][:110])
    incident = confirmed_incident(of)
    left = iter([True] * 105 + [False])
    first = post_leg(Remedy(of, MemoryDiscounts(), incident), Leg(3), NOW, lambda: next(left))
    assert (first.finished, first.counts["accounts"]) == (False, 100), "whole pages only"
    assert of.incidents.counts(incident.incident_id) == {}
    second = post_leg(
        Remedy(of, MemoryDiscounts(), incident), Leg.of(first.next()), NOW, lambda: True
    )
    assert (second.finished, second.counts) == (True, {"accounts": 110, "credits": 5500})
    assert of.incidents.counts(incident.incident_id)[3] == {"accounts": 110, "credits": 5500}


def test_an_account_in_trouble_keeps_its_shard_open_and_nobody_else_waits():
    of = outages()
    accounts = subscribers(of, [f"usr_{n}" for n in range(200) if shard_of(f"usr_{n}") == 3][:3])
    incident = confirmed_incident(of)
    commit = of.ledger.store.commit

    def stuck(decision):
        if decision.account.account_id == accounts[1]:
            raise StoreBusyError(accounts[1])
        commit(decision)

    of.ledger.store.commit = stuck
    leg = post_leg(Remedy(of, MemoryDiscounts(), incident), Leg(3), NOW, lambda: True)
    assert (len(leg.failed), leg.counts["accounts"]) == (1, 2)
    assert of.incidents.counts(incident.incident_id) == {}
    of.ledger.store.commit = commit
    assert (
        post_leg(Remedy(of, MemoryDiscounts(), incident), Leg(3), NOW, lambda: True).counts[
            "accounts"
        ]
        == 3
    )


def test_packs_alone_make_nobody_a_subscriber():
    of = outages()
    book = Book()
    book.grant(pack())
    of.ledger.store.heads["usr_1"] = book.account
    assert due(of) == {}


def test_of_two_that_were_declared_at_the_same_moment_one_is_made_good():
    of = outages()
    first, _ = declare(of)
    unseen = of.incidents.stored.pop(first.incident_id)
    second, _ = declare(of, (OUTAGE[0] + DAY, OUTAGE[1]))
    of.incidents.stored[first.incident_id] = unseen
    of.confirm(first.incident_id, BOB, NOW)
    with pytest.raises(BadInputError, match=f"overlaps {first.incident_id}"):
        of.confirm(second.incident_id, BOB, NOW)


def test_of_two_that_were_confirmed_at_the_same_moment_one_is_made_good():
    of = outages()
    first, second = (declare(of, (OUTAGE[0] + DAY, OUTAGE[1]))[0], declare(outages())[0])
    of.incidents.stored[second.incident_id] = second
    for incident, at in ((first, NOW + DAY), (second, NOW)):
        decided = replace(incident, state=IncidentState.CONFIRMED, decided_by=BOB, decided_at=at)
        of.incidents.stored[incident.incident_id] = decided
    assert confirmed(of, second.incident_id).decided_at == NOW
    with pytest.raises(BadInputError, match=f"overlaps {second.incident_id}"):
        confirmed(of, first.incident_id)
