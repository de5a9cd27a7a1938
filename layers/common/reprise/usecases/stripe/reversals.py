"""Money back and money fought over: refunds, disputes and warnings become facts of an order."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from reprise.billing.credit_note import CreditNote
from reprise.billing.dispute import DisputeState, FraudWarning
from reprise.billing.refund import RefundState, case_of
from reprise.ledger.commands import ReverseOrder
from reprise.ledger.entries import Cause
from reprise.ledger.instants import to_ms
from reprise.ledger.orders import Order
from reprise.ledger.reversals import Dispute, Movement, Refund, RefundStatus, Reversals
from reprise.ports.ledger import Alias, Read
from reprise.usecases.ledger import Effect as Run
from reprise.usecases.stripe.books import Books, Effect, Handling, NotYetError, Tally


@dataclass(slots=True)
class _Merged(Tally):
    """What merging facts into the orders of a payment did.

    Args:
        claims: whether its reversals claim any credits now; freezes: whether any are frozen.
    """

    claims: bool = False
    freezes: bool = False

    def told(self, effect: Effect, reason: str) -> Handling:
        """Return the sum: what was paid twice, or cost nothing, takes and freezes nothing."""
        idle = {Effect.CLAW_BACK: not self.claims, Effect.FREEZE: not self.freezes}
        if self.keys and idle.get(effect, False):
            return self.handling(Effect.NONE, f"{reason}; what it is about bought no credits")
        return self.handling(effect, reason)


def paid_by(
    books: Books, root: Alias, payment: tuple[str, int], cause: Cause, now: datetime
) -> Tally:
    """Note what a payment paid; what was paid above the price, reversals consume first.

    One payment of the price is what an order expects, so nothing is written about it but the note.
    Two may be two parts of the price, or the price paid twice: their sum tells.

    Args:
        books: the ledger and what is beside it.
        root: the account, and the checkout session or invoice that was paid.
        payment: Stripe's id of it, and the minor units that it paid.
        cause: what led to it.
        now: the wall clock.
    """
    noted = books.ledger.store.note_payment(root.order_id or "", *payment)
    paid = sum(noted.values())
    if not any(paid > one.purchase.payment for one in orders_under(books, root)):
        return Tally(root.account_id)

    def facts(order: Order) -> Reversals:
        return Reversals(payments=noted if paid > order.purchase.payment else {})

    return _merge(books, root, facts, cause, now)


def refund(books: Books, found: RefundState, cause: Cause, now: datetime) -> Handling:
    """Merge a refund into the orders that its payment bought; one of ours is of one order."""
    root = _root(books, found.payment_intent, found.charge)
    status = RefundStatus[found.status.upper()]
    ours = _attempted(books, root, found)

    def facts(order: Order) -> Reversals:
        _in_currency_of(order, found.currency)
        if ours is None:
            return Reversals(refunds={found.refund_id: Refund(found.amount, status)})
        made = Refund(found.amount, status, found.attempt)
        return for_line(ours, found.refund_id, made, order.order_id)

    tally = _merge(books, root, facts, cause, now)
    tally.point(books, root, found.charge)
    if found.attempt and not status.counts and (ours or not orders_under(books, root)):
        # Said again with every delivery: the case finds out whether there is news.
        books.wake([case_of(found.attempt)], now)
    effect = Effect.CLAW_BACK if status.counts else Effect.RESTORE
    return tally.told(effect, f"refund {found.refund_id} is {found.status}")


def credit_note(books: Books, found: CreditNote, cause: Cause, now: datetime) -> Handling:
    """Merge what a credit note gave back of an invoice, to a balance or outside Stripe."""
    if not found.parts:
        return Handling(Effect.NONE, reason="it gives nothing back beside refunds")
    root = root_of_payment(books, found.invoice)
    if root is None:
        raise NotYetError("invoice", f"{found.invoice} must be paid first", waits_for=found.invoice)
    status = RefundStatus.CANCELED if found.void else RefundStatus.SUCCEEDED

    def facts(order: Order) -> Reversals:
        _in_currency_of(order, found.currency)
        # What cost nothing has nothing to give back: it is then of all that was paid.
        lines = {line: f"{found.invoice}/{line}" for line in found.parts}
        paid = order.purchase.shares
        return Reversals(
            refunds={
                f"{found.note_id}/{line}".rstrip("/"): Refund(
                    part, status, line=lines[line] if paid.get(lines[line]) else None
                )
                for line, part in found.parts.items()
            }
        )

    tally = _merge(books, root, facts, cause, now)
    effect = Effect.RESTORE if found.void else Effect.CLAW_BACK
    back = sum(found.parts.values())
    return tally.told(effect, f"{found.note_id} gave {back} {found.currency} back")


def for_line(line: str, refund_id: str, made: Refund, order_id: str) -> Reversals:
    """Return what a refund that we made for one line alone is to an order of the same payment.

    Args:
        line: the order that it is of.
        refund_id: its id, or that of the attempt while it has none.
        made: the refund.
        order_id: the order that is told of it: what it keeps is more by what its sibling lost.
    """
    told = made if order_id == line else replace(made, line=line)
    return Reversals(refunds={refund_id: told})


def dispute(books: Books, found: DisputeState, cause: Cause, now: datetime) -> Handling:
    """Merge a dispute into the orders that its payment bought.

    Money that moved claws back or restores; an open dispute or inquiry freezes; only a lost one
    makes shortfall owed.
    """
    root = _root(books, found.payment_intent, found.charge)
    moves = {txn.txn_id: Movement(txn.amount, to_ms(txn.created_at)) for txn in found.txns}
    seen = Dispute(found.amount, frozenset({found.status}), moves)

    def facts(order: Order) -> Reversals:
        _in_currency_of(order, found.currency)
        # It may exceed its charge (fees, rates); more than was paid it cannot take.
        payment = order.purchase.payment
        own = replace(seen, amount=min(found.amount, payment)) if payment else seen
        return Reversals(disputes={found.dispute_id: own})

    tally = _merge(books, root, facts, cause, now)
    tally.point(books, root, found.charge)
    return tally.told(_dispute_effect(seen), f"dispute {found.dispute_id} is {found.status}")


def _dispute_effect(seen: Dispute) -> Effect:
    """Return what the event says of the money: a part that came back leaves the rest withdrawn."""
    moves = sorted(seen.movements.values(), key=lambda move: (move.at_ms, move.amount))
    if seen.withdrawn > 0 and not (moves and moves[-1].amount > 0):
        return Effect.CLAW_BACK
    if moves:
        return Effect.RESTORE
    return Effect.FREEZE if seen.open else Effect.UNFREEZE


def warning(books: Books, found: FraudWarning, cause: Cause, now: datetime) -> Handling:
    """Freeze the orders of a payment that its card's issuer suspects, for the policy's time."""
    root = _root(books, found.payment_intent, found.charge)
    if not found.actionable:
        return Handling(Effect.ALERT, root.account_id, reason="the payment was reversed already")

    def facts(order: Order) -> Reversals:
        policy = books.policy.version(order.purchase.policy_version)
        until = found.created_at + timedelta(days=policy.fraud_warning_freeze_days)
        return Reversals(warnings={found.warning_id: until})

    tally = _merge(books, root, facts, cause, now)
    return tally.told(Effect.FREEZE, f"fraud warning {found.fraud_type}")


def _attempted(books: Books, root: Alias, found: RefundState) -> str | None:
    """Return the order for which this refund carries an attempt of ours out.

    Anybody with the dashboard can write metadata: an attempt counts only if it is stored, for this
    amount. An attempt names itself; another refund's id there would keep that one from counting.
    """
    for order in books.ledger.store.orders_of(root.account_id, root.order_id or ""):
        known = order.reversals.refunds.get(found.attempt or "")
        if known is None or known.attempt != found.attempt:
            continue
        if known.amount == found.amount and is_under(order, root):
            return known.line or order.order_id
    return None


def _root(books: Books, payment_intent: str | None, charge: str | None) -> Alias:
    """Return where a payment points: an account and a checkout session or invoice."""
    root = root_of_payment(books, payment_intent, charge)
    if root is not None:
        return root
    given = [stripe_id for stripe_id in (payment_intent, charge) if stripe_id]
    raise NotYetError(
        "payment_intent",
        f"{' or '.join(given) or 'a payment'} must belong to a known order",
        waits_for=given[0] if given else None,
    )


def _in_currency_of(order: Order, currency: str) -> None:
    """Raise if an amount cannot be compared with what was paid."""
    if currency != order.purchase.currency:
        paid = order.purchase.currency
        raise NotYetError("currency", f"{currency} must be {paid}, in which the order was paid")


def root_of_payment(books: Books, *stripe_ids: str | None) -> Alias | None:
    """Return where the first known of a payment's ids points, if that is to an order."""
    for stripe_id in filter(None, stripe_ids):
        root = books.ledger.store.find_alias(stripe_id)
        if root is not None and root.order_id is not None:
            return root
    return None


def _merge(
    books: Books,
    root: Alias,
    facts: Callable[[Order], Reversals],
    cause: Cause,
    now: datetime,
) -> _Merged:
    """Merge facts into every order under a payment."""
    tally = _Merged(root.account_id)
    for order_id in sorted(order.order_id for order in orders_under(books, root)):
        make = partial(reversal, books, order_id, facts, cause)
        done = books.ledger.run_made(root.account_id, make, now, orders=frozenset({order_id}))
        if done.effect is Run.APPLIED and done.entry is not None:
            tally.keys.append(done.entry.key)
            tally.credits += done.entry.credits
            tally.claims = tally.claims or order_id in done.account.claims
            tally.freezes = tally.freezes or order_id in done.account.freezes
    return tally


def orders_under(books: Books, root: Alias) -> list[Order]:
    """Return the orders that were paid with the session or invoice that the alias names."""
    orders = books.ledger.store.orders_of(root.account_id, root.order_id or "")
    return [order for order in orders if is_under(order, root)]


def is_under(order: Order, root: Alias) -> bool:
    """Return whether an order was paid with the session or invoice that the alias names."""
    return order.order_id == root.order_id or order.order_id.startswith(f"{root.order_id}/")


def reversal(
    books: Books,
    order_id: str,
    facts: Callable[[Order], Reversals],
    cause: Cause,
    read: Read,
) -> ReverseOrder | None:
    """Return the command that merges the facts into the order as it was just read."""
    order = read.orders[order_id]
    if read.account is None:
        return None
    subscription = order.purchase.subscription_id
    # Read after the head: a change in between moves the head, and the write is decided again.
    others = (
        books.ledger.store.orders_of(read.account.account_id) if subscription is not None else ()
    )
    return ReverseOrder(order_id, order.version, facts(order), cause, _periods(others, order_id))


def _periods(orders: Iterable[Order], order_id: str) -> tuple[tuple[str, datetime], ...]:
    """Return the periods that the account's other subscription lines still pay for."""
    return tuple(
        (bought.subscription_id, bought.period_end)
        for order in orders
        for bought in (order.purchase,)
        if order.order_id != order_id
        and order.net_paid
        and bought.subscription_id is not None
        and bought.period_end is not None
    )
