"""What one grant, charge, refund and replay cost DynamoDB: trips, items, capacity units.

The account is an ordinary one, with ids as long as Stripe's and the product's are: a plan, then a
pack. No other charge is open, which costs the index of open charges the most.
"""

from dataclasses import asdict, astuple, fields

from reprise.ledger.charges import Outcome
from reprise.ledger.commands import ChargeGeneration, GrantOrder, SettleCharge
from reprise.usecases.ledger import Effect
from rich.table import Table

from tests.bench.meter import Cost, Meter
from tests.support.ledger import CAUSE, DAY, MINUTE, T0, pack, renewal

ACCOUNT = "usr_5f2b7c1d-9a34-4e0e-8f11-6d2c94b7aa01"
SESSION = "cs_live_a1" + "B2c3D4e5" * 7
INVOICE_LINE = "in_1Qx2Yz3AbC4dEf5GhI6jKl7M/il_1Qx2Yz3AbC4dEf5GhI6jKl7M"
GENERATION = "gen_0191f3e2-77aa-7bbc-9d10-a1b2c3d4e5f6"
FACTS = {"country": "DE", "payment_intent": "pi_3Qx2Yz3AbC4dEf5GhI6jKl7M"}


def measure(bench):
    """Return the cost of each kind of change, and of the dearest replay."""
    client = bench.client()
    ledger = bench.ledger(client, bench.table())
    meter = Meter(client)

    def cost_of(command, now, expected=Effect.APPLIED) -> Cost:
        meter.lap()
        done = ledger.run(ACCOUNT, command, now, may_open=True)
        assert done.effect is expected, done
        return meter.lap()

    plan = renewal(INVOICE_LINE, "sub_1Qx2Yz3AbC4dEf5GhI6jKl7M", end=T0 + 30 * DAY)
    ledger.run(ACCOUNT, GrantOrder(plan, CAUSE), T0, may_open=True)
    grant = GrantOrder(pack(SESSION, facts=FACTS), CAUSE)
    charge = ChargeGeneration(GENERATION, "music_simple", 10, CAUSE)
    refund = SettleCharge(
        GENERATION,
        Outcome.FAILED,
        CAUSE,
        details={"provider": "kie", "code": "451", "reason": "the provider reported a failure"},
    )
    steps = {"grant": grant, "charge": charge, "refund": refund}
    costs = {name: cost_of(command, T0 + MINUTE) for name, command in steps.items()}
    replays = [cost_of(command, T0 + DAY, Effect.REPLAYED) for command in steps.values()]
    costs["replay"] = Cost(*map(max, zip(*map(astuple, replays), strict=True)))
    return {name: asdict(cost) for name, cost in costs.items()}


def tables(figures):
    """Show the costs side by side."""
    names = [field.name for field in fields(Cost)]
    table = Table("", *names, title="One change of an account", title_justify="left")
    for kind, cost in figures.items():
        table.add_row(kind, *(f"{cost[name]:g}" for name in names))
    return [table]
