"""What the simulated Stripe says: the sample events with other ids, amounts and times."""

from copy import deepcopy
from functools import cache

from tests.simulation.truth import DAY, PACKS, PLANS
from tests.support.files import sample

PERIOD = 30 * DAY
PRICES = {"pro": ("price_1TFixProM", "pro_v3"), "premier": ("price_1TFixPremierM", "premier_v3")}


@cache
def _sample(name):
    return sample(f"stripe_webhook/{name}")


def _event(sample, event_id, at, event_type=None):
    event = deepcopy(_sample(sample))
    event["id"], event["created"] = event_id, seconds(at)
    event["type"] = event_type or event["type"]
    return event, event["data"]["object"]


def seconds(at):
    return int(at.timestamp())


def checkout(event_id, at, account, order, sku, *, paid=True, kind="completed", **more):
    """A checkout of a pack; `made` is when its session was, `country` where its buyer lives."""
    event, session = _event("checkout_pack_paid", event_id, at, f"checkout.session.{kind}")
    price = PACKS[sku][1]
    session |= {
        "id": order,
        "created": seconds(more.get("made", at)),
        "client_reference_id": account,
        "customer": f"cus_{account}",
        "payment_intent": None if kind == "expired" else payment_of(order),
        "payment_status": "paid" if paid else "unpaid",
        "status": "expired" if kind == "expired" else "complete",
        "amount_subtotal": price,
        "amount_total": price,
    }
    session["metadata"] |= {"user_id": account, "sku": sku}
    session["customer_details"]["address"]["country"] = more.get("country", "DE")
    return event


def payment_of(order):
    """The payment intent of a session or an invoice's line."""
    root = order.partition("/")[0]
    return "pi_3" + root.removeprefix("cs_live_a1").removeprefix("in_1")


def invoice_paid(
    event_id, at, account, subscription, invoice_id, plan, period, *, first=True, country="DE"
):
    """A paid month of a plan."""
    event, invoice = _event("invoice_paid_create", event_id, at)
    reason = "subscription_create" if first else "subscription_cycle"
    _invoice(invoice, at, account, subscription, invoice_id, reason, plan)
    invoice["customer_address"]["country"] = country
    price = PLANS[plan][1]
    invoice |= dict.fromkeys(("amount_due", "amount_paid", "subtotal", "total"), price)
    _line(invoice["lines"]["data"][0], "il_1", invoice_id, account, subscription, plan, period)
    invoice["lines"]["data"][0] |= {"amount": price, "subtotal": price}
    return event


def invoice_upgrade(event_id, at, account, subscription, invoice_id, rest, amounts):
    """The invoice of a change from Pro to Premier: one's rest back, the other's due."""
    event, invoice = _event("invoice_paid_update_proration", event_id, at)
    reason = "subscription_update"
    _invoice(invoice, at, account, subscription, invoice_id, reason, "premier")
    paid = sum(amounts)
    invoice |= dict.fromkeys(("amount_due", "amount_paid", "subtotal", "total"), paid)
    for number, (plan, amount) in enumerate(zip(PLANS, amounts, strict=True), 1):
        line = invoice["lines"]["data"][number - 1]
        _line(line, f"il_{number}", invoice_id, account, subscription, plan, rest)
        line |= {"amount": amount, "subtotal": amount}
    return event


def _invoice(invoice, at, account, subscription, invoice_id, reason, plan):
    invoice |= {
        "id": invoice_id,
        "number": invoice_id.upper().replace("_", "-"),
        "billing_reason": reason,
        "created": seconds(at),
        "customer": f"cus_{account}",
    }
    invoice["status_transitions"]["paid_at"] = seconds(at)
    invoice["parent"]["subscription_details"] |= {
        "subscription": subscription,
        "metadata": {"user_id": account, "plan": plan},
    }


def _line(line, name, invoice_id, account, subscription, plan, period):
    line |= {
        "id": name,
        "metadata": {"user_id": account, "plan": plan},
        "period": {"start": seconds(period[0]), "end": seconds(period[1])},
        "invoice": invoice_id,
    }
    line["parent"]["subscription_item_details"]["subscription"] = subscription
    line["pricing"]["price_details"]["price"] = PRICES[plan][0]


def invoice_payment(event_id, at, invoice_id, payment, amount):
    event, paid = _event("invoice_payment_paid_create", event_id, at)
    paid |= {"id": f"inpay_{invoice_id}", "invoice": invoice_id, "created": seconds(at)}
    paid |= {"amount_paid": amount, "amount_requested": amount}
    paid["payment"]["payment_intent"] = payment
    return event


def subscription(event_id, at, account, name, period, plan="pro", *, kind="updated", **changes):
    """A subscription as an event sees it; `ended_at` and `cancel_at` are instants."""
    event, found = _event("subscription_created", event_id, at, f"customer.subscription.{kind}")
    ended_at, cancel_at = changes.get("ended_at"), changes.get("cancel_at")
    found |= {
        "id": name,
        "customer": f"cus_{account}",
        "status": "canceled" if ended_at else "active",
        "ended_at": seconds(ended_at) if ended_at else None,
        "cancel_at": seconds(cancel_at) if cancel_at else None,
        "canceled_at": seconds(at) if ended_at or cancel_at else None,
    }
    found["metadata"] |= {"user_id": account, "plan": plan}
    item = found["items"]["data"][0]
    item |= {
        "current_period_start": seconds(period[0]),
        "current_period_end": seconds(period[1]),
    }
    price, lookup_key = PRICES[plan]
    item["price"] |= {"id": price, "lookup_key": lookup_key, "unit_amount": PLANS[plan][1]}
    return event


def refund(event_id, at, payment, name, amount, status, attempt=None):
    kind = {"failed": "refund.failed", "pending": "refund.created"}.get(status, "refund.updated")
    event, found = _event("refund_succeeded", event_id, at, kind)
    found |= {
        "id": name,
        "amount": amount,
        "status": status,
        "payment_intent": payment,
        "charge": payment.replace("pi_", "ch_"),
        "metadata": {"reprise_attempt": attempt} if attempt else {},
    }
    return event


def charge_refunded(event_id, at, payment, amount, refunded):
    event, charge = _event("charge_refunded", event_id, at)
    charge |= {
        "id": payment.replace("pi_", "ch_"),
        "payment_intent": payment,
        "amount": amount,
        "amount_captured": amount,
        "amount_refunded": refunded,
        "refunded": refunded >= amount,
    }
    return event


def dispute(event_id, at, payment, name, amount, status, movements, kind=None):
    """A dispute; movements are (id, signed cents, instant) in the settlement currency."""
    closed = {"won", "lost", "warning_closed", "prevented"}
    kind = kind or ("closed" if status in closed else "updated")
    event, found = _event("dispute_funds_withdrawn", event_id, at, f"charge.dispute.{kind}")
    model = found["balance_transactions"][0]
    found |= {
        "id": name,
        "amount": amount,
        "status": status,
        "payment_intent": payment,
        "charge": payment.replace("pi_", "ch_"),
        "balance_transactions": [
            model | {"id": txn, "amount": moved, "created": seconds(when), "source": name}
            for txn, moved, when in movements
        ],
    }
    return event


def warning(event_id, at, payment):
    """A card issuer's early fraud warning."""
    event, found = _event("fraud_warning", event_id, at)
    found |= {
        "id": f"issfr_{payment}",
        "charge": payment.replace("pi_", "ch_"),
        "payment_intent": payment,
        "created": seconds(at),
    }
    return event


def second_event(event):
    """The same change as another Event object, as Stripe sometimes sends it."""
    return event | {"id": event["id"] + "_again"}
