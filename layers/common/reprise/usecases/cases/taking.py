"""The ledger's side of a refund: credits are taken before the money goes, and returned if not."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from reprise.cases.model import Attempt, Case
from reprise.errors import InvariantViolationError
from reprise.ledger.commands import RefundUncredited, ReverseOrder
from reprise.ledger.entries import Cause
from reprise.ledger.orders import Order, root_of
from reprise.ledger.reversals import Refund, RefundStatus
from reprise.ledger.usage import credits_used
from reprise.policy.decision import ActionKind, Decision, Verdict
from reprise.ports.ledger import Alias, Read
from reprise.ports.stripe import RefundSeen
from reprise.usecases.cases.desk import Desk
from reprise.usecases.cases.lookups import is_uncredited, purchase_of
from reprise.usecases.ledger import Effect
from reprise.usecases.stripe.reversals import for_line, orders_under, paid_by, reversal

_UNUSED_ONLY: Final = frozenset({"withdrawal", "pack_late_refund"})
"""Rules that hold only while none of the credits are used, looked at again as they are taken."""


class NoLongerError(Exception):
    """What was decided does not hold any more; the case is decided anew."""


def take_credits(desk: Desk, case: Case, attempt: Attempt, now: datetime) -> None:
    """Take the order's credits back under the attempt; what is done already stays done.

    Raises:
        NoLongerError: the order is not as it was when the refund was decided.
    """
    account_id, order_id = case.account_id or "", attempt.order_id
    if attempt.kind is ActionKind.REFUND_PAYMENT:
        # What was paid a second time bought no credits: its refund takes none, once that is known.
        _note_payments(desk, case, attempt, now)
    elif order_id not in desk.ledger.store.read(account_id, (), [order_id]).orders:
        _settle_by_money(desk, case, order_id, now)
    decision = decision_of(case)
    unused_only = decision.verdict is Verdict.APPROVE and decision.rule in _UNUSED_ONLY

    def check(read: Read, order: Order) -> None:
        if unused_only and read.account and credits_used(read.account, order) > 0:
            raise NoLongerError("the credits were used meanwhile")
        if any(one.open for one in order.reversals.disputes.values()):
            raise NoLongerError("the payment is disputed meanwhile")

    begun = RefundSeen(attempt.attempt_id, 0, RefundStatus.PENDING, attempt.attempt_id)
    note(desk, case, attempt, begun, now, check=check)


def release(desk: Desk, case: Case, attempt: Attempt, now: datetime) -> None:
    """Give the credits back that the attempt took: a void refund outranks a pending one."""
    stored = desk.ledger.store.read(case.account_id or "", (), [attempt.order_id]).orders
    order = stored.get(attempt.order_id)
    if order is not None and attempt.attempt_id in order.reversals.refunds:
        void = RefundSeen(attempt.attempt_id, 0, RefundStatus.FAILED, attempt.attempt_id)
        note(desk, case, attempt, void, now)


def note(
    desk: Desk,
    case: Case,
    attempt: Attempt,
    seen: RefundSeen,
    now: datetime,
    *,
    check: Callable[[Read, Order], None] = lambda _read, _order: None,
) -> None:
    """Merge a refund that carries the attempt out; Stripe's webhook may have done so already.

    Whatever else the payment bought is told as well: what is given back of the rest is theirs.

    Args:
        desk: the world.
        case: the case.
        attempt: what was tried.
        seen: the refund, or the attempt itself while it has none.
        now: the wall clock.
        check: called before the order is told for the first time; raises if it must not be.
    """
    account_id, ours = case.account_id or "", attempt.order_id
    made = Refund(attempt.amount_minor, seen.status, attempt.attempt_id)
    others = orders_under(desk.books, Alias(account_id, root_of(ours)))

    def telling(order_id: str) -> Callable[[Read], ReverseOrder | None]:
        facts = for_line(ours, seen.refund_id, made, order_id)

        def make(read: Read) -> ReverseOrder | None:
            order = read.orders.get(order_id)
            if order is None:
                return None
            if order_id == ours and seen.refund_id not in order.reversals.refunds:
                check(read, order)
            return reversal(desk.books, order_id, lambda _: facts, cause_of(case), read)

        return make

    for order_id in dict.fromkeys([ours, *(order.order_id for order in others)]):
        # Who never got anything has no head, and nothing that it could change.
        told = frozenset({order_id})
        desk.ledger.run_made(account_id, telling(order_id), now, orders=told, may_open=True)


def decision_of(case: Case) -> Decision:
    """Return the decision that is being carried out.

    Raises:
        InvariantViolationError: nothing was decided.
    """
    if case.decision is None:
        raise InvariantViolationError(f"{case.case_id}: nothing is decided")
    return case.decision


def cause_of(case: Case) -> Cause:
    """Return the cause that the ledger notes: the case, and when its mail came."""
    return Cause("case", case.case_id, case.letter.received_at)


def _note_payments(desk: Desk, case: Case, attempt: Attempt, now: datetime) -> None:
    """Let the ledger know every payment of the order, and lead from each to it."""
    root = Alias(case.account_id or "", root_of(attempt.order_id))
    for one in desk.stripe.bought(root.order_id or "").payments:
        desk.books.alias(root, [one.payment_id])
        paid_by(desk.books, root, (one.payment_id, one.amount_minor), cause_of(case), now)


def _settle_by_money(desk: Desk, case: Case, order_id: str, now: datetime) -> None:
    """Settle a paid pack that never landed by money; crediting it contends on the same key."""
    account_id = case.account_id or ""
    session = desk.stripe.session_of(order_id)
    if session is None:
        raise NoLongerError("Stripe does not know the purchase any more")
    if not is_uncredited(session):
        raise NoLongerError("the purchase is not one that money may settle")
    target = Alias(account_id, session.session_id)
    desk.books.alias(target, [session.session_id, session.payment_intent])
    command = RefundUncredited(purchase_of(desk.books, session), cause_of(case))
    done = desk.ledger.run(account_id, command, now, may_open=True)
    if done.effect is Effect.LATE:
        raise NoLongerError("its credits landed meanwhile")
