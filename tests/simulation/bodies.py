"""What the simulated Stripe and provider say: the sample events with other ids, amounts, times."""

import json
from copy import deepcopy
from functools import cache
from pathlib import Path

EVENTS = Path(__file__).parents[2] / "events" / "stripe_webhook"


@cache
def _sample(name):
    return json.loads((EVENTS / f"{name}.json").read_text())


def _event(sample, event_id, at, event_type=None):
    event = deepcopy(_sample(sample))
    event["id"], event["created"] = event_id, int(at.timestamp())
    event["type"] = event_type or event["type"]
    return event, event["data"]["object"]


def _raw(event):
    return json.dumps(event).encode()


def checkout(event_id, at, account, order, *, paid=True, kind="completed"):
    """A checkout of the 1,000-credit pack for 15.00."""
    event, session = _event("checkout_pack_paid", event_id, at, f"checkout.session.{kind}")
    session |= {
        "id": order,
        "created": int(at.timestamp()),
        "client_reference_id": account,
        "customer": f"cus_{account}",
        "payment_intent": f"pi_{order}",
        "payment_status": "paid" if paid else "unpaid",
    }
    session["metadata"]["user_id"] = account
    return _raw(event)


def invoice_paid(event_id, at, account, subscription, number, period):
    """A paid month of Pro: 500 credits for 10.00."""
    event, invoice = _event("invoice_paid_create", event_id, at)
    metadata = {"user_id": account, "plan": "pro"}
    start, end = (int(moment.timestamp()) for moment in period)
    invoice |= {
        "id": f"in_{subscription}_{number}",
        "number": f"{subscription.upper()}-{number:04d}",
        "billing_reason": "subscription_create" if number == 1 else "subscription_cycle",
        "created": start,
        "customer": f"cus_{account}",
    }
    invoice["status_transitions"]["paid_at"] = int(at.timestamp())
    invoice["parent"]["subscription_details"] |= {
        "subscription": subscription,
        "metadata": metadata,
    }
    line = invoice["lines"]["data"][0]
    line |= {
        "id": "il_1",
        "metadata": metadata,
        "period": {"start": start, "end": end},
        "invoice": invoice["id"],
    }
    line["parent"]["subscription_item_details"]["subscription"] = subscription
    return _raw(event)


def invoice_payment(event_id, at, subscription, number):
    event, payment = _event("invoice_payment_paid_create", event_id, at)
    invoice = f"in_{subscription}_{number}"
    payment |= {"id": f"inpay_{invoice}", "invoice": invoice}
    payment["payment"]["payment_intent"] = f"pi_{invoice}"
    return _raw(event)


def subscription(event_id, at, account, name, period, *, ended_at=None, kind="updated"):
    event, found = _event("subscription_created", event_id, at, f"customer.subscription.{kind}")
    start, end = (int(moment.timestamp()) for moment in period)
    found |= {
        "id": name,
        "customer": f"cus_{account}",
        "status": "canceled" if ended_at else "active",
        "ended_at": int(ended_at.timestamp()) if ended_at else None,
        "canceled_at": int(ended_at.timestamp()) if ended_at else None,
    }
    found["metadata"]["user_id"] = account
    found["items"]["data"][0] |= {"current_period_start": start, "current_period_end": end}
    return _raw(event)


def refund(event_id, at, payment, name, amount, status):
    kind = {"failed": "refund.failed", "pending": "refund.created"}.get(status, "refund.updated")
    event, found = _event("refund_succeeded", event_id, at, kind)
    found |= {
        "id": name,
        "amount": amount,
        "status": status,
        "payment_intent": payment,
        "charge": payment.replace("pi_", "ch_"),
    }
    return _raw(event)


def dispute(event_id, at, payment, name, amount, status, movements):
    """A dispute; movements are (id, signed cents, instant) in the settlement currency."""
    kind = "created" if status == "needs_response" else "closed"
    event, found = _event("dispute_funds_withdrawn", event_id, at, f"charge.dispute.{kind}")
    model = found["balance_transactions"][0]
    found |= {
        "id": name,
        "amount": amount,
        "status": status,
        "payment_intent": payment,
        "charge": payment.replace("pi_", "ch_"),
        "balance_transactions": [
            model | {"id": txn, "amount": moved, "created": int(when.timestamp()), "source": name}
            for txn, moved, when in movements
        ],
    }
    return _raw(event)


def _url(number):
    return f"https://cdn.music.example/t{number}.mp3"


def _track(number, url=None):
    url = _url(number) if url is None else url
    return {"id": f"t{number}", "audio_url": url, "title": "Harbour", "duration": 120.5}


def callback(task, outcome):
    """Kie's callback of a two-track generation that ended as the word says."""
    code, kind, data = {
        "delivered": (200, "complete", [_track(1), _track(2)]),
        "partial": (200, "complete", [_track(1), _track(2, "")]),
        "empty": (200, "complete", []),
        "failed": (501, "error", None),
        "first": (200, "first", [_track(1)]),
    }[outcome]
    return {
        "code": code,
        "msg": "as it is",
        "data": {"callbackType": kind, "task_id": task, "data": data},
    }


def poll(task, outcome):
    """Kie's record of the same."""
    status, tracks, code = {
        "delivered": ("SUCCESS", [1, 2], None),
        "partial": ("SUCCESS", [1], None),
        "empty": ("SUCCESS", [], None),
        "failed": ("GENERATE_AUDIO_FAILED", None, 400),
        "pending": ("PENDING", None, None),
    }[outcome]
    found = None
    if tracks is not None:
        urls = [{"id": f"t{n}", "audioUrl": _url(n)} for n in tracks]
        found = {"taskId": task, "sunoData": urls}
    return {
        "code": 200,
        "msg": "success",
        "data": {
            "taskId": task,
            "status": status,
            "response": found,
            "errorCode": code,
            "errorMessage": None,
        },
    }
