"""Deciding what time does: expiries, freezes that lapse, subscriptions that end."""

from dataclasses import replace

from reprise.ledger.account import Subscription
from reprise.ledger.commands import EndSubscription, ExpireLot, ThawOrder
from reprise.ledger.draft import Decision, Draft
from reprise.ledger.timing import retime


def expire_lot(draft: Draft, command: ExpireLot) -> Decision | None:
    """Remove what remains of a lot whose expiry has come.

    Returns:
        None if the lot is gone, empty, frozen, or its expiry was moved: a stale request.
    """
    lot = draft.lots.get(command.lot_id)
    if lot is None or lot.remaining == 0 or not draft.is_expired(lot):
        return None
    if draft.account.expiry(lot, draft.notice(lot)) != command.expires_at:
        return None
    draft.expire(lot)
    return draft.sealed(lot.policy_version)


def thaw_order(draft: Draft, command: ThawOrder) -> Decision | None:
    """Drop a freeze whose last cause has lapsed: every decision begins with that.

    Returns:
        None if the freeze is gone or another cause holds it.
    """
    if command.order_id in draft.freezes or command.order_id not in draft.before.freezes:
        return None
    return draft.sealed(draft.rules.in_force)


def end_subscription(draft: Draft, command: EndSubscription) -> Decision:
    """Note a subscription's end; if it was the last one, leftovers start to run out."""
    known = draft.subscriptions.get(command.subscription_id, Subscription(None, None))
    draft.subscriptions[command.subscription_id] = replace(known, ended_at=command.ended_at)
    retime(draft)
    draft.details |= {"subscription": command.subscription_id}
    return draft.sealed(draft.rules.in_force)
