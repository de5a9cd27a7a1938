"""A confirmed cancellation and what was charged after it, as mirrors and ledger know them."""

from collections.abc import Callable, Iterable

from reprise.billing.mirror import Mirror, Sighting
from reprise.ledger.orders import Order
from reprise.policy.facts import OrderFacts, SubscriptionFacts


def subscription_facts(
    mirrors: Iterable[Mirror],
    orders: Iterable[Order],
    about: Order | None,
    facts: Callable[[Order], OrderFacts],
) -> SubscriptionFacts | None:
    """Return the cancellation that the request may speak of.

    Args:
        mirrors: of every subscription of the account.
        orders: every order of the account.
        about: the order that the request names, if it names one.
        facts: reads an order.

    Returns:
        The cancellation of the named order's subscription; where none is named, that of the only
        subscription with charges after it, else the latest.
    """
    named = about.purchase.subscription_id if about is not None else None
    if about is not None and named is None:
        return None
    every = list(orders)
    found = [
        (mirror.current.seen_at, cancelled)
        for mirror in mirrors
        if named in {None, mirror.subscription_id}
        and (cancelled := _cancelled(mirror, every, facts)) is not None
    ]
    charged = [pair for pair in found if pair[1].charged_after]
    if len(charged) > 1 and named is None:
        return None
    candidates = charged or found
    return max(candidates, key=lambda pair: pair[0])[1] if candidates else None


def _cancelled(
    mirror: Mirror, orders: list[Order], facts: Callable[[Order], OrderFacts]
) -> SubscriptionFacts | None:
    """Return a cancellation that was never unset."""
    if not mirror.sightings or _ends(mirror.current) is None:
        return None
    first = mirror.current
    for seen in reversed(mirror.sightings):
        if _ends(seen) is None:
            break
        first = seen
    effective = mirror.current.ended_at or mirror.current.cancels_at or first.seen_at
    after = tuple(
        facts(order)
        for order in orders
        if order.purchase.subscription_id == mirror.subscription_id
        and order.purchase.purchased_at > first.seen_at
    )
    return SubscriptionFacts(
        cancel_confirmed_at=first.seen_at,
        cancel_effective_at=effective,
        charged_after=tuple(
            one for one in after if one.period_start is not None and one.period_start >= effective
        ),
    )


def _ends(seen: Sighting) -> object:
    return seen.ended_at or seen.cancels_at
