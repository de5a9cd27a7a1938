"""Charges: credits taken for one generation, open until their one outcome."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import cast

from reprise.ledger.instants import of_ms, to_ms

type ChargeState = list[str | int | list[list[str | int]]]


class Outcome(StrEnum):
    """How a charge ended; the first one is final."""

    DELIVERED = "delivered"
    PARTIAL = "partial"
    FAILED = "failed"
    EMPTY = "empty"
    UNRESOLVED = "unresolved"


@dataclass(frozen=True, slots=True)
class Take:
    """Credits taken from one lot, in the order of taking."""

    lot_id: str
    credits: int


@dataclass(frozen=True, slots=True)
class Charge:
    """Credits taken for one generation.

    Args:
        generation_id: the product's id of the generation.
        operation: what is generated, one of the catalogue's operations.
        takes: what was taken, lot by lot, in the order of taking.
        at: when it was charged.
    """

    generation_id: str
    operation: str
    takes: tuple[Take, ...]
    at: datetime

    @property
    def credits(self) -> int:
        """Credits taken in all."""
        return sum(take.credits for take in self.takes)

    def state(self) -> ChargeState:
        """Return what is stored of the charge."""
        takes: list[list[str | int]] = [[take.lot_id, take.credits] for take in self.takes]
        return [self.operation, to_ms(self.at), takes]

    @classmethod
    def of_state(cls, generation_id: str, state: ChargeState) -> "Charge":
        """Return the stored charge; the inverse of `state`."""
        operation, at_ms, takes = cast("tuple[str, int, list[tuple[str, int]]]", state)
        return cls(generation_id, operation, tuple(Take(*take) for take in takes), of_ms(at_ms))


def credits_due_back(outcome: Outcome, taken: int, delivered: int, promised: int) -> int:
    """Return the credits that an outcome gives back, never more than were taken.

    A partial delivery is paid back pro rata, rounded up in the customer's favour.

    Args:
        outcome: how the charge ended.
        taken: credits of the charge.
        delivered: usable outputs; read for a partial delivery only.
        promised: outputs that were promised; read for a partial delivery only.
    """
    if outcome is Outcome.DELIVERED:
        return 0
    if outcome is not Outcome.PARTIAL:
        return taken
    return -(-taken * (promised - delivered) // promised)


EARLIER_MAX = 4
"""How many submissions of one charge are remembered beside the latest."""


@dataclass(frozen=True, slots=True)
class Task:
    """Where a charge's generation runs; no journal entry, since no credit moves.

    Args:
        provider: the provider's dialect.
        task_id: the provider's id of the task; empty while only its waiting is known.
        submitted_at: when the product submitted it; the latest submission stands.
        waiting_since: when it began to wait for the user, if it does.
        waited: how long it waited for the user before that.
        resumed_at: when it last ceased to wait; None while it never did.
        earlier: ids of submissions that this one took the place of.
    """

    provider: str
    task_id: str
    submitted_at: datetime
    waiting_since: datetime | None = None
    waited: timedelta = timedelta(0)
    resumed_at: datetime | None = None
    earlier: tuple[str, ...] = ()

    def waited_until(self, now: datetime) -> timedelta:
        """Return how long it has waited for the user in all."""
        if self.waiting_since is None:
            return self.waited
        return self.waited + max(timedelta(0), now - self.waiting_since)

    def waiting(self, since: datetime) -> "Task":
        """Return the task waiting for the user, since the first instant at which it was so.

        A notice from before it last went on says nothing new: that wait is counted.
        """
        is_over = self.resumed_at is not None and since <= self.resumed_at
        return self if self.waiting_since or is_over else replace(self, waiting_since=since)

    def resumed(self, now: datetime) -> "Task":
        """Return the task going on; how long it waited stays known."""
        if self.waiting_since is None:
            return self
        return replace(self, waiting_since=None, waited=self.waited_until(now), resumed_at=now)

    def followed_by(self, task: "Task") -> "Task":
        """Return the task after another submission: of several the latest stands."""
        if task.submitted_at <= self.submitted_at:
            return self.after(task)
        if self.task_id in {"", task.task_id}:
            return replace(
                self, task_id=task.task_id, submitted_at=task.submitted_at, provider=task.provider
            )
        # A new task goes on, so the waiting of the one before is over.
        before = self.resumed(task.submitted_at)
        return replace(task, waited=before.waited, resumed_at=before.resumed_at).after(self)

    def after(self, task: "Task") -> "Task":
        """Return the task with another remembered as one that it took the place of."""
        earlier = {*self.earlier, *task.earlier, task.task_id} - {self.task_id, ""}
        return replace(self, earlier=tuple(sorted(earlier)[:EARLIER_MAX]))
