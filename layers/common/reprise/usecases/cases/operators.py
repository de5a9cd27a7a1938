"""What operators do to cases, each under their own identity and with a reason.

Nothing is carried out here: an approval is noted, and the function that works on cases acts on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from reprise.cases.answers import templates
from reprise.cases.model import Case, CaseState, Change, Goodwill, Line
from reprise.errors import BadInputError
from reprise.identity import person_of
from reprise.ledger.commands import gift_key
from reprise.ledger.lots import LotKind
from reprise.policy.book import PolicyBook
from reprise.policy.decision import Action, ActionKind, Decision, Verdict
from reprise.policy.version import PolicyVersion
from reprise.ports.cases import CaseStore
from reprise.ports.ledger import LedgerStore
from reprise.usecases.cases.desk import ANSWER_AWAITED
from reprise.usecases.cases.moving import planned

REASON_CHARS_MAX: Final = 500
_GOODWILL_MAX: Final = 100_000
_GOODWILL_ALONE_MAX: Final = 5_000
"""Credits that one person may give: about what the policy lets one person pay back in money."""
_REFUSING: Final = frozenset({"no_mid_period", "packs_final", "success_final"})
"""Clauses whose sentence refuses; the others promise something, so quoted as a no they say none."""


@dataclass(frozen=True, slots=True)
class OperatorDesk:
    """What operators' commands need: cases, orders to look at, and the policy book."""

    cases: CaseStore
    orders: LedgerStore
    policy: PolicyBook


@dataclass(frozen=True, slots=True)
class Operator:
    """Who does something, why and when.

    Args:
        arn: the identity that AWS knows them by.
        reason: in their words, for the journal.
        now: the wall clock.
    """

    arn: str
    reason: str
    now: datetime

    def __post_init__(self) -> None:
        if not self.reason.strip() or len(self.reason) > REASON_CHARS_MAX:
            raise BadInputError("--reason", f"must say why, in 1 to {REASON_CHARS_MAX} characters")


@dataclass(frozen=True, slots=True)
class Refunding:
    """A refund that an operator names.

    Args:
        order_id: of the case's account.
        amount_minor: minor units; None for all that is left.
    """

    order_id: str
    amount_minor: int | None = None


def approve(
    desk: OperatorDesk,
    case_id: str,
    by: Operator,
    refunds: Sequence[Refunding] = (),
    goodwill: int = 0,
) -> Case:
    """Agree to what is proposed, or to what is named instead; above the policy's amount, twice.

    Args:
        desk: the cases, orders and policy book that are decided over.
        case_id: which case.
        by: who agrees, and why.
        refunds: instead of what the decision proposes.
        goodwill: credits to give besides.

    Returns:
        The case: to be acted on, or still waiting for the second person.

    Raises:
        BadInputError: there is nothing to agree to, or this person agreed already.
    """
    case = _live(desk, case_id)
    decided = _decision(desk, case)
    policy = desk.policy.version(decided.policy_version)
    actions = _named(desk, case, refunds) if refunds else decided.actions
    given = _goodwill(desk, case, policy, goodwill, by.now) if goodwill else None
    if not actions and given is None:
        raise BadInputError("--refund", "must name what is granted, or give --goodwill")
    if case.account_id is None:
        raise BadInputError("case", f"{case_id} has no proven account: nothing can be given")
    same = actions == decided.actions and goodwill == (
        case.goodwill.credits if case.goodwill else 0
    )
    agreed = case.approvals if same else ()
    if person_of(by.arn) in map(person_of, agreed):
        raise BadInputError("approve", "must be agreed to by somebody else: you did already")
    approvals = (*agreed, by.arn)
    is_large = _is_large(policy, actions) or goodwill > _GOODWILL_ALONE_MAX
    needed = 2 if is_large else 1
    decision = replace(decided, verdict=Verdict.PERSON, actions=actions, approvers=needed)
    changes: dict[str, Any] = {"decision": decision, "goodwill": given, "approvals": approvals}
    if len(approvals) < needed:
        changes |= {"state": CaseState.PERSON}
    else:
        changes |= {"state": CaseState.ACTING, "wakes_at": by.now, "round": case.round + 1}
    details = {"approvals": f"{len(approvals)} of {needed}", "actions": _words(actions, goodwill)}
    return _saved(desk, case, by, "approved", details, changes)


def deny(
    desk: OperatorDesk, case_id: str, by: Operator, clause: str = "", *, silent: bool = False
) -> Case:
    """Refuse a case with a sentence of the policy, and tell the customer so.

    Args:
        desk: the cases, orders and policy book that are decided over.
        case_id: which case.
        by: who refuses, and why.
        clause: of the policy; the decision's own if it is not given and refuses something.
        silent: tell the customer nothing.
    """
    case = _live(desk, case_id)
    decided = _decision(desk, case)
    policy = desk.policy.version(decided.policy_version)
    clause = clause or (decided.clause if decided.clause in _REFUSING else "")
    sentence = policy.clause(clause).says if clause else ""
    if not sentence and not silent:
        known = ", ".join(one.id for one in policy.clauses if one.says)
        raise BadInputError("--clause", f"must name the sentence that says so: {known}")
    decision = replace(
        decided,
        verdict=Verdict.DENY,
        clause=clause,
        sentence=sentence,
        actions=(),
    )
    replies = case.replies if silent else planned(case, "denied", by.now)
    changes = {"state": CaseState.DENIED, "decision": decision, "replies": replies}
    return _saved(
        desk, case, by, "denied", {"clause": decision.clause}, changes | {"wakes_at": by.now}
    )


def ask(desk: OperatorDesk, case_id: str, by: Operator, what: str) -> Case:
    """Ask the customer for a fact: `order_id`, `preference` or `generation`."""
    case = _live(desk, case_id)
    asks = sorted(name[4:] for name in templates("en") if name.startswith("ask_"))
    if what not in asks:
        raise BadInputError("WHAT", f"must be one of {', '.join(asks)}")
    changes = {
        "state": CaseState.ASKED,
        "choice_asked": case.choice_asked or what == "preference",
        "replies": planned(case, f"ask_{what}", by.now),
        "wakes_at": by.now + ANSWER_AWAITED,
    }
    return _saved(desk, case, by, "asked", {"what": what}, changes)


def note(desk: OperatorDesk, case_id: str, by: Operator) -> Case:
    """Add a line to a case's journal; nothing else changes."""
    return _saved(desk, _known(desk, case_id), by, "noted", {}, {})


def _saved(  # noqa: PLR0917 - one line of the journal
    desk: OperatorDesk,
    case: Case,
    by: Operator,
    action: str,
    details: dict[str, str],
    changes: dict[str, Any],
) -> Case:
    after = case.moved(by.now, **changes)
    line = Line(at=by.now, actor=by.arn, action=action, reason=by.reason, details=details)
    desk.cases.save(Change(after, line))
    return after


def _known(desk: OperatorDesk, case_id: str) -> Case:
    case = desk.cases.case(case_id.upper())
    if case is None:
        raise BadInputError("CASE", f"must be one that is kept, is {case_id!r}")
    return case


def _live(desk: OperatorDesk, case_id: str) -> Case:
    case = _known(desk, case_id)
    if case.state.ended or case.state is CaseState.ACTING:
        raise BadInputError("CASE", f"{case_id} is {case.state}: nothing is left to decide")
    return case


def _decision(desk: OperatorDesk, case: Case) -> Decision:
    """Return the decision so far, or a blank one under the policy in force when the mail came."""
    if case.decision is not None:
        return case.decision
    policy = desk.policy.in_force(case.letter.received_at)
    return Decision(
        verdict=Verdict.PERSON,
        rule="operator",
        policy_version=policy.id,
        policy_hash=policy.content_hash,
        clause="",
        sentence="",
        actions=(),
        asks="",
        approvers=1,
        evidence=(),
    )


def _named(desk: OperatorDesk, case: Case, refunds: Sequence[Refunding]) -> tuple[Action, ...]:
    ids = [one.order_id for one in refunds]
    orders = desk.orders.read(case.account_id or "", (), ids).orders
    actions = []
    for one in refunds:
        order = orders.get(one.order_id)
        if order is None:
            raise BadInputError("--refund", f"{one.order_id} must be an order of the account")
        bought = order.purchase
        left = bought.paid - order.refunded
        amount = left if one.amount_minor is None else one.amount_minor
        if not 0 < amount <= left:
            raise BadInputError("--refund", f"{one.order_id} must be 1 to {left} minor units")
        actions.append(
            Action(
                ActionKind.REFUND_ORDER,
                one.order_id,
                amount_minor=amount,
                currency=bought.currency,
            )
        )
    return tuple(actions)


def _goodwill(
    desk: OperatorDesk, case: Case, policy: PolicyVersion, credits_: int, now: datetime
) -> Goodwill:
    if not 0 < credits_ <= _GOODWILL_MAX:
        raise BadInputError("--goodwill", f"must be 1 to {_GOODWILL_MAX} credits")
    key = gift_key(LotKind.GOODWILL, case.goodwill_id)
    entries = desk.orders.read(case.account_id or "", (key,)).entries
    for entry in entries.values():
        raise BadInputError("--goodwill", f"{entry.credits} credits were given for it already")
    return Goodwill(credits_, now + timedelta(days=policy.goodwill_days))


def _is_large(policy: PolicyVersion, actions: Sequence[Action]) -> bool:
    totals: dict[str, int] = {}
    for action in actions:
        if action.amount_minor:
            totals[action.currency] = totals.get(action.currency, 0) + action.amount_minor
    return any(total > policy.four_eyes_amount(currency) for currency, total in totals.items())


def _words(actions: Sequence[Action], goodwill: int) -> str:
    said = [
        f"{one.kind} {one.payment or one.target} {one.amount_minor} {one.currency}".strip()
        for one in actions
    ]
    return "; ".join([*said, *([f"goodwill {goodwill}"] if goodwill else [])])
