"""The generation that a mail means, as the ledger knows it."""

from collections.abc import Sequence

from reprise.ledger.entries import Entry
from reprise.policy.facts import GenerationFacts
from reprise.ports.ledger import LedgerStore


def generation_facts(
    store: LedgerStore, account_id: str, songs: Sequence[str]
) -> GenerationFacts | None:
    """Return the one generation of the account among the ids a mail names; None unless it is one.

    Args:
        store: the ledger's store.
        account_id: the proven sender's account.
        songs: ids out of library links.
    """
    keys = [f"{what}#{song}" for song in songs for what in ("charge", "outcome")]
    entries = store.read(account_id, keys).entries if keys else {}
    charged = [song for song in songs if f"charge#{song}" in entries]
    if len(charged) != 1:
        return None
    charge, outcome = entries[f"charge#{charged[0]}"], entries.get(f"outcome#{charged[0]}")
    return GenerationFacts(
        id=charged[0],
        outcome=None if outcome is None else str(outcome.details.get("outcome", "")),
        credits_taken=_whole(charge, "credits"),
        credits_returned=0 if outcome is None else _whole(outcome, "refunded"),
    )


def _whole(entry: Entry, name: str) -> int:
    found = entry.details.get(name)
    return found if isinstance(found, int) else 0
