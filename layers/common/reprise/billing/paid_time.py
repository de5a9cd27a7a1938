"""The time a subscription was paid for, period by period: its mirror's history and its orders."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from reprise.billing.mirror import Mirror, Sighting
from reprise.ledger.orders import Order, OrderStatus, Purchase


@dataclass(frozen=True, slots=True)
class PaidPeriod:
    """One billing period and what was bought for it.

    Args:
        start: when it began; end: when it ends, or would have.
        until: when its paid time ended: its end, a plan change that began another period, or what
            the orders paid through.
        sightings: those of this period, in order.
        bought: the orders that paid it, refunded ones left out; never empty.
    """

    start: datetime
    end: datetime
    until: datetime
    sightings: tuple[Sighting, ...]
    bought: tuple[Purchase, ...]

    def plan_at(self, instant: datetime) -> str:
        """Return the plan it was on at an instant: an upgrade counts from when it was made."""
        seen = [known for known in self.sightings if known.seen_at <= instant]
        return (seen[-1] if seen else self.sightings[0]).plan

    def order_for(self, plan: str) -> Purchase:
        """Return the order that bought most of a plan's credits, or of any plan's."""
        own = [bought for bought in self.bought if bought.sku == plan]
        return max(own or self.bought, key=lambda bought: (bought.credits, bought.order_id))


def paid_periods(mirror: Mirror, orders: Iterable[Order]) -> list[PaidPeriod]:
    """Return the paid periods of a subscription, in order, none overlapping another.

    Status plays no part, here as for benefits: what was paid counts through its end, and a period
    that began and was never paid does not.

    Args:
        mirror: its history.
        orders: the orders of its account.
    """
    paid = [
        order.purchase
        for order in orders
        if order.purchase.subscription_id == mirror.subscription_id
        and order.status is OrderStatus.CREDITED
        and order.net_paid
    ]
    spans = sorted({(known.period_start, known.period_end) for known in mirror.sightings})
    starts = [*(start for start, _ in spans[1:]), None]
    found = []
    for (start, end), next_start in zip(spans, starts, strict=True):
        bought = tuple(p for p in paid if p.period_end and start < p.period_end <= end)
        if bought:
            ends = [end, max(p.period_end for p in bought if p.period_end)]
            until = min([*ends, *([next_start] if next_start else [])])
            seen = tuple(
                s for s in mirror.sightings if (s.period_start, s.period_end) == (start, end)
            )
            found.append(PaidPeriod(start, end, until, seen, bought))
    return found
