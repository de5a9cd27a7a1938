"""What accounts are due for an outage, and what all of them are due together."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from heapq import nsmallest

from reprise.billing.award import RENEWING, Discount
from reprise.billing.mirror import Mirror

SAMPLES = 10


@dataclass(frozen=True, slots=True)
class Due:
    """What an account is due for an incident.

    Args:
        account_id: the account.
        credits: above zero.
        worth: what it paid for so many credits, in minor units by currency, rounded up.
        discount: what it is due instead of the credits; None where it is due those.
    """

    account_id: str
    credits: int
    worth: Mapping[str, int]
    discount: Discount | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What an incident would give.

    Args:
        accounts: how many accounts are due something.
        credits: the credits of those who are due credits.
        worth: what customers paid for so many credits, in minor units by currency.
        discounts: how many accounts are due a discount.
        money: what they would be let off, in minor units by currency.
        samples: the first few by account.
    """

    accounts: int
    credits: int
    worth: Mapping[str, int]
    discounts: int
    money: Mapping[str, int]
    samples: tuple[Due, ...]


def summed(dues: list[Due]) -> Preview:
    """Return what accounts are due together."""
    worth: Counter[str] = Counter()
    money: Counter[str] = Counter()
    in_credits = [due for due in dues if due.discount is None]
    for due in in_credits:
        worth.update(due.worth)
    for due in dues:
        if due.discount is not None:
            money[due.discount.currency] += due.discount.amount_minor
    return Preview(
        accounts=len(dues),
        credits=sum(due.credits for due in in_credits),
        worth=dict(worth),
        discounts=len(dues) - len(in_credits),
        money=dict(money),
        samples=tuple(nsmallest(SAMPLES, dues, key=lambda due: due.account_id)),
    )


def discount_on(mirrors: Iterable[Mirror], worth: Mapping[str, int]) -> Discount | None:
    """Return the discount that is worth as much as the credits that an account is due.

    It goes to the subscription that renews next, whole. There is none where nothing renews, where
    nothing was paid, or where it was paid in more than one currency.

    Args:
        mirrors: the account's subscriptions.
        worth: what it paid for the credits, in minor units by currency, rounded up.
    """
    renewing = [
        mirror
        for mirror in mirrors
        if mirror.current.status in RENEWING
        and (mirror.current.ended_at, mirror.current.cancels_at) == (None, None)
    ]
    if not renewing or len(worth) != 1:
        return None
    following = min(renewing, key=lambda one: (one.current.period_end, one.subscription_id))
    ((currency, amount),) = worth.items()
    return Discount(following.subscription_id, amount, currency)
