"""Deciding grants: orders credited, orders settled by money instead, gifts."""

from dataclasses import replace

from reprise.errors import BadInputError, InvariantViolationError
from reprise.ledger.account import Subscription
from reprise.ledger.claims import moved
from reprise.ledger.commands import Gift, GrantOrder, RefundUncredited
from reprise.ledger.draft import Decision, Draft
from reprise.ledger.entries import Reason
from reprise.ledger.lots import Lot, LotKind
from reprise.ledger.orders import Order, OrderStatus, Purchase
from reprise.ledger.resting import rest_of, resting
from reprise.ledger.reversing import follow_reversals, resettle
from reprise.ledger.timing import latest, lives_beyond, retime, times_left


def grant_order(draft: Draft, command: GrantOrder) -> Decision:
    """Credit a paid order: open its lot, keep what is owed, lift or set expiries.

    A subscription's line may pay for time alone.
    """
    bought = command.purchase
    if bought.credits < (1 if bought.subscription_id is None else 0):
        raise BadInputError("credits", "an order must grant at least one credit")
    _put_to_rest(draft)
    _settle(draft, bought, OrderStatus.CREDITED)
    if bought.subscription_id is not None:
        _extend(draft, bought, bought.subscription_id)
    if bought.credits:
        _open(draft, _lot_of(draft, bought))
    if bought.subscription_id is not None:
        _reopen(draft, bought)
        retime(draft, alive_at=bought.purchased_at)
    follow_reversals(draft, bought.order_id)
    draft.details["settled_by"] = "credits"
    return draft.sealed(bought.policy_version)


def refund_uncredited(draft: Draft, command: RefundUncredited) -> Decision:
    """Settle a paid order that never landed by money: no credits will follow."""
    bought = command.purchase
    _settle(draft, bought, OrderStatus.REFUNDED)
    draft.details["settled_by"] = "money"
    return draft.sealed(bought.policy_version)


def gift(draft: Draft, command: Gift) -> Decision:
    """Open a lot that nobody paid for."""
    if command.kind not in {LotKind.GOODWILL, LotKind.FREE}:
        raise BadInputError("kind", "must be goodwill or free")
    if command.credits < 1:
        raise BadInputError("credits", "must be a positive integer")
    terms = draft.rules.current
    if command.expires_at is not None and command.expires_at < draft.now + terms.notice:
        raise BadInputError("expires_at", f"must be at least {terms.notice.days} days ahead")
    lot = Lot(
        lot_id=command.key,
        kind=command.kind,
        order_id=None,
        granted=command.credits,
        remaining=0,
        granted_at=draft.now,
        expires_at=command.expires_at,
        policy_version=terms.version,
    )
    _open(draft, lot)
    return draft.sealed(terms.version)


def _put_to_rest(draft: Draft) -> None:
    """Move claims that rest from the head to their orders."""
    for order_id in resting(draft.before):
        if order_id in draft.orders and order_id in draft.claims:
            rest = rest_of(draft.before, order_id)
            draft.orders[order_id] = replace(draft.orders[order_id], rest=rest)
            del draft.claims[order_id]


def _settle(draft: Draft, bought: Purchase, status: OrderStatus) -> None:
    order = draft.orders.get(bought.order_id, Order(bought))
    if order.status is not OrderStatus.PENDING:
        raise InvariantViolationError(f"{order.order_id}: already settled as {order.status}")
    settled = replace(order, purchase=bought, status=status)
    draft.orders[order.order_id] = settled
    draft.details |= {"sku": bought.sku, **settled.moved(None)}


def _lot_of(draft: Draft, bought: Purchase) -> Lot:
    return Lot(
        lot_id=bought.order_id,
        kind=bought.kind,
        order_id=bought.order_id,
        granted=bought.credits,
        remaining=0,
        granted_at=draft.now,
        expires_at=None,
        policy_version=bought.policy_version,
    )


def _open(draft: Draft, lot: Lot) -> None:
    """Open a lot and keep from it what lost disputes left owed, oldest claim id first."""
    draft.open_lot(lot, Reason.GRANT)
    for order_id, claim in sorted(draft.claims.items()):
        kept = min(claim.owed, draft.lots[lot.lot_id].remaining)
        draft.post(lot.lot_id, -kept, Reason.NET)
        owing = replace(claim, netted=moved(claim.netted, lot.lot_id, kept))
        draft.put_claim(order_id, owing.timed(times_left(draft, [draft.lots[lot.lot_id]])))


def _extend(draft: Draft, bought: Purchase, subscription_id: str) -> None:
    known = draft.subscriptions.get(subscription_id, Subscription(None, None))
    paid_through = latest(known.paid_through, bought.period_end)
    draft.subscriptions[subscription_id] = replace(known, paid_through=paid_through)


def _reopen(draft: Draft, bought: Purchase) -> None:
    """Give back what expired after this renewal was paid: its event was only seen late."""
    for lot_id, lapsed in sorted(draft.lapsed.items()):
        seen_in_time = bought.purchased_at < lapsed.expired_at
        if not seen_in_time or not lives_beyond(draft, lapsed.lot, lapsed.expired_at):
            continue
        lot = draft.lots.get(lot_id, lapsed.lot)
        if lot.order_id is None or lot.order_id not in draft.orders:
            continue
        draft.lots[lot_id] = replace(lot, expires_at=None)
        draft.post(lot_id, lapsed.credits, Reason.REOPEN)
        del draft.lapsed[lot_id]
        draft.note_expired(lot.order_id, -lapsed.credits)
        resettle(draft, lot.order_id)
