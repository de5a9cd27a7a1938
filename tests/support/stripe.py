"""Stripe's events delivered to books in memory."""

import json
from datetime import UTC, datetime

from reprise.billing.events import read_event
from reprise.usecases.stripe.books import Books
from reprise.usecases.stripe.receive import receive

from ops.memory import memory_books, standing
from tests.support import files

__all__ = ["EVENTS", "NOW", "SHARED", "body", "books", "deliver", "second_event", "standing"]

EVENTS = files.EVENTS / "stripe_webhook"
SHARED = files.SHARED / "data" / "stripe"
NOW = datetime(2027, 1, 20, tzinfo=UTC)


def body(name: str) -> bytes:
    return (EVENTS / f"{name}.json").read_bytes()


def books() -> Books:
    return memory_books(livemode=True)


def deliver(to: Books, raw: bytes | str, now: datetime = NOW):
    """Deliver one event; a name is a file of ours. Returns what it did first."""
    raw = body(raw) if isinstance(raw, str) else raw
    return receive(to, raw, read_event(raw), now)[0]


def edited(name, change):
    """One of our events with its object changed, as another Event object."""
    event = json.loads(body(name))
    change(event["data"]["object"])
    event["id"] += "_edited"
    return json.dumps(event).encode()


def second_event(raw: bytes) -> bytes:
    """The same change as another Event object, as Stripe sometimes sends it."""
    event = json.loads(raw)
    event["id"] += "_again"
    return json.dumps(event).encode()
