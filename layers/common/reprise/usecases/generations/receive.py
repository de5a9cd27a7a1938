"""Receiving a report about a generation from the product's backend.

Nothing in a report says how many credits move, or for which operation: that is the charge's. A
terminal result settles the charge only if the product vouches for its body and it speaks of the
charge's own task; any other is a reason to ask the provider first.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from reprise.errors import TransientError
from reprise.ledger.account import Account
from reprise.ledger.charges import Charge, Task
from reprise.ledger.commands import outcome_key
from reprise.ledger.entries import Cause, Entry
from reprise.ledger.errors import GenerationUnknownError
from reprise.providers.classify import classify
from reprise.providers.generation_events import GenerationEvent, Kind
from reprise.providers.operation import Operation
from reprise.providers.verdict import Channel, Outcome, Step, Verdict
from reprise.usecases.generations.settling import (
    UNREADABLE,
    Done,
    Generations,
    Handling,
    Told,
    Where,
    is_about,
    name_of,
)

_CAUSE: Final = "provider"


class ResultUnreadableError(TransientError):
    """No dialect describes this result: it is kept until the charge is settled otherwise.

    Args:
        rule: where the reading ended.
    """

    def __init__(self, rule: str) -> None:
        super().__init__(f"{rule}: describe this answer in the provider's dialect, then redrive it")


@dataclass(frozen=True, slots=True)
class _Found:
    """What the ledger holds about a reported generation."""

    account: Account
    charge: Charge | None
    outcome: Entry | None

    @property
    def operation(self) -> Operation:
        """The operation that was charged."""
        if self.charge is not None:
            return Operation(self.charge.operation)
        return Operation(str(self.outcome and self.outcome.details["operation"]))


def receive(generations: Generations, event: GenerationEvent, now: datetime) -> Handling:
    """Apply one report; again, or in another order, it comes to the same.

    Args:
        generations: the ledger and what is beside it.
        event: the report.
        now: the wall clock.

    Raises:
        GenerationUnknownError: the account has no such charge (yet).
        ResultUnreadableError: nobody can read the result, and the charge is still open.
        TransientError: the ledger is busy; the same report again completes it.
    """
    found = _find(generations, event)
    if event.kind is Kind.SUBMITTED:
        return _submitted(generations, event, found, now)
    verdict = _verdict(generations, event, found)
    at = min(event.at, now)
    told = Told(event.provider, Cause(_CAUSE, event.event_id, event.at), at, since=at)
    if found.charge is None and not verdict.terminal:
        return Handling(Done.REPLAYED, verdict.rule)
    task = found.account.tasks.get(event.generation_id)
    if found.charge is None or (verdict.terminal and _vouched_for(event, verdict, found, task)):
        # Of a settled charge it moves nothing, and is noted if it contradicts.
        return generations.settle(event.account_id, event.generation_id, verdict, told, now)
    return _unproven(
        generations, event, Where.of(found.account, found.charge), verdict, told, now=now
    )


def _find(generations: Generations, event: GenerationEvent) -> _Found:
    key = outcome_key(event.generation_id)
    read = generations.ledger.store.read(event.account_id, (key,))
    account, outcome = read.account, read.entries.get(key)
    charge = account.charges.get(event.generation_id) if account else None
    if account is None or (charge is None and outcome is None):
        raise GenerationUnknownError(event.generation_id)
    return _Found(account, charge, outcome)


def _submitted(
    generations: Generations, event: GenerationEvent, found: _Found, now: datetime
) -> Handling:
    if found.charge is None:
        return Handling(Done.REPLAYED, "submitted.settled")
    task = Task(event.provider, event.task_id, min(event.at, now))
    generations.ledger.attach_task(event.account_id, event.generation_id, task)
    return Handling(Done.ATTACHED, "submitted")


def _verdict(generations: Generations, event: GenerationEvent, found: _Found) -> Verdict:
    """Read the payload as an answer about the charged operation."""
    operation = found.operation
    if event.kind is Kind.CALLBACK:
        charged_at = found.charge.at if found.charge else event.at
        enough = generations.enough(operation, charged_at)
        return classify(event.provider, operation, Channel.CALLBACK, event.payload, enough=enough)
    verdict = classify(event.provider, operation, Channel.SUBMIT, event.payload, event.http_status)
    if verdict.terminal or verdict.outcome is Outcome.PROGRESS:
        return verdict
    # The product saw its call fail; that the provider's words are missing changes nothing.
    return Verdict(
        outcome=Outcome.FAILED,
        delivered=0,
        promised=verdict.promised,
        reason="The generation could not be started.",
        rule=f"{event.provider or 'product'}.{Channel.SUBMIT}.{Step.HTTP}",
        code=verdict.code,
    )


def _vouched_for(
    event: GenerationEvent, verdict: Verdict, found: _Found, task: Task | None
) -> bool:
    """Return whether a terminal result may settle the charge without asking the provider."""
    if task is None or not task.task_id:
        return event.authenticated or event.kind is Kind.REJECTED
    if event.kind is Kind.REJECTED or event.provider != task.provider:
        # The product named a task, so there is one to ask about first.
        return False
    return event.authenticated and is_about(task, found.operation, verdict)


def _unproven(
    generations: Generations,
    event: GenerationEvent,
    where: Where,
    verdict: Verdict,
    told: Told,
    *,
    now: datetime,
) -> Handling:
    """Take from a report what needs no proof, and ask the provider for what does."""
    if verdict.outcome is Outcome.PROGRESS and event.kind is Kind.CALLBACK:
        return generations.go_on(where, verdict, told)
    asked = generations.ask(where)
    if asked is not None and (asked.terminal or asked.waiting_for_user):
        asked_of = replace(told, provider=where.task.provider if where.task else "")
        return generations.apply(where, asked, asked_of, now)
    if asked is None or asked.step is Step.UNKNOWN_ID:
        earlier = where.task.earlier if where.task else ()
        others = {"", *earlier, *map(name_of, earlier)}
        if verdict.terminal and event.authenticated and verdict.task_id not in others:
            # The provider cannot tell, and the product vouches for the result and its address.
            place = event.account_id, event.generation_id
            return generations.settle(*place, verdict, told, now)
    if verdict.step in UNREADABLE or verdict.outcome is Outcome.PROGRESS:
        raise ResultUnreadableError(verdict.rule)
    return Handling(Done.OPEN, verdict.rule)
