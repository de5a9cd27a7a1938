"""`reprise balance | history | explain`: what the ledger says about one account."""

from datetime import datetime
from functools import partial
from itertools import islice
from typing import Annotated, Final, cast

import typer
from reprise.canonical import Json
from reprise.clock import wall_clock
from reprise.composition import rules_at
from reprise.ledger.account import Account
from reprise.ledger.audit import LotStory, explain
from reprise.ledger.entries import Entry
from reprise.ledger.errors import AccountUnknownError
from reprise.ledger.lots import Lot, LotState
from reprise.ledger.terms import Rules
from reprise.ports.ledger import PAGE_MAX, LedgerStore, every

from ops.cli.output import AsJson, add, show, show_json, signed, stamp, table
from ops.cli.target import target_of
from ops.cli.tracing import Fate, fates

AccountId = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The product's account id.")]

_FACTS_TOLD: Final = ("outcome", "operation", "sku", "order", "subscription", "code", "reason")


def balance(context: typer.Context, account_id: AccountId, *, as_json: AsJson = False) -> None:
    """Show what an account can spend, lot by lot, and what is open."""
    target = target_of(context)
    head = _head(target.ledger(), account_id)
    now = wall_clock()
    rules = rules_at(target.policy_book())(now)
    available = head.available(now, rules.current.notice)
    lots = sorted(head.lots.values(), key=lambda lot: lot.burn_rank)
    if as_json:
        show_json(
            {
                "account": account_id,
                "available": available,
                "balance": head.balance,
                "owed": head.owed,
                "lots": [_lot_dict(head, lot, now, rules) for lot in lots],
                "open_charges": [
                    {
                        "generation": charge.generation_id,
                        "operation": charge.operation,
                        "credits": charge.credits,
                        "at": stamp(charge.at),
                    }
                    for charge in head.charges.values()
                ],
            }
        )
        return
    made = table(
        f"Account {account_id}",
        *("lot", "kind", "granted", "left", "expires", "state"),
        right=("granted", "left"),
    )
    for lot in lots:
        expires_at = head.expiry(lot, rules.of(lot.policy_version).notice)
        state = _state(head, lot, now, rules)
        add(made, lot.lot_id, lot.kind, lot.granted, lot.remaining, expires_at or "never", state)
    open_credits = sum(charge.credits for charge in head.charges.values())
    show(
        made,
        f"{available} available of {head.balance}; {open_credits} held by {len(head.charges)} open"
        f" charges; {head.owed} owed",
    )


def history(
    context: typer.Context,
    account_id: AccountId,
    *,
    limit: Annotated[int, typer.Option(min=1, help="How many entries, the newest first.")] = 20,
    everything: Annotated[bool, typer.Option("--all", help="Every entry.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show an account's statement, the newest entry first."""
    store = target_of(context).ledger()
    _head(store, account_id)
    wanted = PAGE_MAX if everything else min(limit + 1, PAGE_MAX)
    newest = every(partial(store.history, account_id, wanted))
    entries = list(newest if everything else islice(newest, limit))
    more = next(newest, None) is not None
    if as_json:
        show_json([entry_dict(entry) for entry in entries])
        return
    made = table(
        f"Statement of {account_id}",
        *("#", "at", "entry", "credits", "balance", "what", "cause"),
        right=("#", "credits", "balance"),
    )
    for entry in entries:
        cause = f"{entry.cause.kind} {entry.cause.ref}"
        credits = signed(entry.credits)
        add(made, entry.seq, entry.at, entry.key, credits, entry.balance, _what(entry), cause)
    show(made, *(["There is more: --limit or --all."] if more else []))


def explain_account(
    context: typer.Context, account_id: AccountId, *, as_json: AsJson = False
) -> None:
    """Trace every credit of an account from its grant to where it is now."""
    store = target_of(context).ledger()
    _head(store, account_id)
    journal = list(store.journal(account_id))
    stories, ends = explain(journal), fates(journal)
    if as_json:
        show_json([_story_dict(story, ends[story.lot_id]) for story in stories])
        return
    for story in stories:
        made = table(
            f"{_kind(story)} lot {story.lot_id}",
            *("#", "at", "entry", "why", "credits", "left", "what"),
            right=("#", "credits", "left"),
        )
        for entry, reason, credits, left in story.moves:
            add(made, entry.seq, entry.at, entry.key, reason, signed(credits), left, _what(entry))
        show(made, _sum_of(ends[story.lot_id]), "")


def _head(store: LedgerStore, account_id: str) -> Account:
    head = store.read(account_id).account
    if head is None:
        raise AccountUnknownError(account_id)
    return head


def _state(head: Account, lot: Lot, now: datetime, rules: Rules) -> str:
    if head.is_frozen(lot, now):
        return "frozen"
    if head.is_expired(lot, now, rules.of(lot.policy_version).notice):
        return "expired"
    return "spendable" if lot.remaining else "empty"


def _lot_dict(head: Account, lot: Lot, now: datetime, rules: Rules) -> dict[str, Json]:
    return {
        "lot": lot.lot_id,
        "kind": lot.kind.value,
        "order": lot.order_id,
        "granted": lot.granted,
        "left": lot.remaining,
        "granted_at": stamp(lot.granted_at),
        "expires_at": stamp(head.expiry(lot, rules.of(lot.policy_version).notice)),
        "state": _state(head, lot, now, rules),
        "policy_version": lot.policy_version,
    }


def entry_dict(entry: Entry) -> dict[str, Json]:
    """Return what `--json` prints of an entry."""
    return {
        "seq": entry.seq,
        "at": stamp(entry.at),
        "key": entry.key,
        "credits": entry.credits,
        "balance": entry.balance,
        "postings": [
            {"lot": p.lot_id, "credits": p.credits, "reason": p.reason.value}
            for p in entry.postings
        ],
        "cause": {
            "kind": entry.cause.kind,
            "ref": entry.cause.ref,
            "occurred_at": stamp(entry.cause.occurred_at),
        },
        "policy_version": entry.policy_version,
        "details": dict(entry.details),
        "hash": entry.hash,
    }


def _story_dict(story: LotStory, fate: Fate) -> dict[str, Json]:
    return {
        "lot": story.lot_id,
        "kind": _kind(story),
        "granted": fate.granted,
        "now": {name.replace(" ", "_"): credits for name, credits in fate.parts.items()},
        "moves": [
            {
                "seq": entry.seq,
                "at": stamp(entry.at),
                "key": entry.key,
                "reason": reason.value,
                "credits": credits,
                "left": left,
                "cause": f"{entry.cause.kind} {entry.cause.ref}",
            }
            for entry, reason, credits, left in story.moves
        ],
    }


def _kind(story: LotStory) -> str:
    """Return the lot's kind; a lot that was used up as it was opened leaves no terms behind."""
    terms = story.moves[0][0].changes.get("lots", {}).get(story.lot_id)
    if terms is None:
        return "unnamed"
    return Lot.of_terms(story.lot_id, cast("LotState", terms), 0).kind.value


def _what(entry: Entry) -> str:
    told = (entry.details[name] for name in _FACTS_TOLD if entry.details.get(name))
    return " · ".join(map(str, told))


def _sum_of(fate: Fate) -> str:
    parts = [f"{credits} {name}" for name, credits in fate.parts.items() if credits]
    verdict = "" if fate.adds_up else "  (this does not add up: run `reprise audit`)"
    return f"{fate.granted} granted = {' + '.join(parts) or '0'}{verdict}"
