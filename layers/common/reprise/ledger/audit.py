"""Audit and explanation: what an account's journal says about it, replayed from nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from reprise.canonical import canonical_json
from reprise.errors import InvariantViolationError
from reprise.ledger.account import Account, check, sections_of
from reprise.ledger.claims import Claim
from reprise.ledger.entries import Entry, Reason, apply
from reprise.ledger.orders import Order
from reprise.ledger.target import Target
from reprise.ledger.usage import claim_of, credits_used


@dataclass(frozen=True, slots=True)
class Audit:
    """What a replay found.

    Args:
        entries: how many entries were replayed.
        balance: the balance that they lead to.
        difference: the first thing that does not add up, or None.
    """

    entries: int
    balance: int
    difference: str | None

    @property
    def clean(self) -> bool:
        """Return whether the journal reproduces the head."""
        return self.difference is None


def audit(
    account_id: str,
    journal: Iterable[Entry],
    head: Account | None,
    orders: Iterable[Order] = (),
) -> Audit:
    """Replay a journal and compare the result with the stored head, bit for bit.

    Then the stored orders are compared with what the journal made of them.

    Provider tasks are outside the journal and are not compared.

    Args:
        account_id: whose journal.
        journal: its entries in order of sequence.
        head: the stored head, or None if there is none.
        orders: the stored orders of the account.
    """
    account, claims = Account(account_id), dict[str, Claim]()
    try:
        for entry in journal:
            account = apply(account, entry)
            check(account)
            claims |= account.claims
    except InvariantViolationError as error:
        return Audit(account.seq, account.balance, f"entry {account.seq + 1}: {error}")
    difference = _difference(account, head or Account(account_id))
    wrong = (found for order in orders if (found := _order_difference(account, order, claims)))
    return Audit(account.seq, account.balance, difference or next(wrong, None))


def _order_difference(account: Account, order: Order, claims: Mapping[str, Claim]) -> str | None:
    is_held = order.order_id in account.claims
    if order.rest and (is_held or order.rest.claim != claims.get(order.order_id)):
        return f"{order.order_id}.rest: {order.rest.claim}, the head's {claims.get(order.order_id)}"
    claim = claim_of(account, order) or Claim(0, 0, 0, order.expired)
    claimed = Target(claim.target, claim.own, claim.lost)
    if claimed != order.target:
        return f"{order.order_id}.reversals: claim {order.target}, the head {claimed}"
    if claim.expired != order.expired:
        return f"{order.order_id}.expired: {order.expired}, the head {claim.expired}"
    used = credits_used(account, order)
    if not 0 <= used <= order.purchase.credits:
        return f"{order.order_id}: {used} of {order.purchase.credits} credits used"
    return None


def _difference(replayed: Account, head: Account) -> str | None:
    for name in ("seq", "hash", "last_at"):
        if getattr(replayed, name) != getattr(head, name):
            return f"head.{name}: {getattr(head, name)}, replayed {getattr(replayed, name)}"
    ours, theirs = sections_of(replayed), sections_of(head)
    for name, section in ours.items():
        if canonical_json(section) != canonical_json(theirs[name]):
            return f"head.{name}: {canonical_json(theirs[name])}, not {canonical_json(section)}"
    for lot_id, lot in replayed.lots.items():
        if lot.remaining != head.lots[lot_id].remaining:
            return f"head.lots.{lot_id}: {head.lots[lot_id].remaining}, not {lot.remaining}"
    return None


@dataclass(frozen=True, slots=True)
class LotStory:
    """Where the credits of one lot came from and went.

    Args:
        lot_id: the lot.
        moves: (entry, reason, signed credits, left in the lot), in order.
    """

    lot_id: str
    moves: tuple[tuple[Entry, Reason, int, int], ...]

    @property
    def left(self) -> int:
        """Credits left in the lot."""
        return self.moves[-1][3]


def explain(journal: Sequence[Entry]) -> list[LotStory]:
    """Trace every credit of an account from grant to spend, refund, claw-back or expiry."""
    stories: dict[str, LotStory] = {}
    for entry in journal:
        for posting in entry.postings:
            story = stories.get(posting.lot_id, LotStory(posting.lot_id, ()))
            before = story.left if story.moves else 0
            move = (entry, posting.reason, posting.credits, before + posting.credits)
            stories[posting.lot_id] = replace(story, moves=(*story.moves, move))
    return list(stories.values())
