"""The oracle: a small model of what really happened, kept apart from the ledger.

It knows nothing of lots, entries or claims. It counts money and outcomes, and says in the end what
the policy promises every customer must hold.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction

START = datetime(2026, 11, 1, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)

PACK_CREDITS, PACK_PRICE = 1000, 1500
MONTH_CREDITS, MONTH_PRICE = 500, 1000
COST = 11
"""Credits of a song in this world: odd, so that rounding shows."""
LEFTOVER = timedelta(days=60)
PROMISE = timedelta(hours=1)


@dataclass
class Bought:
    """A purchase as the world made it."""

    credits: int
    price: int
    paid_at: datetime
    period_end: datetime | None = None
    refunds: dict[str, tuple[int, str]] = field(default_factory=dict)
    withdrawn: Fraction = Fraction(0)

    @property
    def reversed(self):
        """Cents that are back with the customer or their bank, for good or for now."""
        given = sum(
            n for n, status in self.refunds.values() if status not in {"failed", "canceled"}
        )
        return given + self.withdrawn

    @property
    def claimed(self):
        """Credits that this gives us a claim to."""
        return min(self.credits, int(self.credits * self.reversed / self.price))


@dataclass
class Generated:
    """A generation as the provider knows it.

    `outcome` is delivered, partial, failed, empty or silent: nobody will ever say how it ended.
    """

    charged_at: datetime
    outcome: str
    ended_at: datetime

    @property
    def due_back(self):
        if self.outcome == "delivered":
            return 0
        return -(-COST // 2) if self.outcome == "partial" else COST


@dataclass
class Truth:
    """What happened to one account."""

    bought: dict[str, Bought] = field(default_factory=dict)
    generated: dict[str, Generated] = field(default_factory=dict)
    gifts: int = 0
