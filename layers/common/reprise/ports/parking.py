"""Parked events: what came in and waits until it can be applied.

Apart from the ledger, because an event may hold personal data, and goes once it was applied.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, override

from reprise.ports.ledger import Page


@dataclass(frozen=True, slots=True)
class Parked:
    """Something that came in and cannot be applied yet: kept until it can.

    Args:
        parked_id: the event's id.
        source: `stripe`.
        kind: the event's type.
        field: what is missing or unreadable.
        reason: what would mend it.
        waits_for: the id whose appearance re-drives it, if one would.
        body: the event, byte for byte.
        parked_at: when it came.
        attempts: how often it was tried since.
        done_at: when it was applied, None while it waits.
    """

    parked_id: str
    source: str
    kind: str
    field: str
    reason: str
    waits_for: str | None
    body: bytes
    parked_at: datetime
    attempts: int = 0
    done_at: datetime | None = None


class ParkingLot(Protocol):
    """What waits: durable, listed oldest first, and gone only after it was applied."""

    def park(self, parked: Parked) -> bool:
        """Keep an event; the same one again is the same one. Return whether it is new."""

    def parked(self, limit: int, cursor: str | None = None) -> Page[Parked]:
        """Return what waits, oldest first."""

    def waiting_for(self, wanted: str) -> list[Parked]:
        """Return what waits for an id."""

    def retried(self, parked: Parked, done_at: datetime | None) -> None:
        """Note another attempt, and whether it was the last."""


class MemoryParkingLot(ParkingLot):
    """A `ParkingLot` in a dictionary."""

    def __init__(self) -> None:
        self.events: dict[str, Parked] = {}

    @override
    def park(self, parked: Parked) -> bool:
        return self.events.setdefault(parked.parked_id, parked) is parked

    @override
    def parked(self, limit: int, cursor: str | None = None) -> Page[Parked]:
        waiting = sorted(
            (event for event in self.events.values() if event.done_at is None),
            key=lambda event: (event.parked_at, event.parked_id),
        )
        start = int(cursor or 0)
        more = start + limit < len(waiting)
        return Page(tuple(waiting[start : start + limit]), str(start + limit) if more else None)

    @override
    def waiting_for(self, wanted: str) -> list[Parked]:
        return [p for p in self.events.values() if p.waits_for == wanted and p.done_at is None]

    @override
    def retried(self, parked: Parked, done_at: datetime | None) -> None:
        self.events[parked.parked_id] = replace(
            parked, attempts=parked.attempts + 1, done_at=done_at
        )
