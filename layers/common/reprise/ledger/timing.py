"""Setting, lifting and pausing the expiry of lots."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from reprise.ledger.draft import Draft
from reprise.ledger.instants import to_ms
from reprise.ledger.lots import Freeze, Lot, LotKind
from reprise.ledger.orders import Order
from reprise.ledger.resting import LAPSED_KEPT


def latest(*instants: datetime | None) -> datetime | None:
    """Return the latest of the instants that are known."""
    return max((at for at in instants if at is not None), default=None)


def retime(draft: Draft, alive_at: datetime | None = None) -> None:
    """Set or lift the expiry of every unexpired subscription lot.

    While a subscription runs, none expires. When the last one has ended, each lives on for the
    leftover time of its policy version from paid-through.

    Args:
        draft: the head.
        alive_at: lots that were not expired at this instant count as unexpired too, for a while.
    """
    for lot in list(draft.lots.values()):
        if lot.kind is not LotKind.SUBSCRIPTION or not _is_alive(draft, lot, alive_at):
            continue
        expires_at = None if _runs(draft) else _leftover_end(draft, lot)
        draft.lots[lot.lot_id] = replace(lot, expires_at=expires_at)


def revive(draft: Draft, order: Order) -> None:
    """Let an order's expired lots live on if its payment, which is back, still pays for it.

    While the payment was gone its period counted for nothing, so they had only the notice.
    """
    for lot in draft.lots_of(order.order_id):
        end = order.purchase.period_end
        if end is None or lot.kind is not LotKind.SUBSCRIPTION or not draft.is_expired(lot):
            continue
        if end + draft.rules.of(lot.policy_version).leftover > draft.now:
            draft.lots[lot.lot_id] = replace(lot, expires_at=None)


def lives_beyond(draft: Draft, lot: Lot, expired_at: datetime) -> bool:
    """Return whether what is paid by now would have kept a lot from expiring when it did."""
    nominal = _nominal_end(draft, lot)
    return _runs(draft) or (nominal is not None and nominal > expired_at)


def times_left(draft: Draft, lots: Iterable[Lot]) -> dict[str, int]:
    """Return the milliseconds that lots have to live, those left out that expired or never will.

    A frozen lot's time stands still; that of a running subscription's is what was paid for.
    """
    living = ((lot.lot_id, _time_left(draft, lot)) for lot in lots if not draft.is_expired(lot))
    return {lot_id: left for lot_id, left in living if left is not None}


def outlives(draft: Draft, lot: Lot, left: timedelta) -> bool:
    """Return whether credits with so much time left outlive their lot."""
    ends = lot.expires_at is not None and draft.paused(lot, draft.now + left) > lot.expires_at
    return ends or draft.is_expired(lot)


def _time_left(draft: Draft, lot: Lot) -> int | None:
    is_plan = lot.kind is LotKind.SUBSCRIPTION
    end = lot.expires_at or (_nominal_end(draft, lot) if is_plan else None)
    standing = draft.account.freeze_of(lot)
    since = draft.now if standing is None else standing.since
    return None if end is None else max(0, to_ms(end) - to_ms(since))


def _runs(draft: Draft) -> bool:
    return any(sub.ended_at is None for sub in draft.subscriptions.values())


def _nominal_end(draft: Draft, lot: Lot) -> datetime | None:
    paid_through = latest(*(sub.paid_through for sub in draft.subscriptions.values()))
    leftover = draft.rules.of(lot.policy_version).leftover
    return None if paid_through is None else paid_through + leftover


def _is_alive(draft: Draft, lot: Lot, alive_at: datetime | None) -> bool:
    if not draft.is_expired(lot):
        return True
    expires_at = draft.account.expiry(lot, draft.notice(lot))
    if alive_at is None or expires_at is None or expires_at + LAPSED_KEPT <= draft.now:
        return False
    return alive_at < expires_at


def _leftover_end(draft: Draft, lot: Lot) -> datetime:
    """Return the end of a leftover lot; never moved closer than the notice from now."""
    soonest = draft.now + draft.notice(lot)
    nominal = _nominal_end(draft, lot) or soonest
    end = draft.paused(lot, max(nominal, soonest))
    if lot.expires_at is None or draft.paused(lot, nominal) > lot.expires_at:
        return end
    return min(lot.expires_at, end)


def freeze(draft: Draft, order_id: str, causes: tuple[tuple[str, datetime | None], ...]) -> None:
    """Freeze, keep frozen or thaw an order's lots, as the causes that hold now ask."""
    holding = tuple((cause, end) for cause, end in causes if end is None or end > draft.now)
    standing = draft.freezes.get(order_id)
    if holding:
        since = draft.now if standing is None else standing.since
        draft.freezes[order_id] = Freeze(since, holding)
    elif standing is not None:
        _thaw(draft, order_id, standing, draft.now)


def thaw_lapsed(draft: Draft) -> None:
    """End every freeze whose last cause has lapsed, as of that moment; before anything is decided.

    What is decided then meets only freezes that hold.
    """
    for order_id, standing in list(draft.freezes.items()):
        if standing.thaws_at is not None and not standing.holds(draft.now):
            _thaw(draft, order_id, standing, standing.thaws_at)


def _thaw(draft: Draft, order_id: str, standing: Freeze, at: datetime) -> None:
    """Let the lots' expiry run on with the time that was left, at least the notice."""
    for lot in draft.lots_of(order_id):
        if lot.expires_at is not None and lot.expires_at > standing.since:
            left = max(lot.expires_at - standing.since, draft.notice(lot))
            draft.lots[lot.lot_id] = replace(lot, expires_at=at + left)
    del draft.freezes[order_id]
