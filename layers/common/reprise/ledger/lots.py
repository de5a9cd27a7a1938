"""Lots: credits from one source with one expiry, and the order in which they are spent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from reprise.ledger.instants import of_ms, opt_instant, opt_ms, to_ms

type LotState = list[str | int | None]


class LotKind(StrEnum):
    """Where credits came from. The order of definition is the burn order among equal expiries."""

    FREE = "free"
    REISSUE = "reissue"
    GOODWILL = "goodwill"
    SUBSCRIPTION = "subscription"
    PACK = "pack"


_BURN_RANK = {kind: rank for rank, kind in enumerate(LotKind)}
_NEVER_MS = 1 << 62


@dataclass(frozen=True, slots=True)
class Lot:
    """Credits from one source with one expiry.

    Args:
        lot_id: the order's id, or the key of the entry that made a lot without an order.
        kind: where the credits came from.
        order_id: the order whose reversal may take them back, if any.
        granted: credits when the lot was opened, at least one.
        remaining: credits left, between zero and granted.
        granted_at: when it was opened.
        expires_at: when it becomes unspendable, or None for never. Paused while frozen.
        policy_version: the version it was bought or given under.
    """

    lot_id: str
    kind: LotKind
    order_id: str | None
    granted: int
    remaining: int
    granted_at: datetime
    expires_at: datetime | None
    policy_version: str

    @property
    def burn_rank(self) -> tuple[int, int, int, str]:
        """Soonest-expiring first, then by kind, then oldest."""
        expires_ms = _NEVER_MS if self.expires_at is None else to_ms(self.expires_at)
        return (expires_ms, _BURN_RANK[self.kind], to_ms(self.granted_at), self.lot_id)

    def terms(self) -> LotState:
        """Return everything but the remaining credits: those move by postings alone."""
        return [
            self.kind.value,
            None if self.order_id == self.lot_id else self.order_id or "",
            self.granted,
            to_ms(self.granted_at),
            opt_ms(self.expires_at),
            self.policy_version,
        ]

    @classmethod
    def of_terms(cls, lot_id: str, terms: LotState, remaining: int) -> "Lot":
        """Return the lot that `terms` describe; the inverse of `terms`."""
        kind, order_id, granted, granted_ms, expires_ms, policy_version = terms
        return cls(
            lot_id=lot_id,
            kind=LotKind(str(kind)),
            order_id=lot_id if order_id is None else str(order_id) or None,
            granted=_int(granted),
            remaining=remaining,
            granted_at=of_ms(_int(granted_ms)),
            expires_at=opt_instant(None if expires_ms is None else _int(expires_ms)),
            policy_version=str(policy_version),
        )


def _int(value: str | int | None) -> int:
    if not isinstance(value, int):
        raise TypeError(f"a stored lot holds {value!r} where a number belongs")
    return value


@dataclass(frozen=True, slots=True)
class Freeze:
    """Why an order's lots cannot be spent, and since when.

    Args:
        since: when the first of the causes began; the lots' expiry stands still from here.
        causes: (cause, until): until is None while the cause is open, else when it lapses.
    """

    since: datetime
    causes: tuple[tuple[str, datetime | None], ...]

    @property
    def thaws_at(self) -> datetime | None:
        """When the last cause lapses by itself; None while one has no end."""
        ends = [until for _, until in self.causes]
        return None if None in ends else max(end for end in ends if end is not None)

    def holds(self, now: datetime) -> bool:
        """Return whether the lots are unspendable at `now`."""
        thaws_at = self.thaws_at
        return thaws_at is None or now < thaws_at


def expiry_of(lot: Lot, freeze: Freeze | None, notice: timedelta) -> datetime | None:
    """Return when the lot expires, freezes considered; None for never or not yet known.

    A frozen lot's expiry pauses and resumes with the time that was left, at least `notice`. What
    had expired before the freeze stays expired.
    """
    if lot.expires_at is None or freeze is None or lot.expires_at <= freeze.since:
        return lot.expires_at
    thaws_at = freeze.thaws_at
    if thaws_at is None:
        return None
    return thaws_at + max(lot.expires_at - freeze.since, notice)
