"""The account: one mutable summary (the head) of an append-only journal, and its invariants."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, cast

from reprise.canonical import Json
from reprise.errors import InvariantViolationError
from reprise.ledger.charges import Charge, Task
from reprise.ledger.claims import Claim
from reprise.ledger.instants import EPOCH, of_ms, opt_instant, opt_ms, to_ms
from reprise.ledger.lots import Freeze, Lot, LotKind, expiry_of

GENESIS_HASH = "0" * 64
"""What the first entry of every account chains to."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What the ledger needs of a subscription; the mirror holds the rest.

    Args:
        paid_through: the latest end of its paid periods, or None while none is paid.
        ended_at: when it ended, or None while it runs.
    """

    paid_through: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Lapsed:
    """A subscription lot that expired; kept a while, since a renewal may be seen late.

    Args:
        lot: the lot as it was, nothing remaining.
        credits: what expired.
        expired_at: the expiry that took them.
    """

    lot: Lot
    credits: int
    expired_at: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """The head: open lots, open charges, claims, freezes, subscriptions, sequence, hash.

    Args:
        account_id: the product's id of the customer.
        seq: number of the last entry, without gaps; zero for an account without entries.
        hash: hash of the last entry.
        last_at: instant of the last entry; `now` is never earlier.
        version: grows with every stored change of the head, entries or not.
        lots: open lots by id. Empty ones stay while a charge or claim may give back to them.
        charges: open charges by generation.
        claims: claims of reversed orders by order.
        freezes: freezes by order.
        subscriptions: by subscription id.
        lapsed: recently expired subscription lots by lot id.
        tasks: where open charges run, by generation; outside the journal.
    """

    account_id: str
    seq: int = 0
    hash: str = GENESIS_HASH
    last_at: datetime = EPOCH
    version: int = 0
    lots: Mapping[str, Lot] = field(default_factory=dict)
    charges: Mapping[str, Charge] = field(default_factory=dict)
    claims: Mapping[str, Claim] = field(default_factory=dict)
    freezes: Mapping[str, Freeze] = field(default_factory=dict)
    subscriptions: Mapping[str, Subscription] = field(default_factory=dict)
    lapsed: Mapping[str, Lapsed] = field(default_factory=dict)
    tasks: Mapping[str, Task] = field(default_factory=dict)

    @property
    def balance(self) -> int:
        """All credits in lots: the sum of all postings."""
        return sum(lot.remaining for lot in self.lots.values())

    @property
    def owed(self) -> int:
        """Credits owed for lost disputes, to be kept from later grants."""
        return sum(claim.owed for claim in self.claims.values())

    def freeze_of(self, lot: Lot) -> Freeze | None:
        """Return the freeze of the lot's order, lapsed or not."""
        return self.freezes.get(lot.order_id) if lot.order_id else None

    def is_frozen(self, lot: Lot, now: datetime) -> bool:
        """Return whether the lot is unspendable because its order is fought over."""
        freeze = self.freeze_of(lot)
        return freeze is not None and freeze.holds(now)

    def expiry(self, lot: Lot, notice: timedelta) -> datetime | None:
        """Return when the lot expires, freezes considered."""
        return expiry_of(lot, self.freeze_of(lot), notice)

    def is_expired(self, lot: Lot, now: datetime, notice: timedelta) -> bool:
        """Return whether the lot is past its expiry, swept or not."""
        expires_at = self.expiry(lot, notice)
        return expires_at is not None and expires_at <= now

    def spendable(self, now: datetime, notice: timedelta) -> list[Lot]:
        """Return the lots that a charge may take from at `now`, in burn order."""
        lots = (lot for lot in self.lots.values() if lot.remaining)
        usable = (
            lot
            for lot in lots
            if not self.is_frozen(lot, now) and not self.is_expired(lot, now, notice)
        )
        return sorted(usable, key=lambda lot: lot.burn_rank)

    def available(self, now: datetime, notice: timedelta) -> int:
        """Return the credits that can be spent at `now`."""
        return sum(lot.remaining for lot in self.spendable(now, notice))

    @property
    def next_due(self) -> datetime | None:
        """Return the next instant at which the sweep has work here, if any.

        A frozen lot's expiry stands still; what comes first there is the end of the freeze.
        """
        lots = (lot for lot in self.lots.values() if lot.remaining)
        expiries = (lot.expires_at for lot in lots if self.freeze_of(lot) is None)
        thaws = (freeze.thaws_at for freeze in self.freezes.values())
        return min((at for at in (*expiries, *thaws) if at is not None), default=None)

    @property
    def oldest_charge(self) -> datetime | None:
        """Return when the oldest open charge was made, if any is open."""
        return min((charge.at for charge in self.charges.values()), default=None)


type Section = dict[str, Json]
type Sections = dict[str, Section]

_SECTIONS: dict[str, tuple[Callable[[Any], Any], Callable[[str, Any], Any]]] = {
    "charges": (Charge.state, Charge.of_state),
    "claims": (Claim.state, lambda _, state: Claim.of_state(state)),
    "freezes": (
        lambda f: [to_ms(f.since), {cause: opt_ms(until) for cause, until in f.causes}],
        lambda _, state: Freeze(
            of_ms(state[0]),
            tuple((cause, opt_instant(until)) for cause, until in sorted(state[1].items())),
        ),
    ),
    "subscriptions": (
        lambda s: [opt_ms(s.paid_through), opt_ms(s.ended_at)],
        lambda _, state: Subscription(opt_instant(state[0]), opt_instant(state[1])),
    ),
    "lapsed": (
        lambda lapsed: [lapsed.lot.terms(), lapsed.credits, to_ms(lapsed.expired_at)],
        lambda key, state: Lapsed(Lot.of_terms(key, state[0], 0), state[1], of_ms(state[2])),
    ),
}
"""How each journalled section but the lots is stored; an entry holds what changed in them."""
SECTIONS: Final = frozenset({"lots", *_SECTIONS})
"""The names of all journalled sections."""


def sections_of(account: Account) -> Sections:
    """Return the journalled parts of the head in stored form, lots by their terms alone."""
    sections: Sections = {"lots": {key: list(lot.terms()) for key, lot in account.lots.items()}}
    for name, (encode, _) in _SECTIONS.items():
        sections[name] = {key: encode(value) for key, value in getattr(account, name).items()}
    return sections


def with_sections(account: Account, sections: Sections, remaining: Mapping[str, int]) -> Account:
    """Return the account with the journalled parts replaced; the inverse of `sections_of`."""
    parts: dict[str, Any] = {
        name: {key: decode(key, value) for key, value in sections.get(name, {}).items()}
        for name, (_, decode) in _SECTIONS.items()
    }
    lots = {
        key: Lot.of_terms(key, cast("list[str | int | None]", terms), remaining.get(key, 0))
        for key, terms in sections.get("lots", {}).items()
    }
    return replace(account, lots=lots, **parts)


def check(account: Account) -> None:
    """Raise if the account breaks a law of the ledger.

    Raises:
        InvariantViolationError: naming the law and what breaks it.
    """
    for lot in account.lots.values():
        _hold(0 <= lot.remaining <= lot.granted, "no lot below zero or above its grant", lot)
        _hold(lot.kind is not LotKind.PACK or lot.expires_at is None, "packs never expire", lot)
    for charge in account.charges.values():
        _hold(charge.credits > 0, "a charge takes at least one credit", charge)
    for order_id, claim in account.claims.items():
        _hold(0 <= claim.taken <= claim.target, "clawed <= claimed <= granted", (order_id, claim))
        _hold(claim.owed >= 0, "never kept more than is owed", (order_id, claim))
        _hold(min(claim.clawed.values(), default=1) > 0, "restored <= clawed", (order_id, claim))


def _hold(law_holds: bool, law: str, breach: object) -> None:  # noqa: FBT001 - reads as a law
    if not law_holds:
        raise InvariantViolationError(f"{law}: {breach}")
