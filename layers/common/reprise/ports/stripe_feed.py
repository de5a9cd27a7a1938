"""What Stripe lists, as the reconciler reads it: objects as they are, newest first, in pages.

Every method raises `StripeBusyError`, `StripeSilentError` or `StripeBrokenError` where Stripe
cannot be asked now, and `StripeRefusedError` where it refuses.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from reprise.ports.ledger import Page

type Found = Mapping[str, Any]
"""One object of Stripe's, untouched."""


class StripeFeed(Protocol):
    """Stripe's lists, and the few look-ups that complete what a webhook left open."""

    def undelivered(self, since: datetime, cursor: str | None) -> Page[Found]:
        """Return events that no endpoint has taken yet, those made since then."""
        ...

    def sessions(self, since: datetime, cursor: str | None) -> Page[Found]:
        """Return completed checkout sessions, those made since then."""
        ...

    def invoices(self, since: datetime, cursor: str | None) -> Page[Found]:
        """Return paid invoices, those made since then."""
        ...

    def refunds(self, since: datetime, cursor: str | None) -> Page[Found]:
        """Return refunds, those made since then."""
        ...

    def refunds_by(self, stripe_id: str) -> list[Found]:
        """Return every refund of a payment or charge."""
        ...

    def paid_invoice(self, invoice_id: str) -> list[Found]:
        """Return an invoice if it is there and was paid, as a list of one."""
        ...

    def lines(self, invoice_id: str) -> list[Found]:
        """Return every line of an invoice."""
        ...

    def invoice_payments(self, *, invoice: str = "", payment_intent: str = "") -> list[Found]:
        """Return what paid an invoice, or what a payment paid."""
        ...

    def sessions_of(self, payment_intent: str) -> list[Found]:
        """Return the checkout sessions of a payment."""
        ...

    def paid_at(self, payment_intent: str) -> datetime | None:
        """Return when a payment was made; None where it is not known."""
        ...

    def payment_of(self, charge_id: str) -> str | None:
        """Return the payment intent of a charge."""
        ...
