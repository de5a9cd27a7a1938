"""The mirror of a subscription: every sighting of it, in an order that arrival cannot change.

Stripe's events arrive in any order and carry seconds only. The mirror is the set of sightings,
sorted by what can only move forward; what is current and what was then both follow from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from reprise.billing.subscription import SubscriptionState
from reprise.canonical import Json
from reprise.ledger.instants import of_ms, opt_instant, opt_ms, to_ms

SIGHTINGS_MAX = 200
"""Kept per subscription: years of monthly renewals, with room for quarrels."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A subscription as one event saw it.

    Args:
        seen_at: when the event happened, to the second.
        event_id: Stripe's id of it.
        status: Stripe's status.
        plan: the catalogue's plan, or the price's id where the catalogue does not hold it.
        period_start: of its current period; period_end: likewise; it advances before payment.
        cancels_at: when it will end, if that is scheduled.
        ended_at: when it ended, if it did.
    """

    seen_at: datetime
    event_id: str
    status: str
    plan: str
    period_start: datetime
    period_end: datetime
    cancels_at: datetime | None
    ended_at: datetime | None

    @property
    def order(self) -> tuple[bool, int, int, bool, str]:
        """Ended is final; then time, to the second; then what only moves forward."""
        seen, end = to_ms(self.seen_at), to_ms(self.period_end)
        return (self.ended_at is not None, seen, end, self.cancels_at is not None, self.event_id)

    def state(self) -> list[Json]:
        """Return what is stored of it."""
        return [
            to_ms(self.seen_at),
            self.event_id,
            self.status,
            self.plan,
            to_ms(self.period_start),
            to_ms(self.period_end),
            opt_ms(self.cancels_at),
            opt_ms(self.ended_at),
        ]

    @classmethod
    def of_state(cls, state: list[Any]) -> Self:
        """Return the stored sighting; the inverse of `state`."""
        seen, event_id, status, plan, start, end, cancels, ended = state
        return cls(
            of_ms(seen),
            event_id,
            status,
            plan,
            of_ms(start),
            of_ms(end),
            opt_instant(cancels),
            opt_instant(ended),
        )


@dataclass(frozen=True, slots=True)
class Mirror:
    """All sightings of one subscription.

    Args:
        subscription_id: Stripe's id.
        sightings: in order; never empty once stored.
        version: grows with every stored change; zero before the first.
    """

    subscription_id: str
    sightings: tuple[Sighting, ...] = ()
    version: int = 0

    def seeing(self, sighting: Sighting) -> "Mirror":
        """Return the mirror with one more sighting; seen before changes nothing."""
        if any(known.event_id == sighting.event_id for known in self.sightings):
            return self
        ordered = sorted((*self.sightings, sighting), key=lambda known: known.order)
        return replace(self, sightings=tuple(ordered[-SIGHTINGS_MAX:]), version=self.version + 1)

    @property
    def current(self) -> Sighting:
        """The latest sighting."""
        return self.sightings[-1]

    @property
    def over_at(self) -> datetime | None:
        """When it was over at the latest, time paid ahead included; None while it runs.

        A period begins before it is paid, so no paid time is later than the last period seen.
        """
        if self.current.ended_at is None:
            return None
        return max(self.current.ended_at, *(known.period_end for known in self.sightings))

    def at(self, instant: datetime) -> Sighting | None:
        """Return what was last seen up to an instant, or None if it was not known then."""
        seen = [known for known in self.sightings if known.seen_at <= instant]
        return seen[-1] if seen else None

    def state(self) -> dict[str, Json]:
        """Return what is stored."""
        return {"sightings": [sighting.state() for sighting in self.sightings]}

    @classmethod
    def of_state(cls, subscription_id: str, version: int, state: Mapping[str, Any]) -> Self:
        """Return the stored mirror; the inverse of `state`."""
        seen = tuple(Sighting.of_state(one) for one in state["sightings"])
        return cls(subscription_id, seen, version)


def sighting_of(found: SubscriptionState, plan: str, event_id: str, seen_at: datetime) -> Sighting:
    """Return what an event saw of a subscription.

    Args:
        found: the subscription as the event carries it.
        plan: the catalogue's plan of its price.
        event_id: Stripe's id of the event.
        seen_at: when the event happened.
    """
    return Sighting(
        seen_at=seen_at,
        event_id=event_id,
        status=found.status,
        plan=plan,
        period_start=found.period_start,
        period_end=found.period_end,
        cancels_at=found.scheduled_cancel_at,
        ended_at=found.ended_at,
    )
