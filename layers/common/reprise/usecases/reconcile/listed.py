"""What Stripe lists: each object is let in if the ledger does not know it yet."""

from dataclasses import dataclass, replace
from typing import Final

from reprise.billing.checkout import CheckoutSession
from reprise.billing.events import HANDLED_TYPES, read_object
from reprise.billing.refund import RefundState
from reprise.metrics import Metric
from reprise.ports.stripe_feed import Found
from reprise.usecases.reconcile.intake import PAID, Intake
from reprise.usecases.stripe.announcing import told
from reprise.usecases.stripe.books import Effect
from reprise.usecases.stripe.cross_check import known_refunds
from reprise.usecases.stripe.reversals import root_of_payment

REFUND: Final = "refund.updated"
_SESSION: Final = "checkout.session.completed"


@dataclass(frozen=True, slots=True)
class Listed:
    """One visit for each of Stripe's lists."""

    intake: Intake

    def event(self, event: Found) -> None:
        """Let an event in that nobody took."""
        intake = self.intake
        if event.get("type") in HANDLED_TYPES and not intake.is_held(told(event)[1]):
            intake.receive(event)

    def invoice(self, invoice: Found) -> None:
        """Grant a paid invoice that the ledger does not know, and join its payments to it."""
        intake, invoice_id = self.intake, str(invoice["id"])
        if intake.is_known(invoice_id):
            return
        if intake.announce("invoice.paid", invoice).effect is Effect.PARK:
            return
        for payment in intake.world.feed.invoice_payments(invoice=invoice_id):
            intake.announce("invoice_payment.paid", payment)

    def session(self, found: Found) -> None:
        """Credit a paid pack that the ledger does not know, or ask whether it is still wanted."""
        intake = self.intake
        if found.get("mode") != "payment" or found.get("payment_status") not in PAID:
            return
        session = read_object(_SESSION, found)
        if not isinstance(session, CheckoutSession):
            intake.announce(_SESSION, found)
            return
        payment = session.payment_intent
        if intake.is_known(session.session_id, payment):
            return
        paid_at = intake.world.feed.paid_at(payment) if payment else None
        session = replace(session, paid_at=paid_at)
        account_id = intake.late_for(session)
        if intake.is_wanted_back(account_id, session):
            return
        done = intake.announce(_SESSION, found, paid_at)
        if done.effect is not Effect.PARK or account_id is None:
            return
        if intake.world.choices.ask(account_id, session, done.reason, intake.now):
            intake.report.asked += 1
            intake.report.metrics.append(Metric.CASE_OPENED)

    def refund(self, found: Found) -> None:
        """Merge a refund of an order; what is of no order waits with its own events."""
        seen = read_object(REFUND, found)
        if not isinstance(seen, RefundState):
            self.intake.announce(REFUND, found)
            return
        books = self.intake.world.books
        root = root_of_payment(books, seen.payment_intent, seen.charge)
        if root is None:
            return
        known = known_refunds(books, root).get(seen.refund_id)
        if known is None or known.status.name.lower() != seen.status:
            self.intake.announce(REFUND, found)
