"""Packs: final once credited in time; completed or refunded, as the customer likes, if not."""

from dataclasses import replace
from datetime import datetime, timedelta

from reprise.policy.decision import Action, ActionKind, Ruling, Verdict, refund, shown
from reprise.policy.facts import CaseFacts, OrderFacts, Preference, Settlement
from reprise.policy.version import PolicyVersion


def pack(order: OrderFacts, facts: CaseFacts, policy: PolicyVersion, now: datetime) -> Ruling:
    """Return what the policy's own words say about a pack that is paid and not being refunded."""
    ruling = _pack(order, facts, policy, now)
    return replace(
        ruling,
        evidence=(
            ("order", order.id),
            ("purchased_at", shown(order.purchased_at)),
            ("credited_at", shown(order.credited_at)),
            ("credits_used", shown(order.credits_used)),
            ("preference", facts.preference or "none"),
        ),
    )


def _pack(order: OrderFacts, facts: CaseFacts, policy: PolicyVersion, now: datetime) -> Ruling:
    landed_at = order.credited_at or now
    in_time = landed_at - order.purchased_at <= timedelta(minutes=policy.pack_credit_minutes)
    if order.settlement is Settlement.CREDITED:
        return _credited(order, facts, in_time=in_time)
    if in_time:
        return _within_the_hour(order, facts)
    return _choice(order, facts, Action(ActionKind.COMPLETE_ORDER, order.id))


def _credited(order: OrderFacts, facts: CaseFacts, *, in_time: bool) -> Ruling:
    """Return the ruling for a pack whose credits have landed: late and unspent keeps the choice."""
    if not in_time and order.credits_used == 0:
        return _choice(order, facts, None)
    if facts.preference is Preference.REFUND:
        return Ruling(Verdict.DENY, "pack_credited", "packs_final")
    return Ruling(Verdict.APPROVE, "already_credited", "packs_final")


def _within_the_hour(order: OrderFacts, facts: CaseFacts) -> Ruling:
    """Return the ruling for a pack that is not late yet: crediting it now is owed in any case."""
    if facts.preference is Preference.REFUND or order.money_requested:
        return Ruling(Verdict.PERSON, "pack_within_the_hour", "pack_uncredited", (refund(order),))
    complete = Action(ActionKind.COMPLETE_ORDER, order.id)
    return Ruling(Verdict.APPROVE, "pack_completed", "pack_uncredited", (complete,))


def _choice(order: OrderFacts, facts: CaseFacts, complete: Action | None) -> Ruling:
    """Return the ruling for a late pack.

    Args:
        order: the pack.
        facts: the request, which may state the choice.
        complete: what completes the order; None if it is complete already.
    """
    if facts.preference is Preference.REFUND:
        return Ruling(Verdict.APPROVE, "pack_late_refund", "pack_uncredited", (refund(order),))
    if facts.preference is Preference.COMPLETE:
        if complete is None:
            return Ruling(Verdict.APPROVE, "already_credited", "pack_uncredited")
        if order.money_requested:
            return Ruling(Verdict.PERSON, "pack_requests_differ", "pack_uncredited", (complete,))
        return Ruling(Verdict.APPROVE, "pack_late_completed", "pack_uncredited", (complete,))
    if facts.choice_asked:
        return Ruling(Verdict.PERSON, "pack_choice_unclear", "pack_uncredited")
    return Ruling(Verdict.ASK, "pack_choice", "pack_uncredited", asks="preference")
