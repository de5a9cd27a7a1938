"""What Stripe says went back of a payment, against the refunds that are known of it.

`charge.refunded` moves no credits: its amount is cumulative, and the refunds come on their own. But
where it says more than they do, a refund's own events were lost, or are still on their way. So it
waits, without an alarm, until they are known; the reconciler asks Stripe for those that never come.
"""

from collections.abc import Collection

from reprise.billing.events import Facts, Unreadable
from reprise.billing.refund import ChargeRefunded, RefundState
from reprise.ledger.reversals import Refund
from reprise.ports.ledger import Alias
from reprise.usecases.stripe.books import Books, Effect, Handling, NotYetError
from reprise.usecases.stripe.reversals import is_under, root_of_payment

_NOTE = "cn_"
FIELD = "amount_refunded"
"""What the parked event lacks, by which the reconciler knows it."""


def charge_refunded(books: Books, found: ChargeRefunded) -> Handling:
    """Let a refunded charge wait until the refunds that are known make up its amount."""
    root = root_of_payment(books, found.payment_intent, found.charge_id)
    known = known_refunds(books, root) if root else {}
    # One that failed since is in the charge's amount as well; its successor is in Stripe's lists.
    total = sum(one.amount for one in known.values())
    # Of two payments, the refunds of one may hide that those of the other are missing.
    if root is None or total < found.amount_refunded or _paid_by_several(books, root):
        raise NotYetError(
            FIELD,
            f"{found.amount_refunded} {found.currency} went back, {total} of it is known here",
            waits_for=found.charge_id,
            quiet=True,
        )
    reason = f"a cross-check: all {found.amount_refunded} {found.currency} are known as refunds"
    return Handling(Effect.NONE, root.account_id, reason=reason)


def agrees(
    books: Books, root: Alias, found: ChargeRefunded, listed: Collection[Facts | Unreadable]
) -> bool:
    """Return whether charge, Stripe's refunds of it and the ledger's say the same.

    The charge's amount is of the event's time: a refund that failed since is still in it.

    Args:
        books: the ledger.
        root: where the charge points.
        found: the charge.
        listed: every refund of it as Stripe lists them now, after each was applied.
    """
    known = known_refunds(books, root)
    refunds = [one for one in listed if isinstance(one, RefundState)]
    is_noted = len(refunds) == len(listed) and all(
        one.refund_id in known
        and known[one.refund_id].amount == one.amount
        and known[one.refund_id].status.counts is one.counts
        for one in refunds
    )
    return is_noted and sum(one.amount for one in refunds) >= found.amount_refunded


def known_refunds(books: Books, root: Alias) -> dict[str, Refund]:
    """Return Stripe's refunds that the orders of a payment know.

    An attempt without one is none yet, and what a credit note gives back otherwise never is one.
    """
    return {
        key: refund
        for order in books.ledger.store.orders_of(root.account_id, root.order_id or "")
        if is_under(order, root)
        for key, refund in order.reversals.refunds.items()
        if key != refund.attempt and not key.startswith(_NOTE)
    }


def _paid_by_several(books: Books, root: Alias) -> bool:
    orders = books.ledger.store.orders_of(root.account_id, root.order_id or "")
    return any(len(order.reversals.payments) > 1 for order in orders if is_under(order, root))
