"""How much of an order was used: what the withdrawal right asks."""

from reprise.ledger.account import Account
from reprise.ledger.claims import Claim
from reprise.ledger.orders import Order, OrderStatus


def claim_of(account: Account, order: Order) -> Claim | None:
    """Return the claim on an order's credits, in the head or at rest, if it has one."""
    return account.claims.get(order.order_id) or (order.rest.claim if order.rest else None)


def credits_used(account: Account, order: Order) -> int:
    """Return the order's credits that charges consumed, open charges included.

    Credits that came back, expired, were clawed back or were kept for a debt are not use.

    Args:
        account: the head, read together with the order.
        order: one of its orders.
    """
    if order.status is not OrderStatus.CREDITED:
        return 0
    lots = {lot.lot_id: lot for lot in account.lots.values() if lot.order_id == order.order_id}
    left = sum(lot.remaining for lot in lots.values())
    claim = claim_of(account, order)
    clawed = claim.taken if claim else 0
    netted = sum(
        credits
        for other in account.claims.values()
        for lot_id, credits in other.netted.items()
        if lot_id in lots
    )
    return order.purchase.credits - left - order.expired - clawed - netted
