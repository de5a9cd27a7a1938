"""Claims at rest: kept with their order, so that the head holds only what may still happen.

A claim rests when nothing but news of its own order can touch it: nothing is owed or kept for it,
no credit of the order is left, taken by an open charge or kept for another claim, nothing of it is
frozen, and what it took came from lots that never expire or expired for good. Such a claim goes
into its order's item with the lots it took from, and comes back whole with the order's next news.
So the head does not grow with an account's past, and no news finds anything forgotten.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from reprise.canonical import Json
from reprise.ledger.account import Account
from reprise.ledger.claims import Claim
from reprise.ledger.lots import Lot, LotKind

LAPSED_KEPT: Final = timedelta(days=30)
"""How long what expired may live again by a renewal seen late: as long as Stripe lists events."""
RESTED_MAX: Final = 5
"""Claims that one grant puts to rest: more than it can bring, few enough for its transaction."""


@dataclass(frozen=True, slots=True)
class Rest:
    """A claim at rest.

    Args:
        claim: the claim.
        lots: the lots that it took from, by id, nothing remaining.
    """

    claim: Claim
    lots: Mapping[str, Lot]

    def state(self) -> list[Json]:
        """Return what is stored of it."""
        return [list(self.claim.state()), {key: lot.terms() for key, lot in self.lots.items()}]

    @classmethod
    def of_state(cls, state: Any) -> "Rest":  # noqa: ANN401 - JSON
        """Return the stored claim; the inverse of `state`."""
        claim, lots = state
        return cls(
            Claim.of_state(claim), {key: Lot.of_terms(key, terms, 0) for key, terms in lots.items()}
        )


def resting(account: Account) -> list[str]:
    """Return the orders whose claims may be put to rest, the first few."""
    held = {take.lot_id for charge in account.charges.values() for take in charge.takes}
    for claim in account.claims.values():
        held |= claim.netted.keys()
    busy = {lot.order_id for key, lot in account.lots.items() if lot.remaining or key in held}
    busy |= {lapsed.lot.order_id for lapsed in account.lapsed.values()}
    busy |= set(account.freezes)
    quiet = (
        order_id
        for order_id, claim in sorted(account.claims.items())
        if order_id not in busy
        and not (claim.owed or claim.netted)
        and all(_is_final(account.lots[lot_id], account.last_at) for lot_id in claim.clawed)
    )
    return list(quiet)[:RESTED_MAX]


def _is_final(lot: Lot, now: datetime) -> bool:
    """Return whether no subscription can set, lift or move the lot's expiry any more."""
    if lot.expires_at is None:
        return lot.kind is LotKind.PACK
    return lot.expires_at + LAPSED_KEPT <= now


def rest_of(account: Account, order_id: str) -> Rest:
    """Return an order's claim as it is kept while it rests."""
    claim = account.claims[order_id]
    return Rest(claim, {lot_id: account.lots[lot_id] for lot_id in claim.clawed})


def awake(account: Account, rests: Iterable[tuple[str, Rest | None]]) -> Account:
    """Return the account as it would be if no claim had been put to rest.

    Args:
        account: the head.
        rests: by order, its claim at rest if it has one.
    """
    known = {order_id: rest for order_id, rest in rests if rest is not None}
    lots = {key: lot for rest in known.values() for key, lot in rest.lots.items()}
    claims = {order_id: rest.claim for order_id, rest in known.items()}
    return replace(account, lots={**lots, **account.lots}, claims={**claims, **account.claims})
