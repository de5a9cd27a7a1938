"""The decision of a case: facts and a policy version in, a recorded decision out; nothing else.

A request's text only chooses where to look first. What moves money is what ledger and Stripe prove,
and no denial is given before every right that they prove has been looked at.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from reprise.policy.billing_rules import charged_after_cancellation, charged_twice, unproven
from reprise.policy.book import PolicyBook
from reprise.policy.calendar import BusinessCalendar
from reprise.policy.decision import ActionKind, Decision, Ruling, Verdict, shown
from reprise.policy.facts import (
    CaseFacts,
    Category,
    OrderFacts,
    OrderKind,
    OrderMatch,
    Preference,
    Settlement,
)
from reprise.policy.generation_rules import generation
from reprise.policy.pack_rules import pack
from reprise.policy.version import PolicyVersion
from reprise.policy.withdrawal import may_withdraw, withdrawal

BILLING_ERRORS = frozenset(
    {
        Category.CHARGED_AFTER_CANCELLATION,
        Category.CHARGED_TWICE,
        Category.WRONG_CARD,
        Category.WRONG_TIER,
    }
)
_REFUNDS = frozenset({ActionKind.REFUND_ORDER, ActionKind.REFUND_PAYMENT})


def governing_version(
    facts: CaseFacts, book: PolicyBook, notices_out: Mapping[str, datetime] | None = None
) -> PolicyVersion:
    """Return the version a case is judged by: the one its order pinned, else the one in force."""
    if facts.order is not None:
        return book.version(facts.order.policy_version)
    return book.in_force(facts.received_at, notices_out)


def case_due_at(
    category: Category, received_at: datetime, policy: PolicyVersion, calendar: BusinessCalendar
) -> datetime:
    """Return when a case is overdue: one business day for billing errors, the same for the rest.

    Args:
        category: what it is about.
        received_at: when its mail was received.
        policy: the version it is judged by.
        calendar: when the operator's desk is open.
    """
    is_billing_error = category in BILLING_ERRORS
    days = policy.other_case_business_days
    if is_billing_error:
        days = policy.billing_error_business_days
    return calendar.due(received_at, days)


def decide_case(facts: CaseFacts, policy: PolicyVersion, now: datetime) -> Decision:
    """Decide a case. The same arguments give the same decision, today and in ten years.

    Args:
        facts: the request, and what ledger and Stripe know.
        policy: the version that governs it, see `governing_version`.
        now: the instant of the decision.
    """
    ruling = _unready(facts, policy) or _ruling(facts, policy, now)
    if ruling.verdict is Verdict.DENY:
        ruling = _right_despite(ruling, facts, policy)
    ruling = _with_second_payments(ruling, facts)
    if ruling.verdict is Verdict.APPROVE:
        ruling = _safeguarded(ruling, facts, policy)
    return Decision(
        verdict=ruling.verdict,
        rule=ruling.rule,
        policy_version=policy.id,
        policy_hash=policy.content_hash,
        clause=ruling.clause,
        sentence=policy.clause(ruling.clause).says if ruling.clause else "",
        actions=ruling.actions,
        asks=ruling.asks,
        approvers=_approvers(ruling, policy),
        evidence=(
            ("category", facts.category),
            ("confidence_percent", shown(facts.confidence_percent)),
            *ruling.evidence,
        ),
    )


def _unready(facts: CaseFacts, policy: PolicyVersion) -> Ruling | None:
    """Return why no rule may be applied yet, or None."""
    if not facts.sender_proven:
        return Ruling(Verdict.PERSON, "sender_unproven")
    if facts.category is Category.OTHER:
        return Ruling(Verdict.PERSON, "category_other")
    if facts.confidence_percent < policy.category_confidence_percent_min:
        return Ruling(Verdict.PERSON, "category_unsure")
    if facts.order_match is OrderMatch.SEVERAL:
        return Ruling(Verdict.PERSON, "several_orders")
    return None


def _ruling(facts: CaseFacts, policy: PolicyVersion, now: datetime) -> Ruling:
    """Return what the request's category leads to."""
    proven: Ruling | None = None
    match facts.category:
        case Category.FAILED_GENERATION:
            return generation(facts.generation)
        case Category.DISLIKED_RESULT if facts.generation is not None:
            return generation(facts.generation)
        case Category.DISLIKED_RESULT if facts.order is None:
            # Whether it succeeded is the ledger's to say, so words alone are no reason to deny.
            return replace(generation(None), clause="success_final")
        case Category.OUTAGE:
            # At our discretion, says the policy, so no rule can grant or refuse it.
            return Ruling(Verdict.PERSON, "outage_discretion", "degradation")
        case Category.CHARGED_AFTER_CANCELLATION | Category.MID_PERIOD:
            proven = charged_after_cancellation(facts)
        case Category.CHARGED_TWICE:
            proven = charged_twice(facts)
    return proven or _about_order(facts, policy, now)


def _about_order(facts: CaseFacts, policy: PolicyVersion, now: datetime) -> Ruling:
    """Return the ruling of a request that is about one order."""
    order = facts.order
    if order is None:
        return Ruling(
            Verdict.ASK,
            "order_unknown",
            "request_contents",
            asks="order_id",
            evidence=(("order_match", facts.order_match),),
        )
    return _settled_otherwise(order, facts) or _entitled(order, facts, policy, now)


def _settled_otherwise(order: OrderFacts, facts: CaseFacts) -> Ruling | None:
    """Return why an order's money is not decided by what the customer is entitled to, or None."""
    evidence = (("order", order.id), ("settlement", order.settlement))
    if order.amount_minor > 0 and order.refundable_minor == 0:
        return Ruling(Verdict.APPROVE, "already_refunded", evidence=evidence)
    if not _is_held(order):
        return Ruling(Verdict.PERSON, "order_unsettled", evidence=evidence)
    if facts.category in BILLING_ERRORS:
        return unproven(facts)
    if facts.category is Category.PACK_NOT_CREDITED and order.kind is OrderKind.SUBSCRIPTION:
        return Ruling(Verdict.PERSON, "not_a_pack", evidence=evidence)
    return None


def _entitled(order: OrderFacts, facts: CaseFacts, policy: PolicyVersion, now: datetime) -> Ruling:
    """Return what law, where it is asked for, and policy entitle a customer to."""
    if facts.category is Category.EU_WITHDRAWAL:
        right = withdrawal(order, facts, policy)
        if right.verdict is not Verdict.DENY:
            return right
    return _by_policy(order, facts, policy, now)


def _by_policy(order: OrderFacts, facts: CaseFacts, policy: PolicyVersion, now: datetime) -> Ruling:
    """Return what the policy's own words say about an order whose money is asked for."""
    if order.kind is OrderKind.SUBSCRIPTION:
        evidence = (("order", order.id), ("purchased_at", shown(order.purchased_at)))
        return Ruling(Verdict.DENY, "mid_period", "no_mid_period", evidence=evidence)
    preference = facts.preference
    if facts.category is not Category.PACK_NOT_CREDITED:
        preference = preference or Preference.REFUND
    return pack(order, replace(facts, preference=preference), policy, now)


def _right_despite(denial: Ruling, facts: CaseFacts, policy: PolicyVersion) -> Ruling:
    """Return a right that the facts prove although the policy's words deny, or the denial.

    An unknown country may have the EEA's right; some others have rights of their own, at which a
    person looks. The rest have none.
    """
    proven = charged_after_cancellation(facts) or charged_twice(facts)
    if proven is not None:
        return proven
    order = facts.order
    if order is None or not _is_held(order):
        return denial
    right = withdrawal(order, facts, policy)
    if right.rule == "withdrawal_country" and not may_withdraw(order, facts, policy):
        return denial
    if right.verdict is Verdict.DENY:
        return replace(denial, evidence=(*denial.evidence, *right.evidence))
    return right


def _with_second_payments(ruling: Ruling, facts: CaseFacts) -> Ruling:
    """Return the ruling with what was paid twice, where it gives back what was paid once.

    Else the one refund would go for the second payment, and price and credits stay as they are.
    """
    twice = charged_twice(facts)
    undone = {one.target for one in ruling.actions if one.kind is ActionKind.REFUND_ORDER}
    back = tuple(one for one in (twice.actions if twice else ()) if one.target in undone)
    return replace(ruling, actions=(*back, *ruling.actions)) if back else ruling


def _safeguarded(approval: Ruling, facts: CaseFacts, policy: PolicyVersion) -> Ruling:
    """Return the approval, or hand it to a person where our own safeguards ask for one.

    They look at money that leaves; credits that are owed are given back whoever asks.
    """
    refunds = [action for action in approval.actions if action.kind in _REFUNDS]
    if not refunds:
        return approval
    targets = {action.target for action in refunds}
    for rule, applies in (
        ("nothing_paid", any(action.amount_minor == 0 for action in refunds)),
        ("disputed", any(o.is_disputed for o in _orders(facts) if o.id in targets)),
        ("velocity_account", facts.account_refunds >= policy.velocity_account_refunds_max),
        ("velocity_card", facts.card_refunds >= policy.velocity_card_refunds_max),
        ("four_eyes", _is_large(approval, policy)),
    ):
        if applies:
            return replace(
                approval,
                verdict=Verdict.PERSON,
                rule=rule,
                evidence=(
                    *approval.evidence,
                    ("approved_by_rule", approval.rule),
                    ("account_refunds", shown(facts.account_refunds)),
                    ("card_refunds", shown(facts.card_refunds)),
                ),
            )
    return approval


def _approvers(ruling: Ruling, policy: PolicyVersion) -> int:
    """Return how many people must agree: none to a clear case, two to a large amount."""
    if ruling.verdict is not Verdict.PERSON:
        return 0
    return 2 if _is_large(ruling, policy) else 1


def _is_large(ruling: Ruling, policy: PolicyVersion) -> bool:
    """Return whether a ruling's money, added up by currency, is above the policy's amount."""
    totals: dict[str, int] = {}
    for action in ruling.actions:
        if action.amount_minor:
            totals[action.currency] = totals.get(action.currency, 0) + action.amount_minor
    return any(total > policy.four_eyes_amount(currency) for currency, total in totals.items())


def _is_held(order: OrderFacts) -> bool:
    """Return whether we hold the order's money and have not begun to give it back."""
    return order.settlement in {Settlement.UNCREDITED, Settlement.CREDITED}


def _orders(facts: CaseFacts) -> tuple[OrderFacts, ...]:
    """Return every order that the facts speak of."""
    after = facts.subscription.charged_after if facts.subscription else ()
    twice = (facts.duplicate.order,) if facts.duplicate else ()
    return (*((facts.order,) if facts.order else ()), *after, *twice)
