"""Receiving an event: apply it, or keep it until it can be applied; never drop, never guess."""

from dataclasses import replace
from datetime import datetime

from reprise.billing.checkout import CheckoutSession
from reprise.billing.credit_note import CreditNote
from reprise.billing.dispute import DisputeState, FraudWarning
from reprise.billing.events import Facts, StripeEvent, Unreadable, facts_of, read_event
from reprise.billing.invoice import InvoicePaid, InvoicePaymentPaid, InvoiceUnpaid
from reprise.billing.refund import ChargeRefunded, RefundState
from reprise.billing.subscription import CustomerState, SubscriptionState
from reprise.errors import RepriseError, TransientError
from reprise.ledger.entries import Cause
from reprise.ledger.errors import EntryConflictError
from reprise.metrics import Metric
from reprise.ports.parking import Parked
from reprise.usecases.stripe.books import Books, Effect, Handling, NotYetError
from reprise.usecases.stripe.cross_check import charge_refunded
from reprise.usecases.stripe.orders import checkout, invoice_paid, invoice_payment, invoice_unpaid
from reprise.usecases.stripe.reversals import credit_note, dispute, refund, warning
from reprise.usecases.stripe.subscriptions import customer, subscription

SOURCE = "stripe"


def receive(books: Books, raw: bytes, event: StripeEvent, now: datetime) -> list[Handling]:
    """Apply a verified event, park it if it cannot be applied yet, and drive what waited for it.

    Args:
        books: the ledger and what is beside it.
        raw: the event, byte for byte; kept if it is parked.
        event: its envelope.
        now: the wall clock.

    Returns:
        What it did, followed by what parked events did that had waited for it.

    Raises:
        TransientError: nothing or a part was done; the same event again completes it.
    """
    try:
        handling = apply(books, event, now)
    except (NotYetError, EntryConflictError) as wanting:
        return _park(books, raw, event, _wanting(wanting), now)
    return [handling, *_drive_waiting(books, handling, now)]


def redrive(
    books: Books, parked: Parked, now: datetime, driving: frozenset[str] = frozenset()
) -> list[Handling]:
    """Try a parked event again; it leaves the parking lot only once all that it wakes was tried.

    Args:
        books: the ledger and what is beside it.
        parked: an event that waits.
        now: the wall clock.
        driving: parked events that led here; they are not woken by what they wake.
    """
    try:
        handling = apply(books, read_event(parked.body), now)
    except TransientError:
        raise
    except RepriseError as wanting:
        # Whatever is wrong with it is not the fault of the event that woke it.
        books.parking.retried(parked, None)
        # Whoever parked it may have died before it was counted.
        metrics = () if parked.attempts else _counted(wanting)
        return [replace(_waits(wanting), metrics=metrics)]
    woken = _drive_waiting(books, handling, now, driving | {parked.parked_id})
    books.parking.retried(parked, now)
    return [handling, *woken]


def _drive_waiting(
    books: Books, handling: Handling, now: datetime, driving: frozenset[str] = frozenset()
) -> list[Handling]:
    """Try what had waited for the ids that an event made known."""
    return [
        handled
        for stripe_id in dict.fromkeys(handling.aliases)
        for parked in books.parking.waiting_for(stripe_id)
        if parked.parked_id not in driving
        for handled in redrive(books, parked, now, driving)
    ]


def apply(books: Books, event: StripeEvent, now: datetime) -> Handling:
    """Apply an event, or say what it lacks.

    Raises:
        NotYetError: it cannot be applied (yet); nothing of it was, or all that was is idempotent.
    """
    fault = books.expected.mismatch(event)
    found = fault or facts_of(event)
    if isinstance(found, Unreadable):
        raise NotYetError(found.field, found.reason)
    return _apply(books, found, event, Cause(SOURCE, event.event_id, event.created), now)


def _apply(books: Books, found: Facts, event: StripeEvent, cause: Cause, now: datetime) -> Handling:
    match found:
        case CheckoutSession():
            return checkout(books, found, cause, now)
        case InvoicePaid():
            return invoice_paid(books, found, cause, now)
        case InvoicePaymentPaid():
            return invoice_payment(books, found, cause, now)
        case InvoiceUnpaid():
            return invoice_unpaid(found)
        case SubscriptionState():
            return subscription(books, found, event, cause, now)
        case _:
            return _apply_rarer(books, found, cause, now)


def _apply_rarer(books: Books, found: Facts, cause: Cause, now: datetime) -> Handling:
    match found:
        case RefundState() | CreditNote() | DisputeState() | FraudWarning():
            return _reverse(books, found, cause, now)
        case ChargeRefunded():
            return charge_refunded(books, found)
        case CustomerState():
            return customer(books, found)
        case _:
            return Handling(Effect.NONE, reason="an event type that changes nothing here")


def _reverse(
    books: Books,
    found: RefundState | CreditNote | DisputeState | FraudWarning,
    cause: Cause,
    now: datetime,
) -> Handling:
    match found:
        case RefundState():
            return refund(books, found, cause, now)
        case CreditNote():
            return credit_note(books, found, cause, now)
        case DisputeState():
            return dispute(books, found, cause, now)
        case FraudWarning():
            return warning(books, found, cause, now)


def _wanting(error: NotYetError | EntryConflictError) -> NotYetError:
    if isinstance(error, NotYetError):
        return error
    return NotYetError(error.key, "was recorded with other facts", metric=Metric.ENTRY_CONFLICT)


def _park(
    books: Books, raw: bytes, event: StripeEvent, wanting: NotYetError, now: datetime
) -> list[Handling]:
    parked = Parked(
        parked_id=event.event_id,
        source=SOURCE,
        kind=event.type,
        field=wanting.field,
        reason=wanting.fix,
        waits_for=wanting.waits_for,
        body=raw,
        parked_at=now,
    )
    is_new = books.parking.park(parked)
    if parked.waits_for and books.ledger.store.find_alias(parked.waits_for):
        # What it waits for came between looking and parking: nobody else would wake it.
        return redrive(books, parked, now)
    metrics = _counted(wanting) if is_new else ()  # sent again by Stripe, found again in its lists
    return [replace(_waits(wanting), metrics=metrics)]


def _waits(wanting: RepriseError) -> Handling:
    """Return what an event that waits has done: nothing, and what is quiet does not mean to."""
    if isinstance(wanting, NotYetError) and wanting.quiet:
        return Handling(Effect.NONE, reason=f"no credits move, it waits: {wanting.fix}")
    return Handling(Effect.PARK, reason=str(wanting))


def _counted(wanting: RepriseError) -> tuple[Metric, ...]:
    """Return what a parked event is counted by; one that is quiet is not."""
    if isinstance(wanting, EntryConflictError):
        wanting = _wanting(wanting)
    if not isinstance(wanting, NotYetError):
        return (Metric.PARKED_EVENT,)
    if wanting.quiet:
        return ()
    return (Metric.PARKED_EVENT, wanting.metric) if wanting.metric else (Metric.PARKED_EVENT,)
