"""The EU consumer's right to withdraw from an unused purchase, which comes before any denial.

Source: Directive 2011/83/EU, article 9; the policy's clause `statutory`. The right holds beside the
policy, so it is looked at whatever the customer calls the request.
"""

from datetime import datetime, timedelta
from typing import Final

from reprise.policy.calendar import WithdrawalWindow, in_eea, sent_at, withdrawal_window
from reprise.policy.countries import COOLING_OFF_ELSEWHERE
from reprise.policy.decision import (
    Action,
    ActionKind,
    Evidence,
    Ruling,
    Verdict,
    refund,
    shown,
)
from reprise.policy.facts import CaseFacts, OrderFacts
from reprise.policy.version import PolicyVersion

_TO_SPARE: Final = timedelta(days=5)


def withdrawal(order: OrderFacts, facts: CaseFacts, policy: PolicyVersion) -> Ruling:
    """Return what the right of withdrawal says about an order whose money we hold.

    Unused and in time, it is granted; too late, it is denied (and the policy's own words decide).
    Used, a renewal, paid for again or of another plan since, declared in time in an earlier mail
    alone, or a buyer of whom we do not know that they are a consumer of the EEA: a person decides,
    since the right may hold in part or not at all.
    """
    evidence: Evidence = (
        ("order", order.id),
        ("country", order.country or "unknown"),
        ("purchased_at", shown(order.purchased_at)),
        ("credits_used", shown(order.credits_used)),
    )
    back = _undone(order)
    if not in_eea(order.country):
        return Ruling(Verdict.PERSON, "withdrawal_country", "statutory", back, evidence=evidence)
    sent = sent_at(facts.date_header, facts.received_at, policy.mail_date_trust_hours)
    window = withdrawal_window(order.purchased_at, order.country, policy.withdrawal_days)
    evidence += (("sent_at", shown(sent)), ("withdrawal_until", shown(window.ends_at)))
    if sent >= window.ends_at and not _in_doubt(sent, window):
        declared = _first_sent(facts, policy)
        if declared >= window.ends_at and not _in_doubt(declared, window):
            return Ruling(Verdict.DENY, "withdrawal_late", "statutory_request", evidence=evidence)
        evidence += (("declared_at", shown(declared)),)
        return Ruling(Verdict.PERSON, "withdrawal_declared", "statutory", back, evidence=evidence)
    for rule, applies in (
        ("withdrawal_holiday", sent >= window.ends_at),
        ("withdrawal_business", order.is_business),
        ("withdrawal_renewal", order.is_renewal),
        ("withdrawal_paid_again", bool(order.later)),
        ("withdrawal_changed", order.is_changed),
        ("withdrawal_used", order.credits_used > 0),
    ):
        if applies:
            return Ruling(Verdict.PERSON, rule, "statutory", back, evidence=evidence)
    return Ruling(Verdict.APPROVE, "withdrawal", "statutory", back, evidence=evidence)


def _undone(order: OrderFacts) -> tuple[Action, ...]:
    """Return what undoes a purchase: its money goes back, and a subscription ends with it.

    What was paid for the subscription since goes back as well: without it, that bought nothing.
    """
    if not order.subscription_id:
        return (refund(order),)
    refunds = tuple(refund(one) for one in (order, *order.later))
    return (*refunds, Action(ActionKind.END_SUBSCRIPTION, order.subscription_id))


def may_withdraw(order: OrderFacts, facts: CaseFacts, policy: PolicyVersion) -> bool:
    """Return whether the law of a buyer outside the EEA may give a right that is still open.

    True where the country is unknown. Elsewhere by the country's own days, with some to spare for
    weekends, holidays and zones: a person looks, nothing is granted by it.
    """
    if not order.country:
        return True
    sent = _first_sent(facts, policy)
    days = COOLING_OFF_ELSEWHERE.get(order.country.upper(), 0)
    return days > 0 and sent < order.purchased_at + timedelta(days=days) + _TO_SPARE


def _first_sent(facts: CaseFacts, policy: PolicyVersion) -> datetime:
    """Return when the withdrawal was first declared, here or in an earlier mail."""
    mails = ((facts.date_header, facts.received_at), *facts.declared)
    return min(sent_at(date, received, policy.mail_date_trust_hours) for date, received in mails)


def _in_doubt(sent: datetime, window: WithdrawalWindow) -> bool:
    """Return whether a late request would be in time by a holiday that we cannot know of."""
    return not window.is_certain or sent < window.ends_at_with_regional
