"""The generation that a mail means, as the ledger knows it."""

from typing import Final

from reprise.cases.model import Wish
from reprise.ledger.commands import CHARGE, charge_key, outcome_key
from reprise.ledger.entries import Entry
from reprise.mail.ids import extract_ids, fold, match_ids
from reprise.mail.model import ReadMail
from reprise.policy.facts import Category, GenerationFacts
from reprise.ports.ledger import PAGE_MAX, LedgerStore

_ABOUT_ONE: Final = frozenset({Category.FAILED_GENERATION, Category.DISLIKED_RESULT})
_ID_CHARS_MIN: Final = 8


def generation_facts(
    store: LedgerStore, account_id: str, wish: Wish, words: ReadMail
) -> GenerationFacts | None:
    """Return the one generation of the account that a mail names; None unless it is one.

    The product tells no titles, so a title names none.

    Args:
        store: the ledger's store.
        account_id: the proven sender's account.
        wish: the request, with the ids out of library links.
        words: the sender's own words; ids of the latest charges are looked for in them.
    """
    if wish.category not in _ABOUT_ONE:
        return None
    found = _charged(store, account_id, wish.songs) or _named(store, account_id, words)
    if len(found) != 1:
        return None
    keys = (charge_key(found[0]), outcome_key(found[0]))
    entries = store.read(account_id, keys).entries
    charge, outcome = entries[keys[0]], entries.get(keys[1])
    return GenerationFacts(
        id=found[0],
        outcome=None if outcome is None else str(outcome.details.get("outcome", "")),
        credits_taken=_whole(charge, "credits"),
        credits_returned=0 if outcome is None else _whole(outcome, "refunded"),
    )


def _charged(store: LedgerStore, account_id: str, songs: tuple[str, ...]) -> tuple[str, ...]:
    keys = [charge_key(song) for song in songs]
    entries = store.read(account_id, keys).entries if keys else {}
    return tuple(song for song in songs if charge_key(song) in entries)


def _named(store: LedgerStore, account_id: str, words: ReadMail) -> tuple[str, ...]:
    """Return the latest charges whose ids the words hold; one that could be a word is no id."""
    latest = store.history(account_id, PAGE_MAX).items
    charged = (one.key.removeprefix(CHARGE) for one in latest if one.key.startswith(CHARGE))
    own = {one: one for one in charged if len(fold(one)) >= _ID_CHARS_MIN and _has_digit(one)}
    return match_ids(extract_ids(words), own).orders


def _has_digit(text: str) -> bool:
    return any(char.isdigit() for char in text)


def _whole(entry: Entry, name: str) -> int:
    found = entry.details.get(name)
    return found if isinstance(found, int) else 0
