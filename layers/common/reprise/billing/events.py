"""A Stripe event: its envelope, and what it says.

`read_event` reads the envelope of verified bytes. `facts_of` reads the object in it; it never
raises on what Stripe, or anybody, may send.

Source: docs.stripe.com/api/events/object and /api/events/types.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from reprise.billing.checkout import CheckoutSession, read_checkout
from reprise.billing.credit_note import CreditNote, read_credit_note
from reprise.billing.dispute import DisputeState, FraudWarning, read_dispute, read_fraud_warning
from reprise.billing.fields import Fields
from reprise.billing.invoice import (
    InvoicePaid,
    InvoicePaymentPaid,
    InvoiceUnpaid,
    read_invoice_paid,
    read_invoice_payment,
    read_invoice_unpaid,
)
from reprise.billing.refund import ChargeRefunded, RefundState, read_charge_refunded, read_refund
from reprise.billing.subscription import (
    CustomerState,
    SubscriptionState,
    read_customer,
    read_subscription,
)
from reprise.errors import BadInputError

EVENT_BYTES_MAX = 1_048_576
EVENT_DEPTH_MAX = 32

OLDEST_VERSION = "2022-11-15"
NEWEST_VERSION = "2026-10-28"
"""The dates of the API versions whose shapes the readers know; another one is never guessed at."""


@dataclass(frozen=True, slots=True)
class StripeEvent:
    """The envelope of an event.

    Args:
        event_id: Stripe's id; a cause, never a key: one change may arrive as two events.
        api_version: what shape the object has; fixed when the event was made.
        account: the connected account it happened on; None for our own.
        created: when it happened, to the second; not the order of things.
        subject: `data.object`, untouched.
    """

    event_id: str
    type: str
    api_version: str | None
    account: str | None
    livemode: bool
    created: datetime
    subject: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Ignored:
    """An event of a type that we do not act upon."""

    type: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An event that we would act upon but cannot: to be parked with an alarm, never guessed.

    Args:
        field: dotted path of the field, in the event's object where a reader says so.
        reason: what it should have been, as a clause.
    """

    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Expected:
    """What an event must be to be ours; the rest is parked with an alarm, and grants nothing.

    Args:
        livemode: whether this deployment handles real money.
        account: the connected account; None for our own.
    """

    livemode: bool
    account: str | None = None

    def mismatch(self, event: StripeEvent) -> Unreadable | None:
        """Return the first thing about an event that is not as expected."""
        if event.livemode is not self.livemode:
            return Unreadable("livemode", f"must be {str(self.livemode).lower()} here")
        if event.subject.get("livemode", self.livemode) is not self.livemode:
            return Unreadable("data.object.livemode", "must be that of the event")
        if not OLDEST_VERSION <= (event.api_version or "")[: len(NEWEST_VERSION)] <= NEWEST_VERSION:
            return Unreadable("api_version", f"must be from {OLDEST_VERSION} to {NEWEST_VERSION}")
        if event.account != self.account:
            return Unreadable("account", f"must be {self.account or 'our own'}")
        return None


type Facts = (
    CheckoutSession
    | InvoicePaid
    | InvoicePaymentPaid
    | InvoiceUnpaid
    | SubscriptionState
    | RefundState
    | ChargeRefunded
    | CreditNote
    | DisputeState
    | FraudWarning
    | CustomerState
    | Ignored
)

# Duplicates of these (payment_intent.succeeded, invoice.payment_succeeded) are left out on purpose:
# one granting event per movement of money.
_READERS: dict[str, Callable[[Fields], Facts]] = {
    "checkout.session.completed": partial(read_checkout, kind="completed"),
    "checkout.session.async_payment_succeeded": partial(read_checkout, kind="async_succeeded"),
    "checkout.session.async_payment_failed": partial(read_checkout, kind="async_failed"),
    "checkout.session.expired": partial(read_checkout, kind="expired"),
    "invoice.paid": read_invoice_paid,
    "invoice_payment.paid": read_invoice_payment,
    "invoice.payment_failed": partial(read_invoice_unpaid, kind="payment_failed"),
    "invoice.marked_uncollectible": partial(read_invoice_unpaid, kind="marked_uncollectible"),
    "invoice.voided": partial(read_invoice_unpaid, kind="voided"),
    "customer.subscription.created": partial(read_subscription, kind="created"),
    "customer.subscription.updated": partial(read_subscription, kind="updated"),
    "customer.subscription.deleted": partial(read_subscription, kind="deleted"),
    "customer.subscription.paused": partial(read_subscription, kind="paused"),
    "customer.subscription.resumed": partial(read_subscription, kind="resumed"),
    "refund.created": read_refund,
    "refund.updated": read_refund,
    "refund.failed": read_refund,
    # Before 2024-10-28 the only event that tells of a card's refund that failed.
    "charge.refund.updated": read_refund,
    "charge.refunded": read_charge_refunded,
    "credit_note.created": read_credit_note,
    "credit_note.updated": read_credit_note,
    "credit_note.voided": read_credit_note,
    "charge.dispute.created": partial(read_dispute, kind="created"),
    "charge.dispute.updated": partial(read_dispute, kind="updated"),
    "charge.dispute.closed": partial(read_dispute, kind="closed"),
    "charge.dispute.funds_withdrawn": partial(read_dispute, kind="funds_withdrawn"),
    "charge.dispute.funds_reinstated": partial(read_dispute, kind="funds_reinstated"),
    "radar.early_fraud_warning.created": read_fraud_warning,
    "radar.early_fraud_warning.updated": read_fraud_warning,
    "customer.updated": partial(read_customer, deleted=False),
    "customer.deleted": partial(read_customer, deleted=True),
}

HANDLED_TYPES = frozenset(_READERS)


def read_event(raw: bytes) -> StripeEvent:
    """Read the envelope of an event from verified bytes.

    Raises:
        BadInputError: not one JSON object of bounded size and depth, or not a snapshot event.
    """
    event = Fields(_parse(raw))
    if event.text("object") != "event":
        raise event.fault("object", "must be event: thin events are not subscribed to")
    return StripeEvent(
        event_id=event.text("id"),
        type=event.text("type"),
        api_version=event.text_or_none("api_version"),
        account=event.maybe_text("account"),
        livemode=event.flag("livemode"),
        created=event.instant("created"),
        subject=event.nested("data").nested("object").values,
    )


def facts_of(event: StripeEvent) -> Facts | Unreadable:
    """Return what an event says; never raises."""
    found = read_object(event.type, event.subject)
    # Whoever pays by bank debit, or after a walk, did not pay when the page was opened.
    return replace(found, paid_at=event.created) if isinstance(found, CheckoutSession) else found


def read_object(event_type: str, found: Mapping[str, object]) -> Facts | Unreadable:
    """Return what an event of this type says with this object; never raises.

    What was fetched through the API reads like the event that announces it, so a paid invoice from
    a list is read as `invoice.paid`.
    """
    reader = _READERS.get(event_type)
    if reader is None:
        return Ignored(event_type)
    try:
        return reader(Fields(found))
    except BadInputError as error:
        return Unreadable(error.field, error.fix)


def _parse(raw: bytes) -> Mapping[str, object]:
    if len(raw) > EVENT_BYTES_MAX:
        raise BadInputError("body", f"must be at most {EVENT_BYTES_MAX} bytes")
    try:
        value = json.loads(
            raw.decode(), object_pairs_hook=_no_duplicates, parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as error:
        raise BadInputError("body", "must be one JSON value in UTF-8") from error
    if not isinstance(value, dict):
        raise BadInputError("body", "must be a JSON object")
    _bound_depth(value)
    return value


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadInputError("body", "must not repeat a key")
    return found


def _no_constant(name: str) -> object:
    raise BadInputError("body", f"must not hold {name}")


def _bound_depth(value: dict[str, object]) -> None:
    level: list[object] = list(value.values())
    for _ in range(EVENT_DEPTH_MAX):
        nested = [one for one in level if isinstance(one, (dict, list))]
        if not nested:
            return
        level = [
            child
            for parent in nested
            for child in (parent.values() if isinstance(parent, dict) else parent)
        ]
    raise BadInputError("body", f"must be nested at most {EVENT_DEPTH_MAX} deep")
