"""A walk over one shard, leg by leg: what a message carries, so that the next goes on from there.

A leg that runs out of time hands over to the next; one that dies is delivered again and walks its
own pages again. So whatever a visit does must be done once however often it is visited.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from reprise.errors import InvariantViolationError, RepriseError
from reprise.ports.ledger import Page

LEGS_MAX = 10_000
"""Legs of one walk: beyond it something goes round in circles."""


@dataclass(frozen=True, slots=True)
class Leg:
    """How far a walk has come.

    Args:
        shard: which shard it walks.
        cursor: of the page that comes next; None for the first.
        counts: what was done on all pages before.
        number: how many legs went before.
        failed: what could not be done on this leg, in words; never handed over.
        finished: whether no page is left.
    """

    shard: int
    cursor: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    number: int = 0
    failed: tuple[str, ...] = ()
    finished: bool = False

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> Self:
        """Return the leg that a message asks for."""
        return cls(
            shard=int(message["shard"]),
            cursor=message.get("cursor"),
            counts=message.get("counts", {}),
            number=int(message.get("leg", 0)),
        )

    def next(self) -> dict[str, Any]:
        """Return what the message of the next leg says.

        Raises:
            InvariantViolationError: the walk does not end.
        """
        if self.number >= LEGS_MAX:
            raise InvariantViolationError(f"shard {self.shard}: no end after {LEGS_MAX} legs")
        return {
            "shard": self.shard,
            "cursor": self.cursor,
            "counts": dict(self.counts),
            "leg": self.number + 1,
        }


def walk[T](
    leg: Leg,
    page_of: Callable[[str | None], Page[T]],
    visit: Callable[[T], Mapping[str, int]],
    may_go_on: Callable[[], bool],
) -> Leg:
    """Walk on until the shard ends or time does; return how far it came.

    A page that was not finished counts for nothing yet: the next leg begins with it.

    Args:
        leg: where to begin.
        page_of: returns the page of a cursor.
        visit: does what is to be done for one item; returns what to add to the counts.
        may_go_on: asked before each item; false ends the leg.
    """
    failed: list[str] = []
    while True:
        page = page_of(leg.cursor)
        counts = Counter(leg.counts)
        for item in page.items:
            if not may_go_on():
                return replace(leg, failed=tuple(failed))
            try:
                counts.update(visit(item))
            except RepriseError as error:
                # One account's trouble is not another's: the rest goes on, and this comes again.
                failed.append(f"{type(error).__name__}: {error}")
        leg = replace(leg, cursor=page.cursor, counts=dict(counts))
        if page.cursor is None:
            return replace(leg, failed=tuple(failed), finished=True)
