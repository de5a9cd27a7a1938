"""What a decision is: a verdict with its rule, its sentence, its evidence and its actions."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reprise.policy.facts import OrderFacts

type Evidence = tuple[tuple[str, str], ...]


class Verdict(StrEnum):
    """What happens to a case."""

    APPROVE = "approve"
    DENY = "deny"
    ASK = "ask"
    PERSON = "person"


class ActionKind(StrEnum):
    """What an approval does.

    REFUND_ORDER gives an order's money back and takes its credits; REFUND_PAYMENT gives one payment
    of several back; END_SUBSCRIPTION ends it at Stripe at once, so that it never renews;
    COMPLETE_ORDER credits a paid order; SETTLE_GENERATION polls the provider and settles what is
    open.
    """

    REFUND_ORDER = "refund_order"
    REFUND_PAYMENT = "refund_payment"
    END_SUBSCRIPTION = "end_subscription"
    COMPLETE_ORDER = "complete_order"
    SETTLE_GENERATION = "settle_generation"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do.

    Args:
        kind: what to do.
        target: id of the order, subscription or generation.
        payment: id of the payment, for REFUND_PAYMENT.
        amount_minor: money to give back; 0 where none moves.
        currency: of the amount; empty where none moves.
    """

    kind: ActionKind
    target: str
    payment: str = ""
    amount_minor: int = 0
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one rule says, before the safeguards and the policy's words are added.

    Args:
        rule: the rule's name.
        clause: the clause of the policy it stands on; empty for a safeguard of the house.
        actions: what an approval does, or what a person is proposed.
        asks: the missing fact, for ASK.
        evidence: names and values of the facts that decided.
    """

    verdict: Verdict
    rule: str
    clause: str = ""
    actions: tuple[Action, ...] = ()
    asks: str = ""
    evidence: Evidence = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """A ruling with the policy it was made under, fit to be recorded and replayed.

    Args:
        verdict: what happens.
        rule: name of the rule that decided.
        policy_version: id of the version it was decided under.
        policy_hash: that version's content hash.
        clause: id of the clause it stands on; empty for a safeguard of the house.
        sentence: the clause's exact words.
        actions: what an approval does; for PERSON, what is proposed.
        asks: the missing fact, for ASK: `order_id`, `preference` or `generation`.
        approvers: people who must agree before the actions happen.
        evidence: names and values of the facts that decided.
    """

    verdict: Verdict
    rule: str
    policy_version: str
    policy_hash: str
    clause: str
    sentence: str
    actions: tuple[Action, ...]
    asks: str
    approvers: int
    evidence: Evidence


def refund(order: OrderFacts) -> Action:
    """Return the action that gives back what is left of an order's money."""
    return Action(
        ActionKind.REFUND_ORDER,
        order.id,
        amount_minor=order.refundable_minor,
        currency=order.currency,
    )


def shown(value: datetime | int | str | None) -> str:
    """Return a fact as evidence states it."""
    if value is None:
        return "none"
    return value.isoformat() if isinstance(value, datetime) else str(value)
