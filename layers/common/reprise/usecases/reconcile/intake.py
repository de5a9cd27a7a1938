"""The webhook's way for what reconciling found, and what must not go it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from reprise.billing.checkout import CheckoutSession
from reprise.billing.events import StripeEvent, facts_of
from reprise.metrics import Metric
from reprise.ports.stripe_feed import Found
from reprise.usecases.reconcile.reconciler import Reconciler, Report
from reprise.usecases.stripe.announcing import announced, completed, told
from reprise.usecases.stripe.books import Effect, Handling, NotYetError
from reprise.usecases.stripe.receive import receive

PAID: Final = frozenset({"paid", "no_payment_required"})
_IN_FLIGHT: Final = timedelta(minutes=5)
"""What is younger may still be on its way: finding it first is no news."""


@dataclass(frozen=True, slots=True)
class Intake:
    """What one run lets in.

    Args:
        world: what reconciling needs.
        now: the wall clock.
        report: what the run tells; it is added to.
    """

    world: Reconciler
    now: datetime
    report: Report

    def announce(self, event_type: str, found: Found, at: datetime | None = None) -> Handling:
        """Let an object go the webhook's way, as the event that would have told of it."""
        livemode = self.world.books.expected.livemode
        return self.receive(announced(event_type, found, livemode=livemode, at=at))

    def receive(self, event: Found) -> Handling:
        """Let an event go the webhook's way."""
        raw, read = told(completed(self.world.feed, event))
        done = receive(self.world.books, raw, read, self.now)
        self.report.parked += done[0].effect is Effect.PARK
        self.note(read, done)
        return done[0]

    def note(self, event: StripeEvent, done: list[Handling]) -> None:
        """Add what an event did to the report."""
        self.report.metrics += [metric for handling in done for metric in handling.metrics]
        if any(handling.credits for handling in done):
            self.report.mended += 1
            if self.now - event.created >= _IN_FLIGHT:
                self.report.metrics.append(Metric.MENDED)

    def is_known(self, *stripe_ids: str | None) -> bool:
        """Return whether all ids lead to an order: they are written after what they lead to."""
        found = map(self.world.books.ledger.store.find_alias, filter(None, stripe_ids))
        return all(alias is not None and alias.order_id is not None for alias in found)

    def is_held(self, event: StripeEvent) -> bool:
        """Return whether an event would complete a late pack whose money is asked for."""
        found = facts_of(event)
        if not isinstance(found, CheckoutSession) or found.mode != "payment":
            return False
        if found.payment_status not in PAID or self.is_known(found.session_id):
            return False
        return self.is_wanted_back(self.late_for(found), found)

    def is_wanted_back(self, account_id: str | None, session: CheckoutSession) -> bool:
        """Return whether the money of a late pack is asked for, and count it as held if so."""
        if account_id is None or not self.world.choices.wants_money(account_id, session):
            return False
        self.report.held += 1
        return True

    def late_for(self, session: CheckoutSession) -> str | None:
        """Return whose order it is if the promised time to credit it is over."""
        policy = self.world.books.policy.in_force(session.bought_at)
        if self.now - session.bought_at < timedelta(minutes=policy.pack_credit_minutes):
            return None
        try:
            return self.world.books.account_for(session.account, session.customer)
        except NotYetError:
            return None
