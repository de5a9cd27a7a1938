"""Refunds that were made and came to nothing: Stripe says so up to a month later.

The ledger is asked, not the event: it holds what is known of a refund, merged, whatever came first.
So a case that is woken twice, too early or for nothing ends where it should.
"""

from dataclasses import replace
from datetime import datetime

from reprise.cases.model import Attempt, AttemptState, Case, ReplyState
from reprise.ledger.reversals import Refund
from reprise.policy.deciding import case_due_at
from reprise.ports.stripe import RefundSeen
from reprise.usecases.cases.desk import Desk
from reprise.usecases.cases.moving import moved, planned, to_person
from reprise.usecases.cases.taking import decision_of


def reopened(desk: Desk, case: Case, now: datetime) -> Case | None:
    """Hand a case to a person, due anew, if a refund of it came to nothing; None if none did.

    Nothing is tried again by itself: what the bank refused once, it refuses twice.

    Args:
        desk: the stores, Stripe and the outbox.
        case: the case, in whatever state.
        now: the wall clock.
    """
    # A refund of unknown end is seen to first: handed over with it, it could be made twice.
    is_making = any(one.state is AttemptState.STORED for one in case.attempts)
    failed = [] if is_making else _failed(desk, case)
    if not failed:
        return None
    why = "; ".join(
        f"{one.attempt_id}: {one.refund_id} came to nothing at Stripe" for one in failed
    )
    refused = {
        one.attempt_id: replace(one, state=AttemptState.REFUSED, why="failed after it was made")
        for one in failed
    }
    attempts = tuple(refused.get(one.attempt_id, one) for one in case.attempts)
    due_at = case_due_at(
        case.wish.category,
        now,
        desk.books.policy.version(decision_of(case).policy_version),
        desk.calendar,
    )
    # That the money is on its way is not said any more, if it was not said yet.
    said = tuple(
        one
        for one in case.replies
        if not (one.template.startswith("refunded") and one.state is ReplyState.PLANNED)
    )
    earlier = tuple(one.carries_out for one in failed if one.round != case.round)
    case = replace(case, due_at=due_at, replies=said, attempts=attempts)
    changes = to_person(case, now, template=None)
    left = replace(decision_of(case), actions=(*changes["decision"].actions, *earlier))
    changes |= {
        "decision": left,
        "attempts": attempts,
        "replies": planned(case, "refund_failed", now),
    }
    return moved(desk, case, "refund_failed", why, now, **changes)


def _failed(desk: Desk, case: Case) -> list[Attempt]:
    """Return the attempts that were carried out and whose refund does not count any more.

    What was paid twice for an order that the ledger never saw is known to Stripe alone.
    """
    done = [one for one in case.attempts if one.state is AttemptState.DONE]
    if not done:
        return []
    ids = {one.order_id for one in done}
    orders = desk.ledger.store.read(case.account_id or "", (), sorted(ids)).orders
    failed = []
    for one in done:
        order = orders.get(one.order_id)
        known: Refund | RefundSeen | None
        if order is not None:
            known = order.reversals.refunds.get(one.refund_id)
        else:
            seen = {refund.refund_id: refund for refund in desk.stripe.refunds_of(one.payment)}
            known = seen.get(one.refund_id)
        if known is not None and not known.status.counts:
            failed.append(one)
    return failed
