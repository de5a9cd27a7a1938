"""Making a confirmed incident good: each account once, however often it is visited."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from reprise.billing.outage import Compensation, Incident, IncidentState
from reprise.errors import BadInputError, InvariantViolationError
from reprise.ledger.commands import Gift
from reprise.ledger.entries import Cause
from reprise.ledger.lots import LotKind
from reprise.ports.ledger import PAGE_MAX, Read
from reprise.ports.mirror import Subscriber
from reprise.ports.outages import Counts
from reprise.ports.stripe_discounts import StripeDiscounts
from reprise.usecases.outage_discounts import discounted
from reprise.usecases.outage_dues import Due
from reprise.usecases.outages import Outages
from reprise.usecases.walk import Leg, walk

MONEY = "minor_"
"""What the counts of money begin with; the currency follows."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """An incident being made good.

    Args:
        outages: the ledger and what is beside it.
        stripe: gives discounts; not asked where the incident is made good by credits.
        incident: a confirmed one.
    """

    outages: Outages
    stripe: StripeDiscounts
    incident: Incident


def confirmed(outages: Outages, incident_id: str) -> Incident:
    """Return an incident that may be made good.

    Raises:
        BadInputError: there is none, nobody confirmed it, or another one was confirmed before it
            that makes the same time good: two may have been confirmed at one moment.
    """
    known = {one.incident_id: one for one in outages.incidents.incidents()}
    incident = known.get(incident_id) or outages.incident(incident_id)
    if incident.state is not IncidentState.CONFIRMED:
        raise BadInputError("incident", f"must be confirmed first, {incident_id} is not")
    _, first = min(
        (other.decided_at or other.declared_at, other.incident_id)
        for other in known.values()
        if other.state is IncidentState.CONFIRMED and other.overlaps(incident)
    )
    if first != incident_id:
        raise BadInputError("incident", f"overlaps {first}, which was confirmed before it")
    return incident


def post_leg(remedy: Remedy, leg: Leg, now: datetime, may_go_on: Callable[[], bool]) -> Leg:
    """Give the subscribers of one shard what they are due, as far as time allows.

    Args:
        remedy: the incident, and what making it good needs.
        leg: where to begin.
        now: the wall clock.
        may_go_on: asked before each subscriber.
    """
    outages, incident = remedy.outages, remedy.incident
    done = walk(
        leg,
        lambda cursor: outages.mirrors.subscribers(leg.shard, incident.start, PAGE_MAX, cursor),
        lambda subscriber: _serve(remedy, subscriber, now),
        may_go_on,
    )
    if done.finished and not done.failed:
        outages.incidents.put_counts(incident.incident_id, done.shard, done.counts)
    return done


def _serve(remedy: Remedy, subscriber: Subscriber, now: datetime) -> Counts:
    """Give one account what it is due; what it got already counts as it was given.

    What is due may be less by now, after a refund, say: what was given stays.
    """
    outages, incident = remedy.outages, remedy.incident
    due = outages.due_of(incident, subscriber)
    if due is None:
        return {}
    if incident.compensation is Compensation.DISCOUNT:
        award = discounted(outages.incidents, remedy.stripe, incident, due, now)
        off = award.discount
        if off is not None and not award.instead:
            return {"accounts": 1, "discounts": 1, f"{MONEY}{off.currency}": off.amount_minor}
        due = Due(award.account_id, award.credits, {})
    return _post(outages, incident, due, now)


def _post(outages: Outages, incident: Incident, due: Due, now: datetime) -> Counts:
    """Post one account's credits, or find them posted."""
    if incident.decided_by is None or incident.expires_at is None:
        raise InvariantViolationError(f"{incident.incident_id}: confirmed by nobody")
    gift = Gift(
        kind=LotKind.GOODWILL,
        gift_id=incident.gift_id(due.account_id),
        credits=due.credits,
        expires_at=incident.expires_at,
        cause=Cause("operator", incident.decided_by, incident.end),
    )
    given: list[int] = []

    def unless_given(read: Read) -> Gift | None:
        given.extend(entry.credits for entry in read.entries.values())
        return None if given else gift

    result = outages.ledger.run_made(due.account_id, unless_given, now, keys=(gift.key,))
    credits = result.entry.credits if result.entry else sum(given)
    return {"accounts": 1, "credits": credits}
