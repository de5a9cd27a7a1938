"""Checkout sessions: a pack bought, or a subscription begun.

Source: docs.stripe.com/api/checkout/sessions/object and /payments/checkout/fulfill-orders.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from reprise.billing.account import AccountRef, account_ref, user_id
from reprise.billing.fields import Fields

type CheckoutKind = Literal["completed", "async_succeeded", "async_failed", "expired"]
type CheckoutMode = Literal["payment", "setup", "subscription"]
type PaymentStatus = Literal["paid", "unpaid", "no_payment_required"]

_MODES: tuple[CheckoutMode, ...] = get_args(CheckoutMode.__value__)
_PAYMENT_STATUSES: tuple[PaymentStatus, ...] = get_args(PaymentStatus.__value__)


@dataclass(frozen=True, slots=True)
class CheckoutSession:
    """A checkout was completed, paid later, failed or abandoned.

    Args:
        kind: which of the four events this is; a session that was listed is `completed`.
        payment_intent: None in subscription mode and where nothing was to be paid.
        amount_subtotal: the price before discount and tax, in minor units; amount_total: what is
            paid. Both, and the currency, are None in setup mode only.
        listed: the price before discount and tax as our server listed it, with its currency, where
            Stripe showed and took it in the customer's own (sessions before 2025-03-31).
        sku, policy_version: what our server put into the session's metadata, if it did.
        terms_accepted: whether the customer ticked the terms.
        country: of the customer's address, two capital letters, if known.
        paid_at: the time of purchase: that of the event that tells of the payment. The page may
            have stood open for a day before, so a session by itself says only when it was opened.
    """

    kind: CheckoutKind
    session_id: str
    mode: CheckoutMode
    payment_status: PaymentStatus
    account: AccountRef
    customer: str | None
    payment_intent: str | None
    invoice: str | None
    subscription: str | None
    amount_subtotal: int | None
    amount_total: int | None
    currency: str | None
    listed: tuple[int, str] | None
    sku: str | None
    policy_version: str | None
    terms_accepted: bool
    country: str | None
    paid_at: datetime
    livemode: bool


def read_checkout(session: Fields, kind: CheckoutKind) -> CheckoutSession:
    """Read a checkout session; `BadInputError` names the field that cannot be read."""
    mode = session.choice("mode", _MODES)
    has_amount = mode != "setup"
    metadata = session.maybe_nested("metadata")
    address = session.maybe_nested("customer_details").maybe_nested("address")
    consent = session.maybe_nested("consent")
    return CheckoutSession(
        kind=kind,
        session_id=session.text("id"),
        mode=mode,
        payment_status=session.choice("payment_status", _PAYMENT_STATUSES),
        account=account_ref(session.maybe_name("client_reference_id"), user_id(session)),
        customer=session.ref_or_none("customer"),
        payment_intent=session.ref_or_none("payment_intent"),
        invoice=session.ref_or_none("invoice"),
        subscription=session.ref_or_none("subscription"),
        amount_subtotal=session.amount("amount_subtotal") if has_amount else None,
        amount_total=session.amount("amount_total") if has_amount else None,
        currency=session.currency() if has_amount else None,
        listed=_listed(session.maybe_nested("currency_conversion")),
        sku=metadata.maybe_text("sku"),
        policy_version=metadata.maybe_text("policy_version"),
        terms_accepted=consent.maybe_text("terms_of_service") == "accepted",
        country=address.maybe_country(),
        paid_at=session.instant("created"),
        livemode=session.flag("livemode"),
    )


def _listed(conversion: Fields) -> tuple[int, str] | None:
    if not conversion.values:
        return None
    return conversion.amount("amount_subtotal"), conversion.currency("source_currency")
