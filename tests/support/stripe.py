"""Stripe's events delivered to books in memory."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from reprise.billing.events import Expected, read_event
from reprise.canonical import canonical_json
from reprise.catalogue.reading import example_catalogue
from reprise.composition import rules_at
from reprise.ledger.account import sections_of
from reprise.policy.book import packaged_book
from reprise.ports.desk_memory import MemoryParkingLot
from reprise.ports.ledger_memory import MemoryLedgerStore
from reprise.ports.mirror import MemoryMirrorStore
from reprise.usecases.ledger import Ledger
from reprise.usecases.stripe.books import Books
from reprise.usecases.stripe.receive import receive

EVENTS = Path(__file__).parents[2] / "events" / "stripe_webhook"
SHARED = Path(__file__).parents[3] / "shared" / "data" / "stripe"
NOW = datetime(2027, 1, 20, tzinfo=UTC)


def body(name: str) -> bytes:
    return (EVENTS / f"{name}.json").read_bytes()


def books() -> Books:
    book = packaged_book()
    return Books(
        ledger=Ledger(MemoryLedgerStore(), rules_at(book), pause=lambda _: None),
        mirrors=MemoryMirrorStore(),
        parking=MemoryParkingLot(),
        catalogue=example_catalogue(),
        policy=book,
        expected=Expected(livemode=True),
    )


def deliver(to: Books, raw: bytes | str, now: datetime = NOW):
    """Deliver one event; a name is a file of ours. Returns what it did first."""
    raw = body(raw) if isinstance(raw, str) else raw
    return receive(to, raw, read_event(raw), now)[0]


def second_event(raw: bytes) -> bytes:
    """The same change as another Event object, as Stripe sometimes sends it."""
    event = json.loads(raw)
    event["id"] += "_again"
    return json.dumps(event).encode()


def standing(of: Books, account_id: str) -> str:
    """An account as it stands, without what the order of arrival may change."""
    account = of.ledger.store.read(account_id).account
    if account is None:
        return "no account"
    early = datetime(2020, 1, 1, tzinfo=UTC)
    lots = {key: replace(lot, granted_at=early) for key, lot in account.lots.items()}
    freezes = {key: replace(freeze, since=early) for key, freeze in account.freezes.items()}
    sections = sections_of(replace(account, lots=lots, freezes=freezes))
    left = {key: lot.remaining for key, lot in lots.items()}
    orders = sorted(
        (order.order_id, order.status.value, canonical_json(order.reversals.state()))
        for order in of.ledger.store.orders_of(account_id)
    )
    mirrors = [
        (mirror.subscription_id, mirror.current.status)
        for mirror in of.mirrors.mirrors_of(account_id)
    ]
    return json.dumps([sections, left, orders, sorted(mirrors)], sort_keys=True)
