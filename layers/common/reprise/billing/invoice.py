"""Invoices: paid, paid by which payment, or not paid.

Source: docs.stripe.com/api/invoices/object, /api/invoice-payment/object and changelog
2025-03-31.basil, which moved the subscription and removed the payment.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from reprise.billing.account import AccountRef, account_ref, user_id
from reprise.billing.fields import Fields
from reprise.billing.invoice_line import InvoiceLine, read_line

type BillingReason = Literal[
    "automatic_pending_invoice_item_invoice",
    "manual",
    "quote_accept",
    "subscription",
    "subscription_create",
    "subscription_cycle",
    "subscription_threshold",
    "subscription_update",
    "upcoming",
]
type UnpaidKind = Literal["payment_failed", "marked_uncollectible", "voided"]

_BILLING_REASONS: tuple[BillingReason, ...] = get_args(BillingReason.__value__)
_PAYMENT_TYPES = ("payment_intent", "charge", "payment_record")
_PAID = ("paid",)


@dataclass(frozen=True, slots=True)
class InvoicePaid:
    """An invoice was paid, by whatever means; the only event that grants a plan's credits.

    Args:
        billing_reason: why Stripe made it; only `subscription_create` and `subscription_cycle`
            pay whole periods.
        subscription: None for a manual invoice.
        amount_paid: what was paid, in minor units.
        country: of the customer's address, two capital letters, if known.
        lines_have_more: whether the event carries only the first lines; the rest must be listed.
        payment_intent, charge: before 2025-03-31.basil only; since then `InvoicePaymentPaid` joins.
    """

    invoice_id: str
    number: str | None
    billing_reason: BillingReason
    subscription: str | None
    customer: str | None
    account: AccountRef
    policy_version: str | None
    amount_paid: int
    currency: str
    created_at: datetime
    paid_at: datetime
    country: str | None
    lines: tuple[InvoiceLine, ...]
    lines_have_more: bool
    payment_intent: str | None
    charge: str | None
    livemode: bool


@dataclass(frozen=True, slots=True)
class InvoicePaymentPaid:
    """A payment paid (a part of) an invoice; joins charges, refunds and disputes to it.

    Args:
        payment_id: of whatever kind; that of a record where it was made outside Stripe.
        payment_intent, charge: one of them; neither where the payment was made outside Stripe.
        amount: what this payment paid of the invoice, in minor units.
    """

    invoice: str
    payment_id: str
    payment_intent: str | None
    charge: str | None
    amount: int
    currency: str
    livemode: bool


@dataclass(frozen=True, slots=True)
class InvoiceUnpaid:
    """An invoice was not paid: an attempt failed, or it was written off or voided."""

    kind: UnpaidKind
    invoice_id: str
    billing_reason: BillingReason
    subscription: str | None
    customer: str | None
    account: AccountRef
    livemode: bool


def read_invoice_paid(invoice: Fields) -> InvoicePaid:
    """Read a paid invoice; `BadInputError` names the field that cannot be read."""
    invoice.choice("status", _PAID)
    subscription, metadata = _subscription(invoice)
    line_list = invoice.nested("lines")
    lines = tuple(read_line(line) for line in line_list.items("data"))
    lines_have_more = line_list.flag("has_more")
    if invoice.number("total") > 0 and not lines and not lines_have_more:
        raise invoice.fault("lines", "must say what the total is for")
    own = invoice.maybe_nested("metadata").maybe_text("policy_version")
    return InvoicePaid(
        invoice_id=invoice.text("id"),
        number=invoice.maybe_text("number"),
        billing_reason=invoice.choice("billing_reason", _BILLING_REASONS),
        subscription=subscription,
        customer=invoice.ref_or_none("customer"),
        account=account_ref(
            user_id(invoice), metadata.maybe_name("user_id"), *(line.account for line in lines)
        ),
        policy_version=own or metadata.maybe_text("policy_version"),
        amount_paid=invoice.amount("amount_paid"),
        currency=invoice.currency(),
        created_at=invoice.instant("created"),
        paid_at=invoice.nested("status_transitions").instant("paid_at"),
        country=invoice.maybe_nested("customer_address").maybe_country(),
        lines=lines,
        lines_have_more=lines_have_more,
        payment_intent=_payment(invoice, "payment_intent"),
        charge=_payment(invoice, "charge"),
        livemode=invoice.flag("livemode"),
    )


def read_invoice_payment(paid: Fields) -> InvoicePaymentPaid:
    """Read an invoice payment; `BadInputError` names the field that cannot be read."""
    paid.choice("status", _PAID)
    payment = paid.nested("payment")
    kind = payment.choice("type", _PAYMENT_TYPES)
    payment_id = payment.ref(kind)
    return InvoicePaymentPaid(
        invoice=paid.ref("invoice"),
        payment_id=payment_id,
        payment_intent=payment_id if kind == "payment_intent" else None,
        charge=payment_id if kind == "charge" else None,
        amount=paid.amount("amount_paid"),
        currency=paid.currency(),
        livemode=paid.flag("livemode"),
    )


def read_invoice_unpaid(invoice: Fields, kind: UnpaidKind) -> InvoiceUnpaid:
    """Read an unpaid invoice; `BadInputError` names the field that cannot be read."""
    subscription, metadata = _subscription(invoice)
    return InvoiceUnpaid(
        kind=kind,
        invoice_id=invoice.text("id"),
        billing_reason=invoice.choice("billing_reason", _BILLING_REASONS),
        subscription=subscription,
        customer=invoice.ref_or_none("customer"),
        account=account_ref(user_id(invoice), metadata.maybe_name("user_id")),
        livemode=invoice.flag("livemode"),
    )


def _subscription(invoice: Fields) -> tuple[str | None, Fields]:
    """Return the subscription that made the invoice, and its metadata at that time."""
    if invoice.has("parent"):
        parent = invoice.nested_or_none("parent")
        if parent is None or parent.text("type") != "subscription_details":
            return None, Fields({})
        details = parent.nested("subscription_details")
        return details.ref("subscription"), details.maybe_nested("metadata")
    if invoice.has("subscription"):
        details = invoice.maybe_nested("subscription_details")
        return invoice.ref_or_none("subscription"), details.maybe_nested("metadata")
    raise invoice.fault("parent", "must be present, or subscription")


def _payment(invoice: Fields, key: str) -> str | None:
    return invoice.maybe_ref(key) if invoice.has("parent") else invoice.ref_or_none(key)
