"""What each change of an account costs DynamoDB, beside the least and beside the common pattern.

The account is an ordinary one, with ids as long as Stripe's and the product's are: a plan, then a
pack. No other charge is open, which costs the index of open charges the most. The floor writes the
same bytes blindly: the recorded writes once more, to a table in the same state, with nothing read.
The common pattern (tests/bench/common_pattern.py) is given the same events.
"""

from dataclasses import asdict, astuple, fields

from reprise.ledger.charges import Outcome, Task
from reprise.ledger.commands import (
    ChargeGeneration,
    EndSubscription,
    ExpireLot,
    GrantOrder,
    ReverseOrder,
    SettleCharge,
)
from reprise.usecases.ledger import Effect
from rich.table import Table

from tests.bench.common_pattern import CommonPattern, make_tables
from tests.bench.meter import Cost, Meter
from tests.support.ledger import CAUSE, DAY, MINUTE, T0, pack, refund, renewal

ACCOUNT = "usr_5f2b7c1d-9a34-4e0e-8f11-6d2c94b7aa01"
SESSION = "cs_live_a1" + "B2c3D4e5" * 7
INVOICE_LINE = "in_1Qx2Yz3AbC4dEf5GhI6jKl7M/il_1Qx2Yz3AbC4dEf5GhI6jKl7M"
SUBSCRIPTION = "sub_1Qx2Yz3AbC4dEf5GhI6jKl7M"
GENERATION = "gen_0191f3e2-77aa-7bbc-9d10-a1b2c3d4e5f6"
TASK = "5c79be8e5a1b4c2d9e7f1a2b3c4d5e6f"
FACTS = {"country": "DE", "payment_intent": "pi_3Qx2Yz3AbC4dEf5GhI6jKl7M"}
GRANT = GrantOrder(pack(SESSION, facts=FACTS), CAUSE)
CHARGE = ChargeGeneration(GENERATION, "music_simple", 10, CAUSE)
REFUND = SettleCharge(
    GENERATION,
    Outcome.FAILED,
    CAUSE,
    details={"provider": "kie", "code": "451", "reason": "the provider reported a failure"},
)
REVERSAL = ReverseOrder(SESSION, 1, refund(500, refund_id="re_3Qx2Yz3AbC4dEf5GhI6jKl7M"), CAUSE)
LATER = T0 + 100 * DAY
"""After the leftover of the plan has expired."""
COMMON = {
    "grant": {"credits": 100, "why": SESSION},
    "charge": {"credits": -10, "why": GENERATION},
    "attach": {"why": GENERATION, "task": TASK},
    "refund": {"credits": 10, "why": GENERATION},
    "reversal": {"credits": -50, "why": SESSION},
    "expiry": {"credits": -500, "why": INVOICE_LINE},
}


def measure(bench):
    """Return the cost of each kind of change: as it is, at the least, and as commonly done."""
    ours, writes = _ours(bench)
    costs = {"": ours, "floor_": _floor(bench, writes), "common_": _common(bench)}
    return {
        f"{way}{name}": asdict(cost) for way, found in costs.items() for name, cost in found.items()
    }


def _ours(bench):
    """Return the costs, and every write in order: of which operation, and what was sent."""
    client = bench.client()
    ledger = bench.ledger(client, bench.table())
    meter = Meter(client)
    costs, writes = {}, []

    def done(name):
        writes.extend((name, *write) for write in meter.writes)
        costs[name] = meter.lap()

    def run(name, command, now=T0 + MINUTE, expected=Effect.APPLIED):
        effect = ledger.run(ACCOUNT, command, now, may_open=True).effect
        assert effect is expected, (name, effect)
        done(name)

    plan = renewal(INVOICE_LINE, SUBSCRIPTION, end=T0 + 30 * DAY)
    run("plan", GrantOrder(plan, CAUSE), T0)
    run("grant", GRANT)
    run("charge", CHARGE)
    ledger.attach_task(ACCOUNT, GENERATION, Task("kie", TASK, T0 + MINUTE))
    done("attach")
    run("refund", REFUND)
    run("reversal", REVERSAL)
    run("end", EndSubscription(SUBSCRIPTION, T0 + 30 * DAY, CAUSE), T0 + 30 * DAY)
    lot = ledger.account(ACCOUNT).lots[INVOICE_LINE]
    meter.lap()
    run("expiry", ExpireLot(lot.lot_id, lot.expires_at, CAUSE), LATER)
    for command in (GRANT, CHARGE, REFUND):
        run(f"replay of {command.key}", command, LATER, Effect.REPLAYED)
    replays = [costs.pop(name) for name in list(costs) if name.startswith("replay")]
    del costs["plan"], costs["end"]
    return costs | {"replay": _dearest(replays)}, writes


def _floor(bench, writes):
    """Send the recorded writes once more, to a table of their own."""
    client, table = bench.client(), bench.table()
    meter = Meter(client)
    costs = {}
    for name, operation, asked in writes:
        if operation == "TransactWriteItems":
            items = [
                {kind: part | {"TableName": table} for kind, part in item.items()}
                for item in asked["TransactItems"]
            ]
            client.transact_write_items(TransactItems=items)
        else:
            client.update_item(**asked | {"TableName": table})
        costs[name] = meter.lap()
    del costs["plan"], costs["end"]
    return costs | {"replay": Cost()}


def _common(bench):
    client = bench.client()
    pattern = CommonPattern(client, *make_tables(client, "common"))
    pattern.deliver({"id": "evt_plan", "account": ACCOUNT, "credits": 500, "why": INVOICE_LINE})
    meter = Meter(client)
    costs = {}
    events = {name: {"id": f"evt_{name}", "account": ACCOUNT, **e} for name, e in COMMON.items()}
    for name, event in events.items():
        pattern.deliver(event)
        costs[name] = meter.lap()
    replays = []
    for name in ("grant", "charge", "refund"):
        pattern.deliver(events[name])
        replays.append(meter.lap())
    return costs | {"replay": _dearest(replays)}


def _dearest(costs) -> Cost:
    return Cost(*map(max, zip(*map(astuple, costs), strict=True)))


def tables(figures):
    """Show the costs side by side."""
    ways = {"": "Reprise", "floor_": "floor", "common_": "common"}
    names = [field.name for field in fields(Cost)]
    title = (
        "One change of an account; floor: its bytes written blindly; common: see common_pattern.py"
    )
    shown_names = (name.replace("_", " ") for name in names)
    table = Table("", "", *shown_names, title=title, title_justify="left")
    for kind in (*COMMON, "replay"):
        for way, shown in ways.items():
            cost = figures[f"{way}{kind}"]
            table.add_row("" if way else kind, shown, *(f"{cost[name]:g}" for name in names))
    return [table]
