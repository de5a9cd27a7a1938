"""Two days of outage: declared by one, confirmed by another, made good once for each subscriber."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from reprise.adapters.dynamodb.outages import DynamoOutageStore
from reprise.ports.ledger import SHARDS

from ops.cli.output import Exit
from ops.demo.operators import Operator
from ops.demo.outside import joins, stripe_tells
from ops.demo.samples import Customer
from ops.demo.stage import Stage

TITLE: Final = "An outage of two days is made good, once, for whoever subscribed then"

_DAY: Final = timedelta(days=1)
_PLAN: Final = 500
_SUBSCRIBED: Final = ("subscription_created", "invoice_paid_create")
_WHOLE: Final = 34
"""500 credits for 30 days; two of them are 33.3, rounded up."""
_HALF: Final = 17
_NAMES: Final = ("ali", "bea", "cem", "dag", "eli", "fay", "gus", "hal", "ida", "jan", "kay")


def play(stage: Stage) -> None:
    """Subscribe eleven before, one in the middle and one after; declare, confirm, report."""
    now = datetime.now(UTC).replace(microsecond=0, second=0)
    began, ended = now - 5 * _DAY, now - 3 * _DAY
    whole = [Customer(f"usr_{name}", now - 20 * _DAY) for name in _NAMES]
    middle = Customer("usr_lou", began + _DAY)
    later = Customer("usr_zoe", now - _DAY)
    stage.tell(f"{len(whole)} people pay for Pro; Lou joins half-way through the outage")
    for customer in (*whole, middle, later):
        joins(stage, customer)
        stripe_tells(stage, *(customer.event(name) for name in _SUBSCRIBED))
    stage.tell("Ali cancels right after it, at once; Zoe joins when it is long over")
    stripe_tells(stage, _ended(whole[0], ended + timedelta(hours=1)))

    window = (f"{began:%Y-%m-%dT%H:%M}Z", f"{ended:%Y-%m-%dT%H:%M}Z")
    ann, bob = (Operator.of(name, stage) for name in ("ann", "bob"))
    wanted = len(whole) * _WHOLE + _HALF
    incident = _declared(stage, ann, window, (len(whole) + 1, wanted))

    stage.tell("She may not confirm it herself; somebody else does, twice")
    ann.runs("outage", "confirm", incident, code=Exit.BAD_INPUT)
    for _ in range(2):
        bob.runs("outage", "confirm", incident)
    incidents = DynamoOutageStore(stage.client("dynamodb"), stage.info.ledger_table)
    stage.wait("every shard is served", lambda: len(incidents.counts(incident)) == SHARDS)
    stage.wait("the queue is empty", lambda: stage.drained("OutageCreditsQueue"))
    bob.runs("outage", "report", incident)
    report = bob.reads("outage", "report", incident)
    stage.expect("posted", report["posted"]["credits"], wanted)

    held = {one.account_id: _balance(stage, one) for one in (*whole, middle, later)}
    expected = {one.account_id: _PLAN + _WHOLE for one in whole}
    expected |= {middle.account_id: _PLAN + _HALF, later.account_id: _PLAN}
    wrong = {name: found for name, found in held.items() if found != expected[name]}
    stage.expect(f"balances that are not as they should be, of {len(held)}", wrong, {})
    stage.close(whole[0].account_id, _PLAN + _WHOLE)
    stage.close(middle.account_id, _PLAN + _HALF)
    stage.close(later.account_id, _PLAN)


def _declared(stage: Stage, by: Operator, window: tuple[str, str], wanted: tuple[int, int]) -> str:
    """Declare the outage, check its preview, and return its id."""
    stage.tell("An operator declares it, and sees what it would give to whom")
    command = (
        *("outage", "declare", "--from", window[0], "--to", window[1]),
        *("--severity", "critical", "--operations", "music_simple,music_custom"),
    )
    by.runs(*command)
    told = by.reads(*command)  # declared twice, it is the same
    preview = told["preview"]
    found = (preview["accounts"], preview["credits"])
    stage.expect("subscribers and credits of the preview", found, wanted)
    stage.expect("samples", len(preview["samples"]), 10)
    return str(told["id"])


def _ended(customer: Customer, at: datetime) -> dict[str, Any]:
    """Return the event of a subscription that ends at once."""
    event = customer.event("subscription_deleted_at_once")
    second = int(at.timestamp())
    event["created"] = second
    event["data"]["object"] |= {"canceled_at": second, "ended_at": second}
    return event


def _balance(stage: Stage, customer: Customer) -> int:
    return stage.credits().balance(customer.account_id).balance
