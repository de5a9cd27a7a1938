"""Charges: credits taken for one generation, open until their one outcome."""

from dataclasses import dataclass
from datetime import datetime
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


@dataclass(frozen=True, slots=True)
class Task:
    """Where a charge's generation runs; no journal entry, since no credit moves.

    Args:
        provider: the provider's dialect.
        task_id: the provider's id of the task.
        submitted_at: when the product submitted it; the latest submission stands.
        waiting_since: when it began to wait for the user, if it does.
    """

    provider: str
    task_id: str
    submitted_at: datetime
    waiting_since: datetime | None = None
