"""Billing errors: what ledger and Stripe prove is refunded; the rest is a person's."""

from datetime import datetime
from itertools import accumulate

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
    """Return the refund of all payments of one purchase but the first that make up its price.

    Two may be two parts of the price: nothing was paid twice then.
    """
    duplicate = facts.duplicate
    if duplicate is None or len(duplicate.payments) < 2:  # noqa: PLR2004 - a pair makes a duplicate
        return None
    price, payments = duplicate.order.amount_minor, duplicate.payments
    # Whichever is kept, it must be one that still holds money: a person may have refunded the
    # first one already.
    held = sorted((payment for payment in payments if _left(payment) > 0), key=_age)
    spare = _spare(held, price)
    is_paid_once = sum(map(_left, payments)) <= price < sum(one.amount_minor for one in payments)
    if not spare and not is_paid_once:
        return None
    return Ruling(
        Verdict.APPROVE,
        "charged_twice" if spare else "already_refunded",
        "billing_error",
        tuple(_refund_payment(duplicate, payment) for payment in spare),
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


def _spare(held: list[PaymentFacts], price: int) -> list[PaymentFacts]:
    """Return the payments that came when those before had paid the price."""
    before = [0, *accumulate(payment.amount_minor for payment in held)]
    return [one for one, paid in zip(held, before, strict=False) if paid >= max(price, 1)]


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
