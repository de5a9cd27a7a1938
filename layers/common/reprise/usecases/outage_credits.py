"""Posting the credits of a confirmed incident: each account once, however often it is visited."""

from collections.abc import Callable
from datetime import datetime

from reprise.billing.outage import Incident, IncidentState
from reprise.errors import BadInputError, InvariantViolationError
from reprise.ledger.commands import Gift
from reprise.ledger.entries import Cause
from reprise.ledger.lots import LotKind
from reprise.ports.ledger import PAGE_MAX, Read
from reprise.ports.mirror import Subscriber
from reprise.ports.outages import Counts
from reprise.usecases.outages import Outages
from reprise.usecases.walk import Leg, walk


def confirmed(outages: Outages, incident_id: str) -> Incident:
    """Return an incident whose credits may be posted.

    Raises:
        BadInputError: there is none, or nobody confirmed it.
    """
    incident = outages.incident(incident_id)
    if incident.state is not IncidentState.CONFIRMED:
        raise BadInputError("incident", f"must be confirmed first, {incident_id} is not")
    return incident


def post_leg(
    outages: Outages,
    incident: Incident,
    leg: Leg,
    now: datetime,
    may_go_on: Callable[[], bool],
) -> Leg:
    """Give the subscribers of one shard what they are due, as far as time allows.

    Args:
        outages: the ledger and what is beside it.
        incident: a confirmed one.
        leg: where to begin.
        now: the wall clock.
        may_go_on: asked before each subscriber.
    """
    done = walk(
        leg,
        lambda cursor: outages.mirrors.subscribers(leg.shard, incident.start, PAGE_MAX, cursor),
        lambda subscriber: _post(outages, incident, subscriber, now),
        may_go_on,
    )
    if done.finished and not done.failed:
        outages.incidents.put_counts(incident.incident_id, done.shard, done.counts)
    return done


def _post(outages: Outages, incident: Incident, subscriber: Subscriber, now: datetime) -> Counts:
    """Give one account its credits; what it got already counts as it was given.

    What is due may be less by now, after a refund, say: what was given stays.
    """
    due = outages.due_of(incident, subscriber)
    if due is None:
        return {}
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
