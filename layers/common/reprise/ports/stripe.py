"""What Stripe knows of a payment, and giving it back, as use cases see it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from reprise.billing.checkout import CheckoutSession
from reprise.errors import PermanentError, TransientError
from reprise.ledger.reversals import RefundStatus


class StripeBusyError(TransientError):
    """Stripe did nothing now: one request too many, or the same one is under way."""


class StripeSilentError(TransientError):
    """No answer came: whatever was asked may have been done; the same key tells."""


class StripeBrokenError(TransientError):
    """Stripe failed: what was asked may have been done, and the key answers the same for a day."""


class StripeRefusedError(PermanentError):
    """Stripe will not do it, and did nothing.

    Args:
        code: Stripe's error code; empty where it gives none.
    """

    def __init__(self, code: str, words: str) -> None:
        super().__init__(f"{code or 'refused'}: {words}")
        self.code = code


class StripeForbiddenError(StripeRefusedError):
    """The key may not do it, whatever it is asked about: somebody must give it the right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One succeeded payment.

    Args:
        payment_id: its payment intent.
        amount_minor: what was paid; refunded_minor: what of it went back.
        disputed: whether its charge is or was disputed.
        card: the card's fingerprint, the same for every payment of that card; None where unknown.
        names: what customers see of it: the charge's id, and its receipt's number if one was sent.
    """

    payment_id: str
    paid_at: datetime
    amount_minor: int
    refunded_minor: int
    currency: str
    disputed: bool = False
    card: str | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bought:
    """How an order was paid.

    Args:
        payments: every succeeded payment of the session or invoice, oldest first.
        is_business: the buyer gave a tax id.
    """

    payments: tuple[Payment, ...] = ()
    is_business: bool = False


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """A refund to be made.

    Args:
        attempt_id: our attempt, kept in the refund's metadata.
        key: the idempotency key.
        payment_id: the payment intent whose money it is.
        amount_minor: minor units.
    """

    attempt_id: str
    key: str
    payment_id: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class RefundSeen:
    """A refund as Stripe has it."""

    refund_id: str
    amount_minor: int
    status: RefundStatus
    attempt: str | None


class StripeDesk(Protocol):
    """The few things that cases ask of Stripe.

    Every method raises `StripeBusyError`, `StripeSilentError` or `StripeBrokenError` where Stripe
    cannot be asked now, and `StripeRefusedError` where it refuses.
    """

    def bought(self, root: str) -> Bought:
        """Return how a checkout session or invoice was paid; nothing if it is not known."""
        ...

    def session_of(self, stripe_id: str) -> CheckoutSession | None:
        """Return the checkout session that a session, payment or charge id belongs to."""
        ...

    def payment_of(self, charge_id: str) -> str | None:
        """Return the payment intent of a charge."""
        ...

    def refunds_of(self, payment_id: str) -> tuple[RefundSeen, ...]:
        """Return every refund of a payment."""
        ...

    def refund(self, order: RefundOrder) -> RefundSeen:
        """Give money back; once per key."""
        ...

    def end_subscription(self, subscription_id: str) -> None:
        """End a subscription at once, without an invoice; one that ended before stays as it is."""
        ...


class StripePortal(Protocol):
    """Stripe's pages where customers manage what they pay for; raises as `StripeDesk` does."""

    def portal_link(self, customer: str, return_url: str) -> str | None:
        """Return a fresh link that leads back to `return_url`; None if the customer is unknown."""
        ...
