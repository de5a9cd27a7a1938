"""A draft: the head while one command is decided, and the entry that comes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from reprise.canonical import Json
from reprise.errors import InvariantViolationError
from reprise.ledger.account import Account, Lapsed, check
from reprise.ledger.claims import Claim
from reprise.ledger.commands import Command, command_hash
from reprise.ledger.entries import Entry, Posting, Reason, apply, changes_between
from reprise.ledger.lots import Lot, LotKind
from reprise.ledger.orders import Order
from reprise.ledger.resting import LAPSED_KEPT
from reprise.ledger.terms import Rules


@dataclass(frozen=True, slots=True)
class Decision:
    """What one command does: written as one transaction or not at all.

    Args:
        before: the head that was read.
        account: the head afterwards.
        entry: the one new line of the journal.
        orders: orders that changed with it.
    """

    before: Account
    account: Account
    entry: Entry
    orders: tuple[Order, ...]


class Draft:
    """The head while one command is decided; everything goes through `post`.

    Args:
        account: the head that was read.
        orders: the stored orders that the command may touch.
        command: what is decided.
        now: the instant of the entry.
        rules: the policy values.
    """

    def __init__(
        self,
        account: Account,
        orders: Mapping[str, Order],
        command: Command,
        now: datetime,
        rules: Rules,
    ) -> None:
        self.before = account
        self.command = command
        self.now = max(now, account.last_at)
        self.rules = rules
        self.orders = dict(orders)
        self.lots = dict(account.lots)
        self.charges = dict(account.charges)
        self.claims = dict(account.claims)
        self.freezes = dict(account.freezes)
        self.subscriptions = dict(account.subscriptions)
        self.lapsed = dict(account.lapsed)
        self.postings: list[Posting] = []
        self.details: dict[str, Json] = {}
        self._loaded = dict(orders)

    @property
    def account(self) -> Account:
        """The head as it stands in this draft."""
        return replace(
            self.before,
            lots=self.lots,
            charges=self.charges,
            claims=self.claims,
            freezes=self.freezes,
            subscriptions=self.subscriptions,
            lapsed=self.lapsed,
        )

    def notice(self, lot: Lot) -> timedelta:
        """Return how far ahead an expiry of this lot must be set, at the least."""
        return self.rules.of(lot.policy_version).notice

    def is_expired(self, lot: Lot) -> bool:
        """Return whether the lot is past its expiry, swept or not."""
        return self.account.is_expired(lot, self.now, self.notice(lot))

    def post(self, lot_id: str, credits: int, reason: Reason) -> None:
        """Move credits into (positive) or out of (negative) an open lot."""
        if credits == 0:
            return
        lot = self.lots[lot_id]
        self.lots[lot_id] = replace(lot, remaining=lot.remaining + credits)
        self.postings.append(Posting(lot_id, credits, reason))

    def open_lot(self, lot: Lot, reason: Reason) -> None:
        """Open a lot and post what it was granted."""
        self.lots[lot.lot_id] = replace(lot, remaining=0)
        self.post(lot.lot_id, lot.granted, reason)

    def give_back(self, lot_id: str, credits: int) -> None:
        """Return a charge's credits to their lot, or as a short-lived new lot if that has expired.

        Never dead on arrival, and never upgraded to credits that do not expire.
        """
        self.post(lot_id, credits, Reason.RETURN)
        if credits and self.is_expired(self.lots[lot_id]):
            self.reissue(lot_id, credits)

    def reissue(self, lot_id: str, credits: int, left: timedelta = timedelta(0)) -> None:
        """Move credits that outlive their lot into a new one, for what was left of their time."""
        lot = self.lots[lot_id]
        self.post(lot_id, -credits, Reason.REISSUE)
        end = self.now + max(left, self.rules.of(lot.policy_version).reissue)
        reissued = replace(
            lot,
            lot_id=f"reissue:{self.command.key}:{len(self.postings)}",
            kind=LotKind.REISSUE,
            granted=credits,
            granted_at=self.now,
            expires_at=self.paused(lot, end),
        )
        self.open_lot(reissued, Reason.REISSUE)

    def paused(self, lot: Lot, end: datetime) -> datetime:
        """Return an end as it is kept for a lot: a frozen lot's time is counted from its freeze."""
        freeze = self.account.freeze_of(lot)
        return end if freeze is None else end - (self.now - freeze.since)

    def expire(self, lot: Lot) -> None:
        """Remove what remains of a lot that is past its expiry, and tell its order."""
        expired_at = self.account.expiry(lot, self.notice(lot))
        self.post(lot.lot_id, -lot.remaining, Reason.EXPIRE)
        if lot.order_id is None or lot.remaining == 0:
            return
        self.note_expired(lot.order_id, lot.remaining)
        if lot.kind is LotKind.SUBSCRIPTION and expired_at is not None:
            known = self.lapsed.get(lot.lot_id)
            credits = lot.remaining + (known.credits if known else 0)
            self.lapsed[lot.lot_id] = Lapsed(replace(lot, remaining=0), credits, expired_at)

    def note_expired(self, order_id: str, credits: int) -> None:
        """Add to what expired unspent of an order, there and in its claim (negative: reopened)."""
        order = self.orders[order_id]
        self.orders[order_id] = replace(order, expired=order.expired + credits)
        if order_id in self.claims:
            claim = self.claims[order_id]
            self.claims[order_id] = replace(claim, expired=claim.expired + credits)

    def lots_of(self, order_id: str) -> list[Lot]:
        """Return the open lots of an order, in burn order."""
        lots = (lot for lot in self.lots.values() if lot.order_id == order_id)
        return sorted(lots, key=lambda lot: lot.burn_rank)

    def put_claim(self, order_id: str, claim: Claim) -> None:
        """Set a claim, or drop one that claims and holds nothing."""
        if claim.target or claim.clawed or claim.netted:
            self.claims[order_id] = claim
        else:
            self.claims.pop(order_id, None)

    def sealed(self, policy_version: str) -> Decision:
        """Close the draft: drop what is finished, write the entry, check every law.

        Raises:
            InvariantViolationError: the command would break a law; nothing is written.
        """
        self._drop_finished()
        command, account = self.command, self.account
        entry = Entry(
            account_id=account.account_id,
            key=command.key,
            seq=account.seq + 1,
            at=self.now,
            postings=tuple(self.postings),
            changes=changes_between(self.before, account),
            cause=command.cause,
            policy_version=policy_version,
            command_hash=command_hash(command),
            balance=account.balance,
            details=self.details,
        ).sealed(self.before.hash)
        after = apply(self.before, entry)
        if after.lots != self.lots or after.charges != self.charges or after.claims != self.claims:
            raise InvariantViolationError(f"{entry.key}: the entry does not carry its own effect")
        check(after)
        tasks = {key: task for key, task in after.tasks.items() if key in after.charges}
        after = replace(after, tasks=tasks, version=account.version + 1)
        changed = [order for key, order in self.orders.items() if order != self._loaded.get(key)]
        orders = tuple(replace(order, version=order.version + 1) for order in changed)
        return Decision(before=self.before, account=after, entry=entry, orders=orders)

    def _drop_finished(self) -> None:
        """Drop lots that nothing can give back to any more, and memories grown old."""
        kept = {take.lot_id for charge in self.charges.values() for take in charge.takes}
        for claim in self.claims.values():
            kept |= claim.clawed.keys() | claim.netted.keys()
        self.lots = {key: lot for key, lot in self.lots.items() if lot.remaining > 0 or key in kept}
        self.lapsed = {
            key: lapsed
            for key, lapsed in self.lapsed.items()
            if self.now - lapsed.expired_at < LAPSED_KEPT
        }
