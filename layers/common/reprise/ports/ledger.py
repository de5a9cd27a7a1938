"""The ledger's store, as use cases see it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from reprise.canonical import digest
from reprise.errors import PermanentError, RepriseError, TransientError
from reprise.ledger.account import Account
from reprise.ledger.draft import Decision
from reprise.ledger.entries import Entry
from reprise.ledger.orders import Order

SHARDS = 16
"""Partitions of each index, so that no index partition holds every account."""

PAGE_MAX = 100
"""Items of one page, at most."""


class HeadMovedError(RepriseError):
    """Somebody else wrote the account first: read again and decide again."""


class EntryExistsError(RepriseError):
    """An entry with this business key is already there."""


class StoreBusyError(TransientError):
    """Throttled or in conflict; the same write may succeed in a moment."""


class AliasConflictError(PermanentError):
    """An id that points at one order was claimed for another; the first stands."""


class Due(StrEnum):
    """What the sparse indexes find."""

    EXPIRY = "expiry"
    CHARGE = "charges"


@dataclass(frozen=True, slots=True)
class Read:
    """What one consistent read brought.

    Args:
        account: the head, or None if the account has none.
        entries: those of the asked keys that exist.
        orders: those of the asked orders that exist.
    """

    account: Account | None
    entries: Mapping[str, Entry] = field(default_factory=dict)
    orders: Mapping[str, Order] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alias:
    """Where an id of Stripe points: to an account, and to an order if it has one."""

    account_id: str
    order_id: str | None = None


@dataclass(frozen=True, slots=True)
class Page[T]:
    """Some of a list; `cursor` asks for the next page, None if this is the last."""

    items: tuple[T, ...]
    cursor: str | None


def every[T](page_of: Callable[[str | None], Page[T]]) -> Iterator[T]:
    """Yield the items of all pages, in order; a page is asked for when it is needed.

    Args:
        page_of: returns the page of a cursor; of None, the first.
    """
    cursor: str | None = None
    while True:
        page = page_of(cursor)
        yield from page.items
        cursor = page.cursor
        if cursor is None:
            return


class LedgerStore(Protocol):
    """Accounts with their journals and orders, and the indexes over them."""

    def read(self, account_id: str, keys: Iterable[str] = (), orders: Iterable[str] = ()) -> Read:
        """Return the head and whichever of the entries and orders exist, consistently."""

    def commit(self, decision: Decision) -> None:
        """Write head, entry and orders, all or nothing.

        Raises:
            EntryExistsError: the key was written before.
            HeadMovedError: head or order are not what was read.
            StoreBusyError: throttled or in conflict; nothing was written.
        """

    def save_tasks(self, before: Account, after: Account) -> None:
        """Write the head's tasks, which no entry records.

        Raises:
            HeadMovedError: the head is not what was read.
        """

    def history(self, account_id: str, limit: int, cursor: str | None = None) -> Page[Entry]:
        """Return entries, newest first."""

    def journal(self, account_id: str) -> Iterator[Entry]:
        """Return every entry in order, read consistently; for audits."""

    def orders_of(self, account_id: str, prefix: str = "") -> list[Order]:
        """Return the orders of an account, or those under one payment, read consistently."""

    def put_alias(self, alias: str, target: Alias) -> None:
        """Point an id at an account and order; again with the same target is fine.

        Raises:
            AliasConflictError: it points elsewhere already.
        """

    def find_alias(self, alias: str) -> Alias | None:
        """Return where an id points."""

    def note_payment(self, root: str, payment: str, amount: int) -> Mapping[str, int]:
        """Note what a payment paid of a session or invoice; return all that is noted of it.

        Args:
            root: the checkout session or invoice.
            payment: Stripe's id of the payment; noted again, it is the same one.
            amount: in minor units.
        """

    def due(
        self, what: Due, shard: int, before: datetime, limit: int, cursor: str | None = None
    ) -> Page[str]:
        """Return accounts of a shard with work due at or before an instant, soonest first."""


def shard_of(account_id: str) -> int:
    """Return the index shard of an account."""
    return int(digest(account_id)[:8], 16) % SHARDS
