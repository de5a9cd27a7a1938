"""Books in memory: to try out what events would do, without AWS and without leaving a trace."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from reprise.billing.events import Expected
from reprise.canonical import canonical_json
from reprise.catalogue.reading import example_catalogue
from reprise.composition import rules_at
from reprise.ledger.account import sections_of
from reprise.ledger.resting import awake
from reprise.policy.book import packaged_book
from reprise.ports.ledger_memory import MemoryLedgerStore
from reprise.ports.mirror import MemoryMirrorStore
from reprise.ports.parking import MemoryParkingLot
from reprise.usecases.ledger import Ledger
from reprise.usecases.stripe.books import Books

_NO_TIME: Final = datetime(2020, 1, 1, tzinfo=UTC)


def memory_books(*, livemode: bool) -> Books:
    """Return empty books under the packaged policy book and catalogue."""
    book = packaged_book()
    return Books(
        ledger=Ledger(MemoryLedgerStore(), rules_at(book), pause=lambda _: None),
        mirrors=MemoryMirrorStore(),
        parking=MemoryParkingLot(),
        catalogue=example_catalogue(),
        policy=book,
        expected=Expected(livemode=livemode),
        wake=lambda _case_ids, _now: None,
    )


def standing(of: Books, account_id: str) -> str:
    """Return an account as it stands, without what the order of arrival may change.

    Sequence, hash and the times at which things were noted are left out; all that anybody could
    spend, owe or be entitled to is in it.
    """
    account = of.ledger.store.read(account_id).account
    if account is None:
        return "no account"
    orders_of = of.ledger.store.orders_of(account_id)
    account = awake(account, ((order.order_id, order.rest) for order in orders_of))
    lots = {key: replace(lot, granted_at=_NO_TIME) for key, lot in account.lots.items()}
    freezes = {key: replace(freeze, since=_NO_TIME) for key, freeze in account.freezes.items()}
    sections = sections_of(replace(account, lots=lots, freezes=freezes))
    left = {key: lot.remaining for key, lot in lots.items()}
    orders = sorted(
        (order.order_id, order.status.value, canonical_json(order.reversals.state()))
        for order in orders_of
    )
    mirrors = [
        (mirror.subscription_id, mirror.current.status)
        for mirror in of.mirrors.mirrors_of(account_id)
    ]
    return json.dumps([sections, left, orders, sorted(mirrors)], sort_keys=True)
