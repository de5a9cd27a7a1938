"""What a period did to all accounts: the sums of its entries, in credits and in money."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from reprise.ledger.entries import Entry, Reason

CREDITS: Final = "credits"

_LINE_OF_REASON: Final = {
    Reason.TAKE: "charged",
    Reason.RETURN: "returned",
    Reason.EXPIRE: "expired",
    Reason.REOPEN: "expired",
    Reason.CLAW: "clawed back",
    Reason.RESTORE: "clawed back",
    Reason.NET: "kept for debts",
    Reason.REPAY: "kept for debts",
}
_LINE_OF_GRANT: Final = {"goodwill": "goodwill", "free": "given free"}
_LINE_OF_FACT: Final = {
    "paid_minor": "paid",
    "refunded_minor": "refunded",
    "disputed_minor": "disputed",
}
_ORDER: Final = (
    *("outstanding before", "sold", "goodwill", "given free", "charged", "returned", "expired"),
    *("clawed back", "kept for debts", "outstanding after", *_LINE_OF_FACT.values()),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One sum of a period.

    Args:
        what: what it is of.
        unit: `credits`, or a currency, whose minor units are meant.
        amount: signed, as it moves what customers hold; money as it moved, by its own name.
        entries: how many entries make it up.
    """

    what: str
    unit: str
    amount: int
    entries: int


@dataclass(slots=True)
class Totals:
    """The sums of the entries of a period, and the balances that it began and ended with.

    Args:
        since: the first instant of the period.
        until: the first instant after it.
    """

    since: datetime
    until: datetime
    _sums: Counter[tuple[str, str]] = field(default_factory=Counter)
    _entries: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, entries: Iterable[Entry]) -> None:
        """Count entries, in whatever order they come."""
        for entry in entries:
            if entry.at >= self.until:
                continue
            self._count("outstanding after", CREDITS, entry.credits)
            if entry.at < self.since:
                self._count("outstanding before", CREDITS, entry.credits)
                continue
            for (what, unit), amount in _moves(entry).items():
                self._count(what, unit, amount)

    def lines(self) -> list[Line]:
        """Return the sums: credits, which lead from the one balance to the other, then money."""
        always = {(what, CREDITS) for what in _ORDER if what not in _LINE_OF_FACT.values()}
        keys = sorted(always | set(self._sums), key=lambda key: (_ORDER.index(key[0]), key[1]))
        return [Line(*key, self._sums[key], self._entries[key]) for key in keys]

    def _count(self, what: str, unit: str, amount: int) -> None:
        self._sums[what, unit] += amount
        self._entries[what, unit] += 1


def _moves(entry: Entry) -> Counter[tuple[str, str]]:
    """Return what an entry moved, by line and unit."""
    moved: Counter[tuple[str, str]] = Counter()
    for posting in entry.postings:
        if posting.reason is Reason.REISSUE:
            continue  # from an expired lot to a new one
        moved[_line_of(entry, posting.reason), CREDITS] += posting.credits
    for fact, what in _LINE_OF_FACT.items():
        amount = entry.details.get(fact)
        if isinstance(amount, int):
            moved[what, str(entry.details["currency"])] += amount
    return moved


def _line_of(entry: Entry, reason: Reason) -> str:
    if reason is Reason.GRANT:
        return _LINE_OF_GRANT.get(entry.key.partition("#")[0], "sold")
    return _LINE_OF_REASON[reason]


def each(lines: Iterable[Line]) -> Iterator[dict[str, str | int]]:
    """Yield lines as programs and spreadsheets read them."""
    for line in lines:
        yield {
            "what": line.what,
            "unit": line.unit,
            "amount": line.amount,
            "entries": line.entries,
        }
