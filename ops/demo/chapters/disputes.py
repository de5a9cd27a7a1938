"""Money goes back in part, a bank takes a payment back and loses; and a webhook never arrives.

The customers' clock is moved by Stripe's events, which only the local stack allows.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from ops.demo.outside import delivered, scheduled, stripe_refunds, stripe_tells
from ops.demo.samples import Customer
from ops.demo.stage import Stage

TITLE: Final = "A refund, a dispute that is won, and a payment that nobody told of"

_PACK: Final = 1000
_PLAN: Final = 500
_BOUGHT: Final = (
    *("subscription_created", "invoice_paid_create", "invoice_payment_paid_create"),
    "checkout_pack_paid",
)
_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)


def play(stage: Stage) -> None:
    """Tell of the one who disputes, then of the one whose pack did not come."""
    now = datetime.now(UTC).replace(microsecond=0)
    _disputing(stage, Customer("usr_gwen", "gwen@example.com", now - _MINUTE))
    _unheard_of(stage, Customer("usr_emil", "emil@example.com", now))


def _disputing(stage: Stage, gwen: Customer) -> None:
    stage.credits(gwen.began).register(
        gwen.account_id, email=gwen.email, locale="de-AT", country="AT"
    )
    stage.tell(f"Gwen pays for Pro, {_PLAN} credits a month, and buys a pack of {_PACK}")
    bought = [gwen.event(name) for name in _BOUGHT]
    stripe_tells(stage, *bought)
    soon = gwen.began + _MINUTE
    stage.expect("left", _left(stage, gwen, soon), {"subscription": _PLAN, "pack": _PACK})

    stage.tell("Support gives 4.00 of the 10.00 for her month back, in Stripe's dashboard")
    stripe_refunds(stage, bought[2]["data"]["object"]["payment"]["payment_intent"], 400)
    later = gwen.began + _DAY
    lots = {"subscription": _PLAN * 6 // 10, "pack": _PACK}
    stage.expect("left", _left(stage, gwen, later), lots)

    stage.tell("Her bank disputes the pack's payment, and takes the money")
    stripe_tells(stage, gwen.event("dispute_created"), gwen.event("dispute_funds_withdrawn"))
    disputed = gwen.began + 6 * _DAY
    stage.expect("left", _left(stage, gwen, disputed), {"subscription": lots["subscription"]})

    stage.tell("She cancels; the plan runs on to the end of the month that she paid")
    stripe_tells(stage, gwen.event("subscription_cancel_at_period_end"))
    benefits = stage.credits(gwen.began + 29 * _DAY).entitlements(gwen.account_id)
    stage.expect("plan, a day before its end", benefits.plan, "pro")
    stripe_tells(stage, gwen.event("subscription_deleted_at_period_end"))
    benefits = stage.credits(gwen.began + 31 * _DAY).entitlements(gwen.account_id)
    stage.expect("plan, a day after its end", benefits.plan, "free")

    stage.tell("The dispute is won, and the money comes back: so do the credits, all of them")
    stripe_tells(stage, gwen.event("dispute_won"), gwen.event("dispute_funds_reinstated"))
    won = gwen.began + 66 * _DAY
    stage.expect("left", _left(stage, gwen, won), lots)
    stage.close(gwen.account_id, sum(lots.values()), won)


def _unheard_of(stage: Stage, emil: Customer) -> None:
    stage.credits().register(emil.account_id, email=emil.email, locale="da-DK", country="DK")
    stage.tell(f"Emil pays for a pack of {_PACK} credits, and the webhook is never delivered")
    paid = emil.event("checkout_pack_paid")
    stripe_tells(stage, paid, deliver=False)
    stage.expect("balance", stage.credits().balance(emil.account_id).balance, 0)
    stage.tell("Ten minutes later the function that reads Stripe's own lists finds it")
    found = emil.began + 10 * _MINUTE
    scheduled(stage, "stripe_reconcile", "every_ten_minutes", found)
    stage.expect("balance", stage.credits(found).balance(emil.account_id).balance, _PACK)
    stage.tell("The webhook comes after all, and the function again: nothing moves")
    stage.info.stripe.tell("redeliver", event=paid["id"])
    delivered(stage)
    scheduled(stage, "stripe_reconcile", "every_ten_minutes", found + 10 * _MINUTE)
    stage.close(emil.account_id, _PACK, found + 20 * _MINUTE)


def _left(stage: Stage, customer: Customer, now: datetime) -> dict[str, int]:
    lots = stage.credits(now).balance(customer.account_id).lots
    return {str(lot.kind): lot.remaining for lot in lots}
