"""Which line of an invoice a payment paid, and which one a refund of it is of, to the last cent.

The method is the largest remainder: every line gets the whole part of its share, and the cents
left over go to the largest fractions. Source: Hamilton's apportionment.
"""

from collections.abc import Mapping
from dataclasses import dataclass


def allot(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Return the parts of a total, in proportion to the weights; they sum to it exactly.

    The same weights in another order give the same parts: equal fractions are settled by key.

    A payment is allotted to an invoice's lines by `InvoiceLine.weight`.

    Args:
        total: what to divide, in minor units; not negative.
        weights: each line's claim, not negative. Where nobody has one, all share alike.

    Raises:
        ValueError: a negative number, or something to divide and nobody to divide it among.
    """
    if total < 0 or any(weight < 0 for weight in weights.values()):
        raise ValueError("total and weights: must not be negative")
    if not weights and total:
        raise ValueError("weights: must name at least one line")
    if not any(weights.values()):
        weights = dict.fromkeys(weights, 1)
    whole = sum(weights.values())
    parts = {key: total * weight // whole for key, weight in weights.items()}
    odd_cents = total - sum(parts.values())
    by_fraction = sorted(weights, key=lambda key: (-(total * weights[key] % whole), key))
    for key in by_fraction[:odd_cents]:
        parts[key] += 1
    return parts


@dataclass(frozen=True, slots=True)
class Shares:
    """What the lines of one payment hold of it.

    Args:
        paid: what was paid for each line.
        received: what all payments of them paid together; at least the sum of `paid`.
        alone: what was given back for a line alone, by line.
    """

    paid: Mapping[str, int]
    received: int
    alone: Mapping[str, int]

    def held(self, line: str) -> int:
        """Return the line's part of what was received."""
        return allot(self.received, self.paid)[line]

    def back(self, line: str, moved: int) -> int:
        """Return the line's part of what went back.

        What moved for the whole payment is allotted by what was paid for each line, and always as
        the *sum* of all that moved: cent by cent, each refund's odd cent would fall on the same
        line. Where a line gave back more than it held, by what was given back for it alone, the
        rest is of the lines that still hold something.

        Args:
            line: one of the lines.
            moved: what refunds and disputes of the whole payment took, in minor units.
        """
        parts = allot(moved, self.paid)
        gone = {key: part + self.alone.get(key, 0) for key, part in parts.items()}
        if len(gone) == 1:
            return gone[line]
        held = allot(self.received, self.paid)
        room = {key: max(0, held[key] - gone[key]) for key in gone}
        beyond = sum(max(0, gone[key] - held[key]) for key in gone)
        more = allot(min(beyond, sum(room.values())), room)
        return min(gone[line], held[line]) + more[line]
