"""Counting what was done for whom: refunds per account and card, answers per address and hour."""

from datetime import datetime
from typing import Protocol, override


class Tallies(Protocol):
    """Marks by subject; the same reference again is the same mark."""

    def add(self, subject: str, ref: str, at: datetime) -> None:
        """Note that something was done.

        Args:
            subject: for whom or what it counts, fit for a key; personal data only as a digest.
            ref: what was done.
            at: when.
        """

    def count(self, subject: str, since: datetime) -> int:
        """Return how many marks a subject has from an instant on; every mark of it is read."""
        ...


class MemoryTallies(Tallies):
    """`Tallies` in a dictionary."""

    def __init__(self) -> None:
        self.marks: dict[str, dict[str, datetime]] = {}

    @override
    def add(self, subject: str, ref: str, at: datetime) -> None:
        self.marks.setdefault(subject, {}).setdefault(ref, at)

    @override
    def count(self, subject: str, since: datetime) -> int:
        return sum(at >= since for at in self.marks.get(subject, {}).values())
