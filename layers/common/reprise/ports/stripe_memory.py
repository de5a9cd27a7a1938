"""The in-memory Stripe, for tests: what it was told, and refunds with keys and faults."""

from dataclasses import dataclass, field, replace
from typing import override

from reprise.billing.checkout import CheckoutSession
from reprise.ledger.reversals import RefundStatus
from reprise.ports.stripe import (
    Bought,
    Payment,
    RefundOrder,
    RefundSeen,
    StripeBrokenError,
    StripeDesk,
    StripePortal,
    StripeRefusedError,
)


@dataclass(slots=True)
class MemoryStripe(StripeDesk, StripePortal):
    """A `StripeDesk` and a `StripePortal` in dictionaries.

    Args:
        roots: how sessions and invoices were paid.
        sessions: sessions by any id that leads to them; charges: payments by charge.
        refunds: by payment.
        customers: those who have a portal; ended: subscriptions that were ended.
        faults: raised by the next calls of `refund`, each before or, if named in `after`, once the
            work was done.
    """

    roots: dict[str, Bought] = field(default_factory=dict)
    sessions: dict[str, CheckoutSession] = field(default_factory=dict)
    charges: dict[str, str] = field(default_factory=dict)
    refunds: dict[str, list[RefundSeen]] = field(default_factory=dict)
    customers: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)
    faults: list[Exception] = field(default_factory=list)
    after: bool = False
    answers: dict[str, RefundSeen | Exception] = field(default_factory=dict)
    status: RefundStatus = RefundStatus.SUCCEEDED

    @override
    def bought(self, root: str) -> Bought:
        found = self.roots.get(root, Bought())
        return replace(found, payments=tuple(self._shown(one) for one in found.payments))

    @override
    def session_of(self, stripe_id: str) -> CheckoutSession | None:
        return self.sessions.get(stripe_id)

    @override
    def payment_of(self, charge_id: str) -> str | None:
        return self.charges.get(charge_id)

    @override
    def refunds_of(self, payment_id: str) -> tuple[RefundSeen, ...]:
        return tuple(self.refunds.get(payment_id, ()))

    @override
    def refund(self, order: RefundOrder) -> RefundSeen:
        stored = self.answers.get(order.key)
        if isinstance(stored, Exception):
            raise stored
        if stored is not None:
            return stored
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None and not self.after:
            self._store(order, fault)
            raise fault
        made = self._refunded(order)
        self._store(order, fault or made)
        if fault is not None:
            if not isinstance(fault, StripeBrokenError):
                self.answers[order.key] = made
            raise fault
        return made

    @override
    def end_subscription(self, subscription_id: str) -> None:
        self.ended.add(subscription_id)

    @override
    def portal_link(self, customer: str, return_url: str) -> str | None:
        known = customer in self.customers
        return f"https://billing.stripe.com/p/session/{customer}" if known else None

    def _store(self, order: RefundOrder, answer: RefundSeen | Exception) -> None:
        if isinstance(answer, (RefundSeen, StripeBrokenError, StripeRefusedError)):
            self.answers[order.key] = answer

    def _refunded(self, order: RefundOrder) -> RefundSeen:
        known = {one.payment_id: one for root in self.roots for one in self.bought(root).payments}
        payment = known[order.payment_id]
        if payment.disputed:
            raise StripeRefusedError("charge_disputed", "charged back")
        if payment.refunded_minor + order.amount_minor > payment.amount_minor:
            raise StripeRefusedError("charge_already_refunded", "already refunded")
        made = self.refunds.setdefault(order.payment_id, [])
        number = sum(map(len, self.refunds.values())) + 1
        seen = RefundSeen(f"re_{number}", order.amount_minor, self.status, order.attempt_id)
        made.append(seen)
        return seen

    def _shown(self, payment: Payment) -> Payment:
        back = sum(r.amount_minor for r in self.refunds_of(payment.payment_id) if r.status.counts)
        return replace(payment, refunded_minor=payment.refunded_minor + back)
