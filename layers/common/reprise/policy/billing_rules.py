"""Billing errors: what ledger and Stripe prove is refunded; the rest is a person's."""

from datetime import datetime

from reprise.policy.decision import Action, ActionKind, Ruling, Verdict, refund, shown
from reprise.policy.facts import (
    CaseFacts,
    DuplicateFacts,
    OrderFacts,
    OrderKind,
    PaymentFacts,
    SubscriptionFacts,
)


def charged_after_cancellation(facts: CaseFacts) -> Ruling | None:
    """Return the refund of what was charged after a confirmed cancellation, if that is proven.

    Without an id in the request the mirror's own list of such invoices is the proof.
    """
    subscription = facts.subscription
    if subscription is None:
        return None
    charged = subscription.charged_after if facts.order is None else (facts.order,)
    proven = [order for order in charged if _is_after(order, subscription)]
    if not proven:
        return None
    return Ruling(
        Verdict.APPROVE,
        "charged_after_cancellation",
        "billing_error",
        tuple(refund(order) for order in proven),
        evidence=(
            ("cancel_confirmed_at", shown(subscription.cancel_confirmed_at)),
            ("cancel_effective_at", shown(subscription.cancel_effective_at)),
            *((f"charged:{order.id}", shown(order.purchased_at)) for order in proven),
        ),
    )


def charged_twice(facts: CaseFacts) -> Ruling | None:
    """Return the refund of all payments but the first of one purchase, if there are several."""
    duplicate = facts.duplicate
    if duplicate is None or len(duplicate.payments) < 2:  # noqa: PLR2004 - a pair makes a duplicate
        return None
    held = sorted((payment for payment in duplicate.payments if _left(payment) > 0), key=_age)
    return Ruling(
        Verdict.APPROVE,
        "charged_twice" if len(held) > 1 else "already_refunded",
        "billing_error",
        # Whichever is kept, it must be one that still holds money: a person may have refunded the
        # first one already.
        tuple(_refund_payment(duplicate, payment) for payment in held[1:]),
        evidence=(
            ("order", duplicate.order.id),
            *((f"paid:{payment.id}", shown(payment.paid_at)) for payment in held),
        ),
    )


def unproven(facts: CaseFacts) -> Ruling:
    """Return a billing error that a person sorts, with what is known."""
    order, subscription = facts.order, facts.subscription
    return Ruling(
        Verdict.PERSON,
        "billing_error_unproven",
        "billing_error",
        evidence=(
            ("order", order.id if order else "none"),
            ("purchased_at", shown(order.purchased_at if order else None)),
            (
                "cancel_confirmed_at",
                shown(subscription.cancel_confirmed_at if subscription else None),
            ),
            ("payments", shown(len(facts.duplicate.payments) if facts.duplicate else None)),
        ),
    )


def _is_after(order: OrderFacts, subscription: SubscriptionFacts) -> bool:
    """Return whether an invoice was charged after the cancellation, for time after it."""
    return (
        order.kind is OrderKind.SUBSCRIPTION
        and order.refundable_minor > 0
        and order.period_start is not None
        and order.purchased_at > subscription.cancel_confirmed_at
        and order.period_start >= subscription.cancel_effective_at
    )


def _left(payment: PaymentFacts) -> int:
    return payment.amount_minor - payment.refunded_minor


def _age(payment: PaymentFacts) -> tuple[datetime, str]:
    return payment.paid_at, payment.id


def _refund_payment(duplicate: DuplicateFacts, payment: PaymentFacts) -> Action:
    return Action(
        ActionKind.REFUND_PAYMENT,
        duplicate.order.id,
        payment.id,
        _left(payment),
        duplicate.order.currency,
    )
