"""Reversals of an order: everything that moved its money back, merged by union.

Facts about refunds and disputes arrive late, twice and in any order. Each is kept under its own id
and a status only moves forward, so the merged set, and with it the claim on the order's credits, is
the same whatever the order of arrival.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum
from typing import Self

from reprise.canonical import Json
from reprise.ledger.instants import opt_instant, opt_ms


class RefundStatus(IntEnum):
    """Stripe's refund statuses by rank: final and void ones outrank the rest."""

    PENDING = 0
    REQUIRES_ACTION = 1
    SUCCEEDED = 2
    CANCELED = 3
    FAILED = 4

    @property
    def counts(self) -> bool:
        """Return whether the money is on its way back or arrived."""
        return self <= RefundStatus.SUCCEEDED


_CLOSED = frozenset({"won", "lost", "prevented", "charge_refunded"})
_OURS = frozenset({"won", "prevented"})
_UNDECIDED = frozenset({"lost", "appeal_needs_response", "appeal_under_review"})
"""Statuses beside which a win is not the last word: the movements are."""


@dataclass(frozen=True, slots=True)
class Refund:
    """One refund of the order's payment.

    Args:
        amount: minor units; of the whole payment, or of one order alone if we made it for that.
        status: the furthest status seen.
        attempt: the attempt of ours that this refund carries out, if any; an attempt names itself.
        line: the order for which alone it is, where that is another one or no attempt says so.
    """

    amount: int
    status: RefundStatus
    attempt: str | None = None
    line: str | None = None

    def merge(self, other: Self) -> Self:
        """Return the refund with the furthest status of both; a known attempt is kept."""
        ahead = max(self, other, key=lambda refund: (refund.status, refund.amount))
        return replace(ahead, attempt=self.attempt or other.attempt, line=self.line or other.line)

    def state(self) -> list[Json]:
        """Return what is stored of it."""
        told: list[Json] = [self.amount, self.status.name.lower(), self.attempt]
        return [*told, self.line] if self.line else told


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that a dispute moved: negative when withdrawn, positive when reinstated.

    Args:
        amount: signed, in a unit that all movements of the dispute share.
        at_ms: when, in milliseconds since the epoch.
    """

    amount: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Dispute:
    """One dispute of the order's payment.

    Args:
        amount: disputed minor units of the payment's currency.
        statuses: every status seen; a set, so that arrival order does not matter.
        movements: by balance transaction id.
    """

    amount: int
    statuses: frozenset[str] = frozenset()
    movements: Mapping[str, Movement] = field(default_factory=dict)

    def merge(self, other: Self) -> Self:
        """Return the union of both."""
        return replace(
            self,
            amount=max(self.amount, other.amount),
            statuses=self.statuses | other.statuses,
            movements={**self.movements, **other.movements},
        )

    @property
    def withdrawn(self) -> int:
        """The part of the disputed amount that is away from us now, in whole minor units.

        The movements are in another unit, so only a ratio of them is used: what is out now to the
        most that ever was. Withdrawn, won and withdrawn again on appeal is all of it.
        A dispute that was lost without a movement (it could not be challenged) counts in full; one
        that ended for us counts no more, before it is known how much of it was reinstated.
        """
        reinstated = any(movement.amount > 0 for movement in self.movements.values())
        if self.statuses & _OURS and not self.statuses & _UNDECIDED and not reinstated:
            return 0
        out = peak = 0
        for movement in sorted(self.movements.values(), key=lambda move: (move.at_ms, move.amount)):
            out -= movement.amount
            peak = max(peak, out)
        if peak == 0:
            written_off = "lost" in self.statuses and "won" not in self.statuses
            return self.amount if written_off and not self.movements else 0
        return self.amount * max(0, out) // peak

    @property
    def lost(self) -> bool:
        """Return whether it was lost; what is still withdrawn is then owed."""
        return "lost" in self.statuses

    @property
    def kind(self) -> str:
        """Return `inquiry` while no money was asked for, else `dispute`."""
        asked = any(not status.startswith("warning_") for status in self.statuses)
        return "dispute" if asked else "inquiry"

    @property
    def open(self) -> bool:
        """Return whether it still freezes the order's lots.

        An inquiry that was closed may escalate later, so its end does not close a dispute.
        """
        over = "warning_closed" in self.statuses and self.kind == "inquiry"
        return not over and not self.statuses & _CLOSED


@dataclass(frozen=True, slots=True)
class Reversals:
    """All reversals of one order.

    Args:
        refunds: by refund id; an attempt of ours stands under its own id until its refund is known.
        disputes: by dispute id.
        warnings: fraud warnings, id to the instant at which they lapse.
        payments: what was paid, by payment, where more than one paid: what is too much is theirs
            to take back first. Empty where a single payment is known.
    """

    refunds: Mapping[str, Refund] = field(default_factory=dict)
    disputes: Mapping[str, Dispute] = field(default_factory=dict)
    warnings: Mapping[str, datetime | None] = field(default_factory=dict)
    payments: Mapping[str, int] = field(default_factory=dict)

    def merge(self, other: Self) -> Self:
        """Return the union of both: commutative, associative and idempotent."""
        return replace(
            self,
            refunds=_union(self.refunds, other.refunds),
            disputes=_union(self.disputes, other.disputes),
            warnings={**other.warnings, **self.warnings},
            payments={
                key: max(self.payments.get(key, 0), other.payments.get(key, 0))
                for key in {**self.payments, **other.payments}
            },
        )

    @property
    def refunded(self) -> int:
        """Minor units of the whole payment that were given back, for no line alone."""
        shared = (one for one in self._counting() if not (one.attempt or one.line))
        return sum(one.amount for one in shared)

    def alone(self, order_id: str) -> dict[str, int]:
        """Return the minor units that were given back for one line alone, by its order.

        Args:
            order_id: the order whose reversals these are.
        """
        found: dict[str, int] = {}
        for one in self._counting():
            if one.attempt or one.line:
                line = one.line or order_id
                found[line] = found.get(line, 0) + one.amount
        return found

    def disputed(self, *, lost_only: bool = False) -> int:
        """Minor units of the payment that disputes hold withdrawn."""
        disputes = self.disputes.values()
        return sum(one.withdrawn for one in disputes if one.lost or not lost_only)

    @property
    def contested(self) -> int:
        """Minor units of the payment that disputes hold or may yet withdraw."""
        return sum(one.amount if one.open else one.withdrawn for one in self.disputes.values())

    def _counting(self) -> Iterator[Refund]:
        """Yield the refunds that count; an attempt does until its refund is known."""
        carried_out = {one.attempt for key, one in self.refunds.items() if one.attempt != key}
        for key, one in self.refunds.items():
            if one.status.counts and key not in carried_out:
                yield one

    def freezes(
        self, freezes_on: frozenset[str], *, at_stake: bool = True
    ) -> tuple[tuple[str, datetime | None], ...]:
        """Return the causes that freeze the order's lots, each with its end if it has one.

        Args:
            freezes_on: the kinds of cause that the order's policy freezes for.
            at_stake: whether losing every open dispute would claim any credits.
        """
        contested = self.disputes if at_stake else {}
        causes: list[tuple[str, str, datetime | None]] = [
            (dispute.kind, key, None) for key, dispute in contested.items() if dispute.open
        ]
        causes += [("fraud_warning", key, until) for key, until in self.warnings.items()]
        return tuple(
            sorted((f"{kind}:{key}", until) for kind, key, until in causes if kind in freezes_on)
        )

    def state(self) -> dict[str, Json]:
        """Return what is stored."""
        return {
            "refunds": {key: refund.state() for key, refund in self.refunds.items()},
            "disputes": {
                key: [
                    d.amount,
                    sorted(d.statuses),
                    {txn: [move.amount, move.at_ms] for txn, move in d.movements.items()},
                ]
                for key, d in self.disputes.items()
            },
            "warnings": {key: opt_ms(until) for key, until in self.warnings.items()},
            **({"payments": dict(self.payments)} if self.payments else {}),
        }

    @classmethod
    def of_state(cls, state: Mapping[str, Mapping[str, object]]) -> "Reversals":
        """Return the stored reversals; the inverse of `state`."""
        return cls(
            refunds={key: _refund(*value) for key, value in state["refunds"].items()},  # type: ignore[misc]
            disputes={key: _dispute(*value) for key, value in state["disputes"].items()},  # type: ignore[misc]
            warnings={key: opt_instant(ms) for key, ms in state["warnings"].items()},  # type: ignore[arg-type]
            payments=dict(state.get("payments", {})),  # type: ignore[arg-type]
        )


def _refund(amount: int, status: str, attempt: str | None, line: str | None = None) -> Refund:
    return Refund(amount, RefundStatus[status.upper()], attempt, line)


def _dispute(
    amount: int, statuses: Iterable[str], movements: Mapping[str, tuple[int, int]]
) -> Dispute:
    moves = {txn: Movement(*move) for txn, move in movements.items()}
    return Dispute(amount, frozenset(statuses), moves)


def _union[T: (Refund, Dispute)](ours: Mapping[str, T], theirs: Mapping[str, T]) -> dict[str, T]:
    merged = dict(ours)
    for key, value in theirs.items():
        merged[key] = merged[key].merge(value) if key in merged else value
    return merged
