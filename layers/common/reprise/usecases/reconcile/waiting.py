"""What is parked: tried again, ever more seldom, with whatever Stripe can add to it."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from reprise.billing.events import StripeEvent, facts_of, read_object
from reprise.billing.refund import ChargeRefunded
from reprise.metrics import Metric
from reprise.ports.parking import Parked
from reprise.usecases.reconcile.listed import REFUND, Listed
from reprise.usecases.stripe.announcing import completed, told
from reprise.usecases.stripe.cross_check import FIELD, agrees
from reprise.usecases.stripe.receive import redrive
from reprise.usecases.stripe.reversals import root_of_payment

_QUICK_TRIES: Final = 6
_HOURLY_FOR: Final = timedelta(hours=72)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The parked events of one run."""

    listed: Listed

    def is_due(self, parked: Parked) -> bool:
        """Return whether it is time to try again: at once a few times, then hourly, then daily."""
        age = max(self.listed.intake.now - parked.parked_at, timedelta(0))
        return parked.attempts < _QUICK_TRIES + min(age, _HOURLY_FOR) // _HOUR + age // _DAY

    def redrive(self, parked: Parked) -> None:
        """Try a parked event again, after asking Stripe for what it waits for."""
        intake = self.listed.intake
        books, now = intake.world.books, intake.now
        intake.report.seen += 1
        intake.report.redriven += 1
        if parked.waits_for is not None:
            self._fetch(parked.waits_for)
        raw, event = told(completed(intake.world.feed, json.loads(parked.body)))
        if intake.is_held(event):
            return
        if parked.field == FIELD and self._agrees(event):
            books.parking.retried(parked, now)
            return
        intake.note(event, redrive(books, replace(parked, body=raw), now))

    def _agrees(self, event: StripeEvent) -> bool:
        """Apply every refund that Stripe lists of a charge; alarm where its sum does not agree."""
        intake, charge = self.listed.intake, facts_of(event)
        if not isinstance(charge, ChargeRefunded):
            return False
        books = intake.world.books
        root = root_of_payment(books, charge.payment_intent, charge.charge_id)
        if root is None:
            return False  # nobody's order so far
        rows = intake.world.feed.refunds_by(charge.payment_intent or charge.charge_id)
        for row in rows:
            self.listed.refund(row)
        is_sound = agrees(books, root, charge, [read_object(REFUND, row) for row in rows])
        if not is_sound:
            intake.report.metrics.append(Metric.REFUND_MISMATCH)
        return is_sound

    def _fetch(self, wanted: str) -> None:
        """Ask Stripe for what leads from an id to an order: the webhook may never say it."""
        intake = self.listed.intake
        feed, books = intake.world.feed, intake.world.books
        if wanted.startswith("in_"):
            for invoice in feed.paid_invoice(wanted):
                self.listed.invoice(invoice)
            return
        payment = feed.payment_of(wanted) if wanted.startswith(("ch_", "py_")) else wanted
        if payment is None or not payment.startswith("pi_"):
            return
        for paid in feed.invoice_payments(payment_intent=payment):
            intake.announce("invoice_payment.paid", paid)
        for session in feed.sessions_of(payment):
            self.listed.session(session)
        root = root_of_payment(books, payment)
        if root is not None:
            books.alias(root, [wanted])
