"""Running a command against the ledger: read, decide, write; again if somebody was faster."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from reprise.ledger.account import Account
from reprise.ledger.charges import Task
from reprise.ledger.commands import Command, NoteLate
from reprise.ledger.decide import Verdict, decide, judge, orders_needed
from reprise.ledger.entries import Entry
from reprise.ledger.errors import (
    AccountUnknownError,
    EntryConflictError,
    GenerationUnknownError,
)
from reprise.ledger.orders import Order
from reprise.ledger.terms import Rules
from reprise.ports.ledger import (
    EntryExistsError,
    HeadMovedError,
    LedgerStore,
    Read,
    StoreBusyError,
)

ATTEMPTS_MAX = 40
"""How often one command is decided anew before its caller must retry later."""


class Effect(StrEnum):
    """What running a command did."""

    APPLIED = "applied"
    REPLAYED = "replayed"
    LATE = "late"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Result:
    """What running a command did.

    Args:
        effect: applied, replayed (done before), late (contradicted, noted) or unchanged.
        account: the head afterwards.
        entry: the entry under the command's key: the new one, or the one that stood.
    """

    effect: Effect
    account: Account
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger as use cases hold it.

    Args:
        store: where accounts live.
        rules_at: the policy values, and the version in force at an instant.
        pause: called with the attempt's number (from zero) before trying again; sleeps, jittered.
    """

    store: LedgerStore
    rules_at: Callable[[datetime], Rules]
    pause: Callable[[int], None]

    def account(self, account_id: str) -> Account:
        """Return the head.

        Raises:
            AccountUnknownError: the account has none.
        """
        account = self.store.read(account_id).account
        if account is None:
            raise AccountUnknownError(account_id)
        return account

    def run(
        self, account_id: str, command: Command, now: datetime, *, may_open: bool = False
    ) -> Result:
        """Run one command, exactly once whatever happens, as often as it is asked.

        Args:
            account_id: whose account.
            command: what to do; its key makes it idempotent.
            now: the wall clock.
            may_open: whether an account without a head is opened.

        Raises:
            AccountUnknownError: there is no head and `may_open` is false.
            EntryConflictError: the key stands for another command.
            StoreBusyError: gave up; nothing was written and a retry is safe.
        """
        orders = orders_needed(Account(account_id), command)
        return self.run_made(
            account_id,
            lambda _: command,
            now,
            keys=(command.key,),
            orders=orders,
            may_open=may_open,
        )

    def run_made(
        self,
        account_id: str,
        make: Callable[[Read], Command | None],
        now: datetime,
        *,
        keys: tuple[str, ...] = (),
        orders: frozenset[str] = frozenset(),
        may_open: bool = False,
    ) -> Result:
        """Run the command that `make` returns for what was read; None leaves all as it is.

        Args:
            account_id: whose account.
            make: called with each fresh read, so that the command fits what is there.
            now: the wall clock.
            keys: entries to read along, so that a replay is seen without a write.
            orders: orders to read along.
            may_open: whether an account without a head is opened.
        """
        for attempt in range(ATTEMPTS_MAX):
            read = self.store.read(account_id, keys, orders)
            account = read.account or Account(account_id)
            if read.account is None and not may_open:
                raise AccountUnknownError(account_id)
            command = make(read)
            if command is None:
                return Result(Effect.UNCHANGED, account)
            standing = read.entries.get(command.key)
            if standing is not None:
                return self._stands(account, standing, command, now)
            decision = decide(
                account, command, now, self.rules_at(now), self._orders(read, command, orders)
            )
            if decision is None:
                return Result(Effect.UNCHANGED, account)
            try:
                self.store.commit(decision)
            except (EntryExistsError, HeadMovedError, StoreBusyError):
                keys = tuple({*keys, command.key})
                self.pause(attempt)
                continue
            return Result(Effect.APPLIED, decision.account, decision.entry)
        raise StoreBusyError(f"{account_id}: no turn in {ATTEMPTS_MAX} attempts")

    def attach_task(self, account_id: str, generation_id: str, task: Task) -> Account:
        """Note where a charge's generation runs; of several submissions the latest stands.

        Raises:
            GenerationUnknownError: the charge is not known (yet), or settled already.
        """
        return self.retask(
            account_id, generation_id, lambda known: known.followed_by(task) if known else task
        )

    def retask(
        self, account_id: str, generation_id: str, change: Callable[[Task | None], Task | None]
    ) -> Account:
        """Change what is known of where a charge's generation runs.

        Args:
            account_id: whose account.
            generation_id: an open charge.
            change: called with each fresh reading; what equals it, or None, writes nothing.

        Raises:
            GenerationUnknownError: the charge is not known (yet), or settled already.
        """
        for attempt in range(ATTEMPTS_MAX):
            account = self.account(account_id)
            if generation_id not in account.charges:
                raise GenerationUnknownError(generation_id)
            known = account.tasks.get(generation_id)
            task = change(known)
            if task is None or task == known:
                return account
            tasks = {**account.tasks, generation_id: task}
            after = replace(account, tasks=tasks, version=account.version + 1)
            try:
                self.store.save_tasks(account, after)
            except (HeadMovedError, StoreBusyError):
                self.pause(attempt)
                continue
            return after
        raise StoreBusyError(f"{account_id}: no turn in {ATTEMPTS_MAX} attempts")

    def _stands(self, account: Account, entry: Entry, command: Command, now: datetime) -> Result:
        """Answer a command whose key is taken."""
        verdict = judge(entry, command)
        if verdict is Verdict.CONFLICT:
            raise EntryConflictError(command.key)
        if verdict is Verdict.LATE:
            noted = self.run(account.account_id, NoteLate(command.key, command), now)
            return Result(Effect.LATE, noted.account, entry)
        return Result(Effect.REPLAYED, account, entry)

    def _orders(self, read: Read, command: Command, asked: frozenset[str]) -> Mapping[str, Order]:
        """Return every order the command needs: those read along, and the rest read now."""
        account_id = read.account.account_id if read.account else ""
        needed = orders_needed(read.account or Account(""), command)
        missing = needed - asked
        if read.account is None or not missing:
            return read.orders
        return {**read.orders, **self.store.read(account_id, (), missing).orders}
