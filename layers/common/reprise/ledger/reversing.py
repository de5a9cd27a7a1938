"""Deciding reversals: claw-back, shortfall, restore, debt, all as the difference to a target."""

from dataclasses import replace

from reprise.ledger.account import Subscription
from reprise.ledger.claims import Claim, moved
from reprise.ledger.commands import ReverseOrder
from reprise.ledger.draft import Decision, Draft
from reprise.ledger.entries import Reason
from reprise.ledger.errors import OrderUnknownError
from reprise.ledger.orders import Order
from reprise.ledger.timing import freeze, latest, outlives, retime, revive, times_left


def reverse_order(draft: Draft, command: ReverseOrder) -> Decision | None:
    """Merge what is newly known of an order's money and post the difference.

    Returns:
        None if nothing in it is new.

    Raises:
        OrderUnknownError: the order is not stored (yet).
    """
    order = draft.orders.get(command.order_id)
    if order is None:
        raise OrderUnknownError(command.order_id)
    merged = order.reversals.merge(command.facts)
    if merged == order.reversals:
        return None
    if order.rest is not None:
        draft.claims[order.order_id] = order.rest.claim
        draft.lots |= {key: lot for key, lot in order.rest.lots.items() if key not in draft.lots}
    reversed_order = replace(order, reversals=merged, rest=None)
    draft.orders[order.order_id] = reversed_order
    # What the money pays for counts before credits go, and again before they come back.
    if reversed_order.net_paid and not order.net_paid:
        revive(draft, reversed_order)
        _repay_through(draft, reversed_order, command)
    follow_reversals(draft, order.order_id)
    if order.net_paid and not reversed_order.net_paid:
        _repay_through(draft, reversed_order, command)
    target = reversed_order.target
    claim = draft.claims.get(order.order_id)
    draft.details |= {
        "order": order.order_id,
        "claimed": target.credits,
        "clawed": claim.taken if claim else 0,
        "shortfall": claim.gap if claim else 0,
        "owed": claim.owed if claim else 0,
        **reversed_order.moved(order),
    }
    return draft.sealed(order.purchase.policy_version)


def follow_reversals(draft: Draft, order_id: str) -> None:
    """Bring claim and freeze of an order to what its reversals say now."""
    order = draft.orders[order_id]
    for lot in draft.lots_of(order_id):
        if draft.is_expired(lot):
            draft.expire(lot)
    target = order.target
    known = draft.claims.get(order_id) or Claim(0, 0, 0, draft.orders[order_id].expired)
    claim = replace(known, target=target.credits, own=target.own, lost=target.lost)
    draft.put_claim(order_id, claim)
    freezes_on = draft.rules.of(order.purchase.policy_version).freezes_on
    freeze(draft, order_id, order.freezes(freezes_on))
    resettle(draft, order_id, won=max(0, known.disputed - claim.disputed))


def resettle(draft: Draft, order_id: str, won: int = 0) -> None:
    """Move credits until the order's claim holds what it should, given what is there.

    Called after anything that changes the target or brings credits back to the order's lots:
    first what was taken too much goes back, then what is missing is taken, then debts that
    shrank repay the lots that were netted for them.

    Args:
        draft: the head.
        order_id: the order; nothing is done where it has no claim.
        won: credits that disputes claim no more.
    """
    if order_id not in draft.claims:
        return
    _restore(draft, order_id, won)
    _claw(draft, order_id)
    _repay(draft, order_id)
    left = times_left(draft, draft.lots_of(order_id))
    draft.put_claim(order_id, draft.claims[order_id].timed(left))


def _restore(draft: Draft, order_id: str, won: int) -> None:
    """Give back what is clawed too much, to the longest-lived lots first.

    A lot that has expired since would have nothing left of it: that part counts as expired. But
    while a dispute held credits nobody could use them, so what it gives back has the time that was
    left, as a new lot where its own ends sooner. A lot that lives gives nothing to a claim that
    expired credits absorb.
    """
    lots = (draft.lots[lot_id] for lot_id in draft.claims[order_id].clawed)
    for lot in sorted(lots, key=lambda lot: lot.burn_rank, reverse=True):
        claim, is_expired = draft.claims[order_id], draft.is_expired(lot)
        excess = claim.taken - (claim.target if is_expired else claim.takeable)
        back = min(excess, claim.clawed[lot.lot_id])
        if back <= 0:
            continue
        clawed = moved(claim.clawed, lot.lot_id, -back)
        draft.claims[order_id] = replace(claim, clawed=clawed)
        left = claim.time_left(lot.lot_id)
        outliving = min(back, won) if outlives(draft, lot, left) else 0
        won -= min(back, won)
        draft.post(lot.lot_id, back, Reason.RESTORE)
        if outliving:
            draft.reissue(lot.lot_id, outliving, left)
        if is_expired:
            draft.expire(draft.lots[lot.lot_id])


def _claw(draft: Draft, order_id: str) -> None:
    """Take the shortfall from the order's lots, then from debts that its lots were kept for."""
    for lot in draft.lots_of(order_id):
        claim = draft.claims[order_id]
        taken = 0 if draft.is_expired(lot) else min(claim.gap, lot.remaining)
        draft.post(lot.lot_id, -taken, Reason.CLAW)
        claim = replace(claim, clawed=moved(claim.clawed, lot.lot_id, taken))
        draft.claims[order_id] = claim
        for other_id, other in sorted(draft.claims.items()):
            unkept = min(draft.claims[order_id].gap, other.netted.get(lot.lot_id, 0))
            if unkept == 0 or other_id == order_id:
                continue
            netted = moved(other.netted, lot.lot_id, -unkept)
            draft.claims[other_id] = replace(other, netted=netted)
            claim = draft.claims[order_id]
            clawed = moved(claim.clawed, lot.lot_id, unkept)
            draft.claims[order_id] = replace(claim, clawed=clawed)


def _repay(draft: Draft, order_id: str) -> None:
    """Give lots back what was kept from them for a debt that is now smaller."""
    claim = draft.claims[order_id]
    lots = (draft.lots[lot_id] for lot_id in claim.netted)
    for lot in sorted(lots, key=lambda lot: lot.burn_rank, reverse=True):
        claim = draft.claims[order_id]
        back = min(-claim.owed, claim.netted[lot.lot_id])
        if back <= 0:
            continue
        netted = moved(claim.netted, lot.lot_id, -back)
        draft.claims[order_id] = replace(claim, netted=netted)
        left = claim.time_left(lot.lot_id)
        draft.post(lot.lot_id, back, Reason.REPAY)
        if outlives(draft, lot, left):
            draft.reissue(lot.lot_id, back, left)
        if lot.order_id is not None and lot.order_id != order_id:
            resettle(draft, lot.order_id)


def _repay_through(draft: Draft, order: Order, command: ReverseOrder) -> None:
    """Set paid-through anew when a subscription line's payment was taken back or restored."""
    bought = order.purchase
    if bought.subscription_id is None:
        return
    known = draft.subscriptions.get(bought.subscription_id, Subscription(None, None))
    ends = [end for sub, end in command.periods if sub == bought.subscription_id]
    own_end = bought.period_end if order.net_paid else None
    draft.subscriptions[bought.subscription_id] = replace(
        known, paid_through=latest(*ends, own_end)
    )
    retime(draft)
