"""Where the credits of a lot are now: the sum of its story, credit by credit."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from reprise.ledger.commands import CHARGE, OUTCOME
from reprise.ledger.entries import Entry, Reason


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of the credits that a lot was granted; all parts add up to `granted`.

    Args:
        granted: credits that came in with the lot.
        left: still there.
        held: taken by charges that are still open.
        spent: taken by charges that were delivered, or the delivered part of them.
        reissued: what came back after the lot had expired, and moved on into a new lot.
        expired: gone with the lot's expiry.
        clawed: taken back because the order's payment was.
        kept: kept for a debt of an earlier order.
    """

    granted: int = 0
    left: int = 0
    held: int = 0
    spent: int = 0
    reissued: int = 0
    expired: int = 0
    clawed: int = 0
    kept: int = 0

    @property
    def parts(self) -> dict[str, int]:
        """The parts by name, in the order in which they are told."""
        return {
            "left": self.left,
            "held by open charges": self.held,
            "spent": self.spent,
            "reissued": self.reissued,
            "expired": self.expired,
            "clawed back": self.clawed,
            "kept for a debt": self.kept,
        }

    @property
    def adds_up(self) -> bool:
        """Tell whether every granted credit is accounted for."""
        return self.granted == sum(self.parts.values())


_PART_OF_REASON: Final = {
    Reason.EXPIRE: "expired",
    Reason.REOPEN: "expired",
    Reason.CLAW: "clawed",
    Reason.RESTORE: "clawed",
    Reason.NET: "kept",
    Reason.REPAY: "kept",
    Reason.TAKE: "held",
    Reason.RETURN: "held",
    Reason.REISSUE: "reissued",
}


def fates(journal: Iterable[Entry]) -> dict[str, Fate]:
    """Return what became of the credits of every lot of an account.

    Args:
        journal: every entry of the account, in order.
    """
    found: dict[str, Fate] = {}
    takes: dict[str, Mapping[str, int]] = {}
    for entry in journal:
        for posting in entry.postings:
            _count(found, posting.lot_id, "left", posting.credits)
            part = _PART_OF_REASON.get(posting.reason)
            if part is None or (part == "reissued" and posting.credits > 0):
                _count(found, posting.lot_id, "granted", posting.credits)
            else:
                _count(found, posting.lot_id, part, -posting.credits)
        if entry.key.startswith(CHARGE):
            taken = {p.lot_id: -p.credits for p in entry.postings if p.reason is Reason.TAKE}
            takes[entry.key.removeprefix(CHARGE)] = taken
        elif entry.key.startswith(OUTCOME):
            _settle(found, entry, takes.pop(entry.key.removeprefix(OUTCOME), {}))
    return found


def _settle(found: dict[str, Fate], entry: Entry, takes: Mapping[str, int]) -> None:
    """Count what an ended charge took and did not return as spent."""
    back: Counter[str] = Counter()
    for posting in entry.postings:
        if posting.reason is Reason.RETURN:
            back[posting.lot_id] += posting.credits
    for lot_id, taken in takes.items():
        _count(found, lot_id, "held", back[lot_id] - taken)
        _count(found, lot_id, "spent", taken - back[lot_id])


def _count(found: dict[str, Fate], lot_id: str, part: str, credits: int) -> None:
    fate = found.get(lot_id, Fate())
    found[lot_id] = replace(fate, **{part: getattr(fate, part) + credits})
