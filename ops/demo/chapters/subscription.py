"""A subscription's whole life: money back in part, a cancellation, a dispute that is won.

The customer's clock is moved by Stripe's events, which only the local stack allows.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from ops.demo.outside import joins, stripe_refunds, stripe_tells
from ops.demo.samples import Customer
from ops.demo.stage import Stage

TITLE: Final = "A subscription: a refund in part, a cancellation, a dispute that is won"

_PACK: Final = 1000
_PLAN: Final = 500
_BOUGHT: Final = ("subscription_created", "invoice_paid_create", "invoice_payment_paid_create")
_RIGHTS: Final = ("commercial_rights", "wav_midi_export", "priority_queue")
_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)
_PERIOD: Final = 30 * _DAY
_LEFTOVER: Final = 60 * _DAY


def play(stage: Stage) -> None:
    """Pay, get some of it back, be disputed, cancel, win."""
    began = datetime.now(UTC).replace(microsecond=0) - _MINUTE
    gwen = Customer("usr_gwen", began, "de-AT", "AT")
    joins(stage, gwen)
    stage.tell(f"Gwen pays for Pro, {_PLAN} credits a month, and buys a pack of {_PACK}")
    bought = [*(gwen.event(name) for name in _BOUGHT), gwen.pack()]
    stripe_tells(stage, *bought)
    stage.expect("left", _left(stage, gwen, 0), {"subscription": _PLAN, "pack": _PACK})

    stage.tell("Support gives 4.00 of the 10.00 for her month back, in Stripe's dashboard")
    stripe_refunds(stage, bought[2]["data"]["object"]["payment"]["payment_intent"], 400)
    lots = {"subscription": _PLAN * 6 // 10, "pack": _PACK}
    stage.expect("left", _left(stage, gwen, 1), lots)

    stage.tell("Her bank disputes the pack's payment, and takes the money")
    stripe_tells(stage, gwen.event("dispute_created"), gwen.event("dispute_funds_withdrawn"))
    stage.expect("left", _left(stage, gwen, 6), {"subscription": lots["subscription"]})

    _cancels(stage, gwen)

    stage.tell("The dispute is won, and the money comes back: so do the credits, all of them")
    stripe_tells(stage, gwen.event("dispute_won"), gwen.event("dispute_funds_reinstated"))
    stage.expect("left", _left(stage, gwen, 66), lots)
    stage.close(gwen.account_id, sum(lots.values()), began + 66 * _DAY)


def _cancels(stage: Stage, gwen: Customer) -> None:
    """Cancel on the eighth day: benefits last as long as was paid, leftovers sixty days more."""
    stage.tell("She cancels on the eighth day; she has paid for thirty")
    stripe_tells(stage, gwen.event("subscription_cancel_at_period_end"))
    benefits = stage.credits(gwen.began + 29 * _DAY).entitlements(gwen.account_id)
    kept = [name for name in _RIGHTS if getattr(benefits, name)]
    stage.expect("on the 29th day", [benefits.plan, *kept], ["pro", *_RIGHTS])
    stripe_tells(stage, gwen.event("subscription_deleted_at_period_end"))
    after = stage.credits(gwen.began + 31 * _DAY)
    stage.expect("on the 31st day", after.entitlements(gwen.account_id).plan, "free")
    expires = [
        lot.expires_at
        for lot in after.balance(gwen.account_id).lots
        if lot.kind.value == "subscription"
    ]
    days = [(at - gwen.began - _PERIOD).days for at in expires if at is not None]
    stage.expect("days that her leftovers have from there", days, [_LEFTOVER.days])


def _left(stage: Stage, customer: Customer, day: int) -> dict[str, int]:
    at = customer.began + day * _DAY + _MINUTE
    lots = stage.credits(at).balance(customer.account_id).lots
    return {lot.kind.value: lot.remaining for lot in lots}
