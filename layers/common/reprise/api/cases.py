"""What goes out about refund requests, and where a subscription is managed. See `answers`."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CaseStands(StrEnum):
    """Where a refund request stands.

    A copy of the domain's states, which the start of every charge would pay for: a test compares.
    """

    OPEN = "open"
    ASKED = "asked"
    PERSON = "person"
    ACTING = "acting"
    APPROVED = "approved"
    DENIED = "denied"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class MoneyBack:
    """Money that a request gave back, in minor units."""

    order_id: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class CaseDecision:
    """How a request was decided.

    Args:
        approved: whether the customer gets what is promised; else the request was refused.
        words: the sentence of the policy that says so; null where a person decided without one.
        policy_version: the policy that it was decided under.
        refunds: money that has gone back so far.
    """

    approved: bool
    words: str | None
    policy_version: str
    refunds: tuple[MoneyBack, ...]


@dataclass(frozen=True, slots=True)
class ReplySent:
    """An answer that was mailed to the customer, by the name of its words."""

    template: str
    planned_at: datetime


@dataclass(frozen=True, slots=True)
class CaseAnswer:
    """Where a refund request stands; never what the customer wrote.

    Args:
        case_id: its id, which our answers name too.
        state: asked waits for the customer, person for our support; acting is being carried out.
        category: what it reads as: charged_twice, pack_not_credited, failed_generation...
        opened_at: when it came in.
        changed_at: when this last changed.
        due_at: when it is answered at the latest, as the policy promises.
        asked: what the customer must tell, while that is awaited: order_id, preference, generation.
        decision: how it was decided; null as long as it is not.
        replies: answers that were sent, oldest first.
    """

    case_id: str
    state: CaseStands
    category: str
    opened_at: datetime
    changed_at: datetime
    due_at: datetime
    asked: str | None
    decision: CaseDecision | None
    replies: tuple[ReplySent, ...]


@dataclass(frozen=True, slots=True)
class CasesAnswer:
    """A page of refund requests, newest first; `cursor` asks for the next, null on the last."""

    cases: tuple[CaseAnswer, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class OpenWithdrawal:
    """A purchase that its buyer may withdraw from.

    Args:
        order_id: the purchase.
        sku: the catalogue's name of what was bought.
        paid: what was paid, in minor units; currency: its ISO code, lower case.
        purchased_at: when it was paid.
        until: first instant that is too late.
        unused: whether none of its credits is used; a used purchase is looked at by a person.
    """

    order_id: str
    sku: str
    paid: int
    currency: str
    purchased_at: datetime
    until: datetime
    unused: bool


@dataclass(frozen=True, slots=True)
class WithdrawalsAnswer:
    """The purchases for which the product must show its withdrawal function, soonest end first."""

    orders: tuple[OpenWithdrawal, ...]


@dataclass(frozen=True, slots=True)
class PortalAnswer:
    """Where a customer manages subscription, cards and invoices: a link for now, not to be kept."""

    url: str
