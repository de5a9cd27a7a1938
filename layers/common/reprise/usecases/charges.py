"""Charging a generation, attaching its task, and saying what became of it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from reprise.catalogue.model import Catalogue
from reprise.errors import BadInputError
from reprise.ledger.charges import Task
from reprise.ledger.commands import ChargeGeneration, charge_key, outcome_key
from reprise.ledger.entries import Cause, Entry
from reprise.ledger.errors import (
    AccountUnknownError,
    CreditsInsufficientError,
    GenerationUnknownError,
)
from reprise.ports.directory import Directory
from reprise.ports.ledger import Read
from reprise.usecases.ledger import Effect, Ledger

CLOCK_SKEW_MAX = timedelta(minutes=5)
"""How far ahead of ours the product's clock may be; of several submissions the latest stands."""


@dataclass(frozen=True, slots=True)
class ChargeRecord:
    """A charge and what became of it.

    Args:
        entry: the journal's line of the charge.
        outcome: the journal's line of its outcome, or None while it is open.
        task: where it runs, if that was attached and it is open.
        is_new: whether it was charged just now.
    """

    entry: Entry
    outcome: Entry | None
    task: Task | None
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Charges:
    """What may be asked about charges.

    Args:
        ledger: where credits are.
        directory: who is a customer, with or without credits.
        catalogue: what operations cost.
    """

    ledger: Ledger
    directory: Directory
    catalogue: Catalogue

    def charge(
        self, account_id: str, generation_id: str, operation: str, cause: Cause, now: datetime
    ) -> ChargeRecord:
        """Take a generation's credits, or say again what was taken and what became of it.

        Raises:
            AccountUnknownError: there is no such account.
            CreditsInsufficientError: the account cannot pay.
            EntryConflictError: the generation was charged with another operation.
            BoundExceededError: the account holds too much to take on another charge.
        """
        cost = self.catalogue.cost(operation)
        command = ChargeGeneration(generation_id, operation, cost, cause)
        ended = outcome_key(generation_id)
        outcome: Entry | None = None

        def make(read: Read) -> ChargeGeneration:
            nonlocal outcome
            outcome = read.entries.get(ended)
            return command

        try:
            # The outcome is read along, so that a replay is one read and no write.
            result = self.ledger.run_made(account_id, make, now, keys=(command.key, ended))
        except AccountUnknownError:
            # A customer who never had credits is short of them, not unknown.
            if self.directory.profile(account_id) is None:
                raise
            raise CreditsInsufficientError(0, cost) from None
        entry = result.entry
        if entry is None:
            raise TypeError("a charge is never without its entry")
        task = result.account.tasks.get(generation_id)
        return ChargeRecord(entry, outcome, task, is_new=result.effect is Effect.APPLIED)

    def charge_of(self, account_id: str, generation_id: str) -> ChargeRecord:
        """Return a charge.

        Raises:
            GenerationUnknownError: the account has no such charge.
        """
        key, ended = charge_key(generation_id), outcome_key(generation_id)
        read = self.ledger.store.read(account_id, (key, ended))
        if read.account is None or key not in read.entries:
            raise GenerationUnknownError(generation_id)
        task = read.account.tasks.get(generation_id)
        return ChargeRecord(read.entries[key], read.entries.get(ended), task)

    def attach_task(
        self,
        account_id: str,
        generation_id: str,
        *,
        provider: str,
        task_id: str,
        submitted_at: datetime | None,
        now: datetime,
    ) -> ChargeRecord:
        """Note where a charge's generation runs, unless it is settled: then nothing is left to do.

        Args:
            account_id: who paid.
            generation_id: the charge.
            provider: the provider's name.
            task_id: the provider's id of the task.
            submitted_at: when it was submitted; None for now.
            now: the wall clock.

        Raises:
            GenerationUnknownError: the account has no such charge.
            BadInputError: it is said to have been submitted in the future.
        """
        if submitted_at is not None and submitted_at > now + CLOCK_SKEW_MAX:
            raise BadInputError("submitted_at", f"must not be after {now.isoformat()}")
        record = self.charge_of(account_id, generation_id)
        known = record.task
        is_known = known is not None and (known.provider, known.task_id) == (provider, task_id)
        if record.outcome is not None or (is_known and submitted_at is None):
            return record
        task = Task(provider, task_id, submitted_at or now)
        try:
            account = self.ledger.attach_task(account_id, generation_id, task)
        except GenerationUnknownError:  # settled since it was read
            return self.charge_of(account_id, generation_id)
        return replace(record, task=account.tasks.get(generation_id))
