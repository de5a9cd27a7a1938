"""Working on a case: decide it, do what was decided, answer; step by step, each stored first.

The same call at any time goes on where the case stands, so a message that comes twice, or again
after a crash, ends where one would have.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from reprise.cases.model import AttemptState, Case, CaseState, Reply
from reprise.errors import InvariantViolationError
from reprise.ledger.commands import Gift
from reprise.ledger.lots import LotKind
from reprise.ledger.orders import OrderStatus
from reprise.metrics import Metric
from reprise.policy.deciding import decide_case, governing_version
from reprise.policy.decision import Action, ActionKind, Decision, Verdict
from reprise.ports.ledger import HeadMovedError, StoreBusyError
from reprise.ports.stripe import StripeRefusedError
from reprise.usecases.cases.desk import ANSWER_AWAITED, Desk, Worked
from reprise.usecases.cases.facts import gather
from reprise.usecases.cases.failing import reopened
from reprise.usecases.cases.moving import moved, planned, to_person
from reprise.usecases.cases.refunding import give_back, standing
from reprise.usecases.cases.replying import give_up, handed_over, pending, reply
from reprise.usecases.cases.taking import cause_of, decision_of
from reprise.usecases.stripe.books import NotYetError
from reprise.usecases.stripe.orders import checkout

_STEPS_MAX: Final = 40
_GENERATION_WAIT: Final = timedelta(minutes=10)
_REFUNDS: Final = frozenset({ActionKind.REFUND_ORDER, ActionKind.REFUND_PAYMENT})
_RULE_WORDS: Final = {
    "already_refunded": "already_refunded",
    "already_credited": "already_credited",
    "generation_refunded": "credits_back",
}


def work(desk: Desk, case_id: str, now: datetime) -> Worked:
    """Take a case as far as it goes now.

    Args:
        desk: the stores, Stripe and the outbox.
        case_id: which case.
        now: the wall clock.

    Raises:
        TransientError: try again; what was done is stored.
    """
    case = desk.cases.case(case_id)
    if case is None:
        return Worked("unknown")
    metrics: list[Metric] = []
    try:
        lost = handed_over(case)
        if lost is not None:
            case, counted = give_up(desk, case, lost, now)
            metrics += counted
        for _ in range(_STEPS_MAX):
            after, counted = _step(desk, case, now)
            metrics += counted
            if after == case:
                return Worked(case.state.value, tuple(metrics))
            case = after
    except HeadMovedError as error:
        raise StoreBusyError(f"{case_id}: changed meanwhile") from error
    raise InvariantViolationError(f"{case_id}: no end after {_STEPS_MAX} steps")


def _step(desk: Desk, case: Case, now: datetime) -> tuple[Case, list[Metric]]:
    """Take one step; a case that comes back unchanged has nothing to do now."""
    failed = reopened(desk, case, now)
    if failed is not None:
        return failed, [Metric.REFUND_FAILED]
    planned_reply = pending(case, now)
    if planned_reply is not None:
        return reply(desk, case, planned_reply, now)
    if case.wakes_at > now:
        return case, []
    steps = {CaseState.OPEN: _decide, CaseState.ACTING: _act, CaseState.ASKED: _close}
    step = steps.get(case.state)
    return (case if step is None else step(desk, case, now)), []


def _close(desk: Desk, case: Case, now: datetime) -> Case:
    why = "no answer came; writing again goes on"
    return moved(desk, case, "closed", why, now, state=CaseState.CLOSED)


def _decide(desk: Desk, case: Case, now: datetime) -> Case:
    found = gather(desk, case, now)
    policy = governing_version(found.facts, desk.books.policy)
    decision = decide_case(found.facts, policy, now)
    details = dict(decision.evidence) | {"policy": decision.policy_version}
    if found.foreign:
        details["foreign"] = "it names an order of another account"
    reason = f"{decision.verdict}: {decision.rule}"
    changes = _changes(case, decision, now)
    changes |= {"decision": decision, "round": case.round + 1}
    return moved(desk, case, "decided", reason, now, details=details, **changes)


def _changes(case: Case, decision: Decision, now: datetime) -> dict[str, Any]:
    """Return what a decision makes of a case."""
    match decision.verdict:
        case Verdict.APPROVE if decision.actions:
            return {"state": CaseState.ACTING, "wakes_at": now}
        case Verdict.APPROVE:
            words = _RULE_WORDS.get(decision.rule, "approved")
            return {"state": CaseState.APPROVED, "replies": planned(case, words, now)}
        case Verdict.DENY:
            return {"state": CaseState.DENIED, "replies": planned(case, "denied", now)}
        case Verdict.ASK if not _asked(case, decision.asks):
            return {
                "state": CaseState.ASKED,
                "wakes_at": now + ANSWER_AWAITED,
                "choice_asked": case.choice_asked or decision.asks == "preference",
                "replies": planned(case, f"ask_{decision.asks}", now),
            }
        case _:
            return to_person(case, now)


def _asked(case: Case, what: str) -> bool:
    return any(one.template == f"ask_{what}" for one in case.replies)


def _act(desk: Desk, case: Case, now: datetime) -> Case:
    """Do what was decided, in order; each action is done once however often it is begun."""
    for index, action in enumerate(decision_of(case).actions):
        case, done = _do(desk, case, index, action, now)
        if not done:
            return case
    if case.goodwill is not None:
        gift = Gift(
            LotKind.GOODWILL,
            case.goodwill_id,
            case.goodwill.credits,
            case.goodwill.expires_at,
            cause_of(case),
        )
        desk.ledger.run(case.account_id or "", gift, now)
    said = [Reply(template=words, planned_at=now) for words in _outcome_words(desk, case)]
    replies = (*case.replies, *said)
    return moved(
        desk, case, "done", "all that was decided", now, state=CaseState.APPROVED, replies=replies
    )


def _do(desk: Desk, case: Case, index: int, action: Action, now: datetime) -> tuple[Case, bool]:
    """Carry one action on; return whether it is done."""
    if action.kind in _REFUNDS:
        case = give_back(desk, case, index, now)
        attempt = standing(case, index)
        return case, attempt is not None and attempt.state is AttemptState.DONE
    if action.kind is ActionKind.SETTLE_GENERATION:
        return _await_generation(desk, case, now), False
    by_kind = {ActionKind.COMPLETE_ORDER: _completed, ActionKind.END_SUBSCRIPTION: _ended}
    wanting = by_kind[action.kind](desk, case, action, now)
    if not wanting:
        return case, True
    return moved(desk, case, "stopped", wanting, now, **to_person(case, now)), False


def _ended(desk: Desk, _case: Case, action: Action, _now: datetime) -> str:
    """End a subscription that was withdrawn from; return what is wanting, or nothing."""
    try:
        desk.stripe.end_subscription(action.target)
    except StripeRefusedError as refusal:
        return f"end {action.target} at Stripe by hand: {refusal}"
    return ""


def _completed(desk: Desk, case: Case, action: Action, now: datetime) -> str:
    """Credit a paid order, as its own event would have; return what is wanting, or nothing."""
    session = desk.stripe.session_of(action.target)
    if session is None:
        return "Stripe does not know the purchase any more"
    try:
        checkout(desk.books, session, cause_of(case), now)
    except NotYetError as wanting:
        return str(wanting)
    read = desk.ledger.store.read(case.account_id or "", (), [action.target])
    order = read.orders.get(action.target)
    # Money and credits contend on one key, and the money may have been first.
    is_credited = order is not None and order.status is OrderStatus.CREDITED
    return "" if is_credited else "it was settled by money meanwhile"


def _await_generation(desk: Desk, case: Case, now: datetime) -> Case:
    """Leave an open generation to the deadline, which refunds within the hour, and look again.

    One that is still open when the case is due goes to a person.
    """
    if now >= case.due_at:
        changes = to_person(case, now)
        return moved(desk, case, "stopped", "the generation is still open", now, **changes)
    later = now + _GENERATION_WAIT
    why = "the generation is still open"
    # Decided anew then, so this look counts for nothing.
    return moved(
        desk, case, "waits", why, now, state=CaseState.OPEN, wakes_at=later, round=case.round - 1
    )


def _outcome_words(desk: Desk, case: Case) -> list[str]:
    """Return what the customer is told of what was done: no more and no less."""
    kinds = {action.kind for action in decision_of(case).actions}
    goodwill = ["goodwill"] if case.goodwill is not None else []
    if any(one.state is AttemptState.DONE for one in case.attempts):
        return [_refund_words(desk, case, kinds), *goodwill]
    if ActionKind.COMPLETE_ORDER in kinds:
        return ["completed", *goodwill]
    return goodwill or ["approved"]


def _refund_words(desk: Desk, case: Case, kinds: set[ActionKind]) -> str:
    """Return what a refund took: credits only where they had landed, none for a second payment."""
    if ActionKind.END_SUBSCRIPTION in kinds:
        return "refunded_subscription"
    undone = [
        one.order_id
        for one in case.attempts
        if one.state is AttemptState.DONE and one.kind is ActionKind.REFUND_ORDER
    ]
    orders = desk.ledger.store.read(case.account_id or "", (), undone).orders.values()
    is_clawed = any(order.status is OrderStatus.CREDITED for order in orders)
    return "refunded_order" if is_clawed else "refunded"
