"""The in-memory ledger store: for tests, and for trying things without AWS."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from threading import Lock
from typing import override

from reprise.ledger.account import Account
from reprise.ledger.draft import Decision
from reprise.ledger.entries import Entry
from reprise.ledger.instants import to_ms
from reprise.ledger.orders import Order
from reprise.ports.ledger import (
    Alias,
    AliasConflictError,
    Due,
    EntryExistsError,
    HeadMovedError,
    LedgerStore,
    Page,
    Read,
    shard_of,
)


class MemoryLedgerStore(LedgerStore):
    """A `LedgerStore` in dictionaries, with the same promises."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.heads: dict[str, Account] = {}
        self.entries: dict[tuple[str, str], Entry] = {}
        self.orders: dict[tuple[str, str], Order] = {}
        self.aliases: dict[str, Alias] = {}
        self.payments: dict[str, dict[str, int]] = {}

    @override
    def read(self, account_id: str, keys: Iterable[str] = (), orders: Iterable[str] = ()) -> Read:
        with self._lock:
            entries = {key: self.entries.get((account_id, key)) for key in keys}
            found = {key: self.orders.get((account_id, key)) for key in orders}
            return Read(
                account=self.heads.get(account_id),
                entries={key: entry for key, entry in entries.items() if entry},
                orders={key: order for key, order in found.items() if order},
            )

    @override
    def commit(self, decision: Decision) -> None:
        account_id, key = decision.account.account_id, decision.entry.key
        with self._lock:
            if (account_id, key) in self.entries:
                raise EntryExistsError(key)
            self._check_version(decision.before)
            for order in decision.orders:
                stored = self.orders.get((account_id, order.order_id))
                if order.version != (stored.version if stored else 0) + 1:
                    raise HeadMovedError(order.order_id)
            self.heads[account_id] = decision.account
            self.entries[account_id, key] = decision.entry
            for order in decision.orders:
                self.orders[account_id, order.order_id] = order

    @override
    def save_tasks(self, before: Account, after: Account) -> None:
        with self._lock:
            self._check_version(before)
            self.heads[after.account_id] = replace(before, tasks=after.tasks, version=after.version)

    @override
    def history(self, account_id: str, limit: int, cursor: str | None = None) -> Page[Entry]:
        below = int(cursor) if cursor else 1 << 62
        entries = [entry for entry in reversed(self._entries(account_id)) if entry.seq < below]
        more = len(entries) > limit
        page = tuple(entries[:limit])
        return Page(page, str(page[-1].seq) if more else None)

    @override
    def journal(self, account_id: str) -> Iterator[Entry]:
        yield from self._entries(account_id)

    @override
    def orders_of(self, account_id: str, prefix: str = "") -> list[Order]:
        with self._lock:
            return [
                order
                for (owner, order_id), order in self.orders.items()
                if owner == account_id and order_id.startswith(prefix)
            ]

    @override
    def put_alias(self, alias: str, target: Alias) -> None:
        with self._lock:
            if self.aliases.setdefault(alias, target) != target:
                raise AliasConflictError(f"{alias}: already points at another order")

    @override
    def find_alias(self, alias: str) -> Alias | None:
        with self._lock:
            return self.aliases.get(alias)

    @override
    def note_payment(self, root: str, payment: str, amount: int) -> Mapping[str, int]:
        with self._lock:
            noted = self.payments.setdefault(root, {})
            noted[payment] = amount
            return dict(noted)

    @override
    def due(
        self, what: Due, shard: int, before: datetime, limit: int, cursor: str | None = None
    ) -> Page[str]:
        with self._lock:
            heads = [head for head in self.heads.values() if shard_of(head.account_id) == shard]
        times = [
            (head.next_due if what is Due.EXPIRY else head.oldest_charge, head.account_id)
            for head in heads
        ]
        # A cursor names the last one seen: what is done meanwhile leaves the list.
        found = sorted(f"{to_ms(at):015} {who}" for at, who in times if at and at <= before)
        rest = [key for key in found if cursor is None or key > cursor]
        page = tuple(key.partition(" ")[2] for key in rest[:limit])
        return Page(page, rest[limit - 1] if len(rest) > limit else None)

    def _entries(self, account_id: str) -> list[Entry]:
        with self._lock:
            own = [entry for (owner, _), entry in self.entries.items() if owner == account_id]
        return sorted(own, key=lambda entry: entry.seq)

    def _check_version(self, before: Account) -> None:
        stored = self.heads.get(before.account_id)
        if before.version != (stored.version if stored else 0):
            raise HeadMovedError(before.account_id)
