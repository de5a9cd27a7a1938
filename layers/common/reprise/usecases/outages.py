"""Outages: declared by one operator, confirmed by another, and what they are worth to whom."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from reprise.billing.outage import Compensation, Incident, IncidentState, Severity, incident_id_of
from reprise.billing.paid_time import PaidPeriod, paid_periods
from reprise.catalogue.model import Catalogue
from reprise.errors import BadInputError
from reprise.identity import person_of
from reprise.ledger.orders import Purchase
from reprise.policy.book import PolicyBook
from reprise.policy.proration import outage_credits
from reprise.ports.ledger import PAGE_MAX, SHARDS, every
from reprise.ports.mirror import MirrorStore, Subscriber
from reprise.ports.outages import OutageStore
from reprise.providers.operation import Operation
from reprise.usecases.ledger import Ledger
from reprise.usecases.outage_dues import Due, Preview, discount_on, summed

_DAY = timedelta(days=1)

type Spread = Callable[[Callable[[int], list[Due]], Iterable[int]], Iterable[list[Due]]]
"""`map`, or one that asks several shards at once."""


@dataclass(frozen=True, slots=True)
class Outages:
    """What declaring and making good needs.

    Args:
        ledger: where credits are posted, and orders kept.
        mirrors: who subscribed when.
        incidents: where incidents are kept.
        policy: its versions.
        catalogue: what plans hold.
    """

    ledger: Ledger
    mirrors: MirrorStore
    incidents: OutageStore
    policy: PolicyBook
    catalogue: Catalogue

    def declare(
        self,
        window: tuple[datetime, datetime],
        severity: Severity,
        operations: Iterable[str],
        *,
        actor: str,
        now: datetime,
        compensation: Compensation = Compensation.CREDITS,
        spread: Spread = map,
    ) -> tuple[Incident, Preview]:
        """Store an incident with what it would give; nothing is posted. Twice is the same.

        Args:
            window: when it began and ended.
            severity: how bad it was.
            operations: what did not work.
            actor: who says so, as an ARN.
            now: the wall clock.
            compensation: how it is made good.
            spread: asks the shards.

        Raises:
            BadInputError: it cannot be made good as said, or was already in another way or under
                another window.
        """
        incident = self._incident(window, severity, operations, actor, now)
        incident = replace(incident, compensation=compensation)
        standing = self.incidents.incident(incident.incident_id)
        if standing is not None and standing.state is not IncidentState.WITHDRAWN:
            if standing.compensation is not compensation:
                raise BadInputError(
                    "--compensation",
                    f"must be {standing.compensation}, as {standing.incident_id} was declared;"
                    " withdraw that first",
                )
            return standing, self.preview(standing, spread)
        for other in self.incidents.incidents():
            if other.state is not IncidentState.WITHDRAWN and incident.overlaps(other):
                raise BadInputError("--from", f"overlaps {other.incident_id}; withdraw that first")
        preview = self.preview(incident, spread)
        stored = replace(
            incident,
            expected_accounts=preview.accounts,
            expected_credits=preview.credits,
            expected_discounts=preview.discounts,
            expected_money=preview.money,
            version=(standing.version if standing else 0) + 1,
        )
        self.incidents.save(stored)
        return stored, preview

    def preview(self, incident: Incident, spread: Spread = map) -> Preview:
        """Return what an incident would give now."""
        per_shard = list(spread(lambda shard: self._dues(incident, shard), range(SHARDS)))
        return summed([due for found in per_shard for due in found])

    def confirm(self, incident_id: str, actor: str, now: datetime) -> Incident:
        """Let it be made good; once confirmed it stays so.

        Raises:
            BadInputError: there is no such incident, it was withdrawn, the same person asks, or
                another one makes the same time good.
            HeadMovedError: somebody else decided it at the same moment.
        """
        incident = self.incident(incident_id)
        if incident.state is IncidentState.CONFIRMED:
            return incident
        if incident.state is IncidentState.WITHDRAWN:
            raise BadInputError("ID", f"{incident_id} was withdrawn; declare it again")
        if person_of(actor) == person_of(incident.declared_by):
            raise BadInputError("ID", f"must be confirmed by somebody else than {actor}")
        for other in self.incidents.incidents():  # both may have been declared at one moment
            if other.state is IncidentState.CONFIRMED and incident.overlaps(other):
                raise BadInputError("ID", f"overlaps {other.incident_id}, which is made good")
        policy = self.policy.version(incident.policy_version)
        # The ledger takes no gift shorter than its notice; a day more lets a slow run end.
        days = max(policy.goodwill_days, policy.min_expiry_notice_days + 1)
        return self._decided(incident, IncidentState.CONFIRMED, actor, now, now + days * _DAY)

    def withdraw(self, incident_id: str, actor: str, now: datetime) -> Incident:
        """Drop an incident that nobody confirmed yet.

        Raises:
            BadInputError: there is no such incident, or it was confirmed.
        """
        incident = self.incident(incident_id)
        if incident.state is IncidentState.CONFIRMED:
            raise BadInputError("ID", f"{incident_id} is confirmed and being made good")
        return self._decided(incident, IncidentState.WITHDRAWN, actor, now, None)

    def incident(self, incident_id: str) -> Incident:
        """Return an incident.

        Raises:
            BadInputError: there is none with this id.
        """
        incident = self.incidents.incident(incident_id)
        if incident is None:
            raise BadInputError("ID", f"{incident_id} is not known; see `reprise outage list`")
        return incident

    def due_of(self, incident: Incident, subscriber: Subscriber) -> Due | None:
        """Return what an account is due, asked by one of its subscriptions.

        All its subscriptions count together; only the first by id answers, so that an account
        with several is met once.
        """
        mirrors = [
            mirror
            for mirror in self.mirrors.mirrors_of(subscriber.account_id)
            if mirror.over_at is None or mirror.over_at > incident.start
        ]
        if min((m.subscription_id for m in mirrors), default="") != subscriber.subscription_id:
            return None
        orders = self.ledger.store.orders_of(subscriber.account_id)
        credits = 0
        worth: Counter[str] = Counter()
        for mirror in mirrors:
            for period in paid_periods(mirror, orders):
                given, bought = self._of_period(incident, period)
                credits += given
                if bought.credits:  # else it was time alone, and nothing was paid for credits
                    worth[bought.currency] += -(-given * bought.paid // bought.credits)
        if not credits:
            return None
        due = Due(subscriber.account_id, credits, dict(+worth))
        if incident.compensation is Compensation.CREDITS:
            return due
        return replace(due, discount=discount_on(mirrors, due.worth))

    def _of_period(self, incident: Incident, period: PaidPeriod) -> tuple[int, Purchase]:
        """Return the credits due for one paid period, and the order that they follow.

        A plan's credits are the catalogue's, or what was really bought where that was more: a
        yearly price carries twelve months', and a plan may have left the catalogue.
        """
        plan = period.plan_at(max(incident.start, period.start))
        bought = period.order_for(plan)
        held = {known.id: known.credits_per_period for known in self.catalogue.plans}
        given = outage_credits(
            max(bought.credits, held.get(plan, 0)),
            (period.start, period.end),
            incident.window,
            self.policy.version(incident.policy_version),
            period.until,
        )
        return given, bought

    def _dues(self, incident: Incident, shard: int) -> list[Due]:
        subscribers = every(partial(self.mirrors.subscribers, shard, incident.start, PAGE_MAX))
        dues = (self.due_of(incident, subscriber) for subscriber in subscribers)
        return [due for due in dues if due is not None]

    def _incident(
        self,
        window: tuple[datetime, datetime],
        severity: Severity,
        operations: Iterable[str],
        actor: str,
        now: datetime,
    ) -> Incident:
        start, end = window
        named = tuple(sorted(set(operations)))
        unknown = set(named) - set(Operation)
        if unknown or not named:
            raise BadInputError("--operations", f"must be some of {', '.join(Operation)}")
        if end > now:
            raise BadInputError(
                "--to", "must not lie ahead: an outage is made good when it is over"
            )
        policy = self.policy.in_force(start)
        earliest = start + timedelta(hours=policy.outage_hours_min)
        if end <= start or end < earliest:
            raise BadInputError(
                "--to",
                f"must be {earliest.isoformat()} or later: policy {policy.id} makes good what lasts"
                f" {policy.outage_hours_min} hours",
            )
        return Incident(
            incident_id=incident_id_of(start, end, named),
            start=start,
            end=end,
            severity=severity,
            operations=named,
            policy_version=policy.id,
            declared_by=actor,
            declared_at=now,
        )

    def _decided(
        self,
        incident: Incident,
        state: IncidentState,
        actor: str,
        now: datetime,
        expires_at: datetime | None,
    ) -> Incident:
        decided = replace(
            incident,
            state=state,
            decided_by=actor,
            decided_at=now,
            expires_at=expires_at,
            version=incident.version + 1,
        )
        self.incidents.save(decided)
        return decided
