"""Claims: what the reversals of an order took of its credits, and what they could not take.

A claim is a function of (target, expired, spent), not of the order in which these came about:
reversal before or after a spend's refund, or before or after an expiry, ends in the same claim.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import cast

type ClaimState = list[int | dict[str, int]]


@dataclass(frozen=True, slots=True)
class Claim:
    """The claim of one order's reversals on its credits.

    Args:
        target: credits claimed in all.
        own: the part claimed by our own refunds; they absorb shortfall first, written off.
        lost: the part claimed by lost disputes; only this part can become owed.
        expired: credits of the order that expired unspent; they absorb the claim before anything.
        clawed: lot to credits taken from it.
        netted: lot to credits of later grants that were kept for this claim's owed shortfall.
        left: lot to the milliseconds that it had to live when a dispute took credits from it, or a
            debt kept them; what is given back of that has them again.
    """

    target: int
    own: int
    lost: int
    expired: int
    clawed: Mapping[str, int] = field(default_factory=dict)
    netted: Mapping[str, int] = field(default_factory=dict)
    left: Mapping[str, int] = field(default_factory=dict)

    @property
    def disputed(self) -> int:
        """The part of the claim that disputes make, beside our own refunds."""
        return self.target - self.own

    @property
    def taken(self) -> int:
        """Credits clawed back so far."""
        return sum(self.clawed.values())

    @property
    def takeable(self) -> int:
        """The part of the claim that credits which expired unspent do not absorb."""
        return max(0, self.target - self.expired)

    @property
    def gap(self) -> int:
        """The shortfall: credits claimed that were already spent."""
        return max(0, self.takeable - self.taken)

    @property
    def owable(self) -> int:
        """The part of the shortfall that lost disputes make the customer's debt."""
        return max(0, min(self.gap - min(self.gap, self.own), self.lost))

    @property
    def owed(self) -> int:
        """The debt that later grants have not covered yet."""
        return self.owable - sum(self.netted.values())

    def time_left(self, lot_id: str) -> timedelta:
        """Return the time that credits of a lot had when they were taken, as far as is known."""
        return timedelta(milliseconds=self.left.get(lot_id, 0))

    def state(self) -> ClaimState:
        """Return what is stored of the claim."""
        amounts: list[int | dict[str, int]] = [self.target, self.own, self.lost, self.expired]
        state = [*amounts, dict(self.clawed), dict(self.netted)]
        return [*state, dict(self.left)] if self.left else state

    @classmethod
    def of_state(cls, state: ClaimState) -> "Claim":
        """Return the stored claim; the inverse of `state`."""
        return cls(*cast("tuple[int, int, int, int, dict[str, int], dict[str, int]]", state))

    def timed(self, left: Mapping[str, int]) -> "Claim":
        """Return the claim knowing how long lots had to live; what it knew already stands.

        Only of what disputes hold: our own refunds stop no clock.
        """
        known = {**left, **self.left} if self.disputed else {}
        held = {*self.clawed, *self.netted}
        return replace(self, left={lot_id: ms for lot_id, ms in known.items() if lot_id in held})


def moved(amounts: Mapping[str, int], lot_id: str, credits: int) -> dict[str, int]:
    """Return the amounts with one changed; what becomes zero is dropped."""
    changed = {**amounts, lot_id: amounts.get(lot_id, 0) + credits}
    return {key: value for key, value in changed.items() if value}
