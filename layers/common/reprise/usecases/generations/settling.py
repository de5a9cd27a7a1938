"""Applying a verdict that may be trusted: the charge gets its outcome, or goes on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from reprise.canonical import Json
from reprise.ledger.account import Account
from reprise.ledger.charges import Charge, Outcome, Task
from reprise.ledger.commands import SettleCharge
from reprise.ledger.entries import Cause, Entry
from reprise.ledger.instants import EPOCH
from reprise.metrics import Measure, Metric
from reprise.policy.book import PolicyBook
from reprise.ports.provider import (
    ProviderNotPollableError,
    ProviderPoller,
    ProviderUnavailableError,
)
from reprise.providers import reasons
from reprise.providers.classify import classify
from reprise.providers.operation import Operation
from reprise.providers.verdict import Channel, Step, Verdict
from reprise.providers.verdict import Outcome as Reading
from reprise.usecases.ledger import Effect, Ledger

UNREADABLE: Final = frozenset({Step.SHAPE, Step.UNSUPPORTED})
"""Steps that say no more than that the dialect does not describe the answer."""

DEADLINE: Final = "deadline"
"""The rule of an outcome that nobody told."""

_REASONS: Final = {
    words: name.lower()
    for name, words in vars(reasons).items()
    if name.isupper() and name[0] != "_"
}
"""A short, bounded word for each reason that customers read: what refunds are counted by."""


class Done(StrEnum):
    """What came of a report or a look at an open charge."""

    SETTLED = "settled"
    REPLAYED = "replayed"
    LATE = "late"
    ATTACHED = "attached"
    WAITING = "waiting"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Handling:
    """What was done about one generation.

    Args:
        done: in one word.
        rule: which rule decided.
        refunded: credits that went back.
        measures: what to count.
    """

    done: Done
    rule: str = ""
    refunded: int = 0
    measures: tuple[Measure, ...] = ()


@dataclass(frozen=True, slots=True)
class Where:
    """Which charge is meant, and what is known of where it runs."""

    account_id: str
    generation_id: str
    charge: Charge
    task: Task | None

    @classmethod
    def of(cls, account: Account, charge: Charge) -> "Where":
        """Return where an open charge stands in its account."""
        task = account.tasks.get(charge.generation_id)
        return cls(account.account_id, charge.generation_id, charge, task)


@dataclass(frozen=True, slots=True)
class Told:
    """Who says something about a generation, and when.

    Args:
        provider: the dialect that was read; empty if no provider said anything.
        cause: the report or the schedule.
        at: when it was said.
        since: from when on a refund is awaited, if the generation failed.
    """

    provider: str
    cause: Cause
    at: datetime
    since: datetime


@dataclass(frozen=True, slots=True)
class Generations:
    """What settling needs of the world.

    Args:
        ledger: the credit ledger.
        policy: the policy book; a charge is judged by the version it was made under.
        poller: asks providers, or None where nobody may.
    """

    ledger: Ledger
    policy: PolicyBook
    poller: ProviderPoller | None = None

    def enough(self, operation: Operation, charged_at: datetime) -> int | None:
        """Return from how many outputs on the promise is kept, where the policy says so."""
        if operation is not Operation.STEMS_12:
            return None
        return self.policy.in_force(charged_at).stems_12_delivered_min

    def ask(self, where: Where) -> Verdict | None:
        """Return what the provider says about a charge's task; None if it cannot be asked now."""
        task = where.task
        if self.poller is None or task is None or not task.task_id:
            return None
        try:
            operation = Operation(where.charge.operation)
            result = self.poller.poll(task.provider, operation, task.task_id)
        except (ProviderUnavailableError, ProviderNotPollableError, ValueError):
            return None
        if not is_about(task, operation, result.verdict):
            return None
        enough = self.enough(operation, where.charge.at)
        if enough is None:
            return result.verdict
        return classify(
            task.provider,
            operation,
            Channel.POLL,
            result.body,
            result.http_status,
            enough=enough,
        )

    def apply(self, where: Where, verdict: Verdict, told: Told, now: datetime) -> Handling:
        """Apply a verdict of a source that may be trusted to an open charge."""
        if verdict.terminal:
            return self.settle(where.account_id, where.generation_id, verdict, told, now)
        return self.go_on(where, verdict, told)

    def go_on(self, where: Where, verdict: Verdict, told: Told) -> Handling:
        """Note whether a generation waits for the customer, which pauses its deadline.

        Moves no credits, so it needs no proof; the next poll corrects what is wrong.
        """
        known = where.task
        if verdict.waiting_for_user:
            # Before its submission is known, only the waiting is; any submission is later than it.
            first = Task(told.provider, "", EPOCH)
            # A clock that is behind would have it wait before it began, and pause it the longer.
            since = max(told.at, where.charge.at)
            self._retask(where, lambda task: (task or first).waiting(since))
            return Handling(Done.WAITING, verdict.rule)
        began = known.waiting_since if known else None
        if verdict.step is Step.PROGRESS and began is not None and told.at > began:
            self._retask(where, lambda task: task and task.resumed(told.at))
        unreadable = verdict.step in UNREADABLE
        measures = (Measure(Metric.UNKNOWN_RESULT),) if unreadable else ()
        return Handling(Done.OPEN, verdict.rule, measures=measures)

    def settle(
        self, account_id: str, generation_id: str, verdict: Verdict, told: Told, now: datetime
    ) -> Handling:
        """End a charge as a terminal verdict says; what contradicts an earlier end is noted."""
        command = SettleCharge(
            generation_id,
            Outcome(verdict.outcome.value),
            told.cause,
            verdict.delivered,
            verdict.promised,
            _details(verdict, told.provider),
        )
        return self._settle(account_id, command, told.since, now)

    def give_up(self, where: Where, told: Told, now: datetime) -> Handling:
        """Refund a charge of which nobody could say how it ended."""
        details = {"provider": told.provider, "reason": reasons.TIMEOUT, "rule": DEADLINE}
        command = SettleCharge(where.generation_id, Outcome.UNRESOLVED, told.cause, details=details)
        return self._settle(where.account_id, command, told.since, now)

    def _settle(
        self, account_id: str, command: SettleCharge, ended_at: datetime, now: datetime
    ) -> Handling:
        rule = str(command.details["rule"])
        result = self.ledger.run(account_id, command, now)
        if result.effect is Effect.LATE:
            return Handling(Done.LATE, rule)
        if result.effect is not Effect.APPLIED or result.entry is None:
            return Handling(Done.REPLAYED, rule)
        measures = _measures(result.entry, now - ended_at)
        return Handling(Done.SETTLED, rule, refunded_by(result.entry), measures)

    def _retask(self, where: Where, change: Callable[[Task | None], Task | None]) -> None:
        self.ledger.retask(where.account_id, where.generation_id, change)


def is_about(task: Task, operation: Operation, verdict: Verdict) -> bool:
    """Return whether an answer may speak of a task: it names that one, or none at all.

    A voice has two tasks, the phrase and the voice; the charge may hold the id of either.
    """
    named = {None, task.task_id, name_of(task.task_id)}
    return operation is Operation.VOICE_CLONE or verdict.task_id in named


def name_of(task_id: str) -> str:
    """Return the name that answers call a task by: of an address it is the last part."""
    return task_id.rpartition("/")[2] or task_id


def refunded_by(outcome: Entry) -> int:
    """Return the credits that an outcome gave back."""
    refunded = outcome.details.get("refunded", 0)
    return refunded if isinstance(refunded, int) else 0


def _details(verdict: Verdict, provider: str) -> dict[str, Json]:
    details: dict[str, Json] = {
        "provider": provider,
        "reason": verdict.reason,
        "rule": verdict.rule,
    }
    if verdict.code:
        details["code"] = verdict.code
    if verdict.outcome is not Reading.FAILED:
        details |= {"delivered": verdict.delivered, "promised": verdict.promised}
    return details


def _measures(outcome: Entry, age: timedelta) -> tuple[Measure, ...]:
    """Return what an outcome is counted by; the age is that of a refund alone."""
    facts = outcome.details
    ended = str(facts["outcome"])
    reason = _REASONS.get(str(facts["reason"]), ended) if ended == Outcome.FAILED else ended
    counted = Measure(
        Metric.OUTCOME,
        dimensions={
            "provider": str(facts["provider"]) or "none",
            "operation": str(facts["operation"]),
            "reason": reason,
        },
    )
    if not refunded_by(outcome):
        return (counted,)
    return (counted, Measure(Metric.REFUND_AGE_SECONDS, max(0.0, age.total_seconds())))
