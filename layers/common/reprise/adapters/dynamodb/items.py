"""Stored items: how heads, entries, orders and aliases look in the table.

Layout: `pk` is `account#<id>`; `sk` is `head`, `order#<id>`, or an entry's business key. An alias
is an item of its own under `alias#<id>`. Bodies are canonical JSON in one attribute, so an item
stays small and what was hashed is what is stored.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from reprise.canonical import Json, canonical_json
from reprise.ledger.account import SECTIONS, Account, sections_of, with_sections
from reprise.ledger.charges import Task
from reprise.ledger.entries import Entry
from reprise.ledger.instants import of_ms, opt_instant, opt_ms, to_ms
from reprise.ledger.notices import notice_of
from reprise.ledger.orders import Order
from reprise.ports.ledger import Due, StoreBusyError, shard_of

type Item = dict[str, Any]

_MILLISECOND = timedelta(milliseconds=1)

_IN_KEYS = frozenset({"account", "key", "seq"})
"""Parts of an entry's body that its item's keys hold already."""

_HEAD_PARTS = SECTIONS | {"head", "tasks"}

HEAD = "head"
ACCOUNT_PREFIX = "account#"
ORDER_PREFIX = "order#"

SHARD_OF_INDEX = {Due.EXPIRY: "expiry_shard", Due.CHARGE: "charge_shard"}
TIME_OF_INDEX = {Due.EXPIRY: "next_expiry", Due.CHARGE: "oldest_charge"}


def account_key(account_id: str) -> str:
    """Return the partition of an account."""
    return ACCOUNT_PREFIX + account_id


def account_id_of(item: Mapping[str, Any]) -> str:
    """Return whose an item is, read from its key."""
    return str(item["pk"]["S"].removeprefix(ACCOUNT_PREFIX))


def key_of(pk: str, sk: str) -> Item:
    """Return a primary key in wire form."""
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def head_state(account: Account) -> str:
    """Return the head as canonical JSON: remaining credits beside each lot's terms."""
    sections = sections_of(account)
    lots: dict[str, Json] = {
        key: [account.lots[key].remaining, terms] for key, terms in sections.pop("lots").items()
    }
    parts: dict[str, Json] = {name: section for name, section in sections.items() if section}
    tasks: dict[str, Json] = {
        key: [
            *(t.provider, t.task_id, to_ms(t.submitted_at), opt_ms(t.waiting_since)),
            *(t.waited // _MILLISECOND, list(t.earlier), opt_ms(t.resumed_at)),
        ]
        for key, t in account.tasks.items()
    }
    if tasks:
        parts["tasks"] = tasks
    head: list[Json] = [account.seq, account.hash, to_ms(account.last_at)]
    return canonical_json({"head": head, "lots": lots, **parts})


def head_indexes(account: Account) -> dict[str, Item]:
    """Return the index attributes of a head; an account with nothing due is in no index."""
    due = {Due.EXPIRY: account.next_due, Due.CHARGE: account.oldest_charge}
    found: dict[str, Item] = {}
    for what, at in due.items():
        if at is not None:
            found[SHARD_OF_INDEX[what]] = {"S": f"{what.value}#{shard_of(account.account_id):02d}"}
            found[TIME_OF_INDEX[what]] = {"N": str(to_ms(at))}
    return found


def demand_known(pk: str, names: Iterable[str]) -> None:
    """Refuse what only a later version of the code knows: written back, it would be lost.

    While a new version is deployed, both write for a minute. What is refused then comes again.

    Args:
        pk: the item's partition.
        names: of its parts, those that are not known here.

    Raises:
        StoreBusyError: there are some.
    """
    unknown = ", ".join(sorted(names))
    if unknown:
        raise StoreBusyError(f"{pk}: a later version wrote {unknown}")


def unknown_in(stored: Json, known: Json) -> list[str]:
    """Return the names in something stored that are missing from what was read of it."""
    if isinstance(stored, Mapping) and isinstance(known, Mapping):
        deeper = (unknown_in(stored[name], known[name]) for name in stored.keys() & known.keys())
        return [*(stored.keys() - known.keys()), *(name for names in deeper for name in names)]
    if isinstance(stored, list) and isinstance(known, list):
        pairs = zip(stored, known, strict=False)
        return [name for one, other in pairs for name in unknown_in(one, other)]
    return []


def account_of(item: Mapping[str, Any]) -> Account:
    """Return the account of a stored head."""
    state = json.loads(item["state"]["S"])
    demand_known(item["pk"]["S"], state.keys() - _HEAD_PARTS)
    seq, last_hash, last_ms = state["head"]
    lots = state["lots"]
    tasks = {key: _task_of(task) for key, task in state.get("tasks", {}).items()}
    bare = Account(
        account_id=account_id_of(item),
        seq=seq,
        hash=last_hash,
        last_at=of_ms(last_ms),
        version=int(item["version"]["N"]),
        tasks=tasks,
    )
    sections = {**state, "lots": {key: terms for key, (_, terms) in lots.items()}}
    return with_sections(bare, sections, {key: remaining for key, (remaining, _) in lots.items()})


def _task_of(state: Sequence[Any]) -> Task:
    # Tasks stored before it was noted do not say when they went on.
    provider, task_id, submitted_ms, waiting_ms, waited_ms, earlier, *more = state
    return Task(
        provider=provider,
        task_id=task_id,
        submitted_at=of_ms(submitted_ms),
        waiting_since=opt_instant(waiting_ms),
        waited=waited_ms * _MILLISECOND,
        resumed_at=opt_instant(more[0]) if more else None,
        earlier=tuple(earlier),
    )


def entry_item(entry: Entry) -> Item:
    """Return the item of an entry; `seq` puts it into the history index.

    What the keys say is left out of the body, which keeps the item below a kilobyte. What the
    product is told stands beside it, where a pipe on the table's stream can read it.
    """
    body = {name: value for name, value in entry.body().items() if name not in _IN_KEYS}
    item = {
        **key_of(account_key(entry.account_id), entry.key),
        "seq": {"N": str(entry.seq)},
        "hash": {"S": entry.hash},
        "body": {"S": canonical_json(body)},
    }
    notice = notice_of(entry)
    if notice is None:
        return item
    return item | {
        "news": {"S": notice.news.value},
        "account": {"S": notice.account_id},
        "subject": {"S": notice.subject},
        "credits": {"N": str(notice.credits)},
        "why": {"S": notice.reason},
    }


def entry_of(item: Mapping[str, Any]) -> Entry:
    """Return the entry of a stored item."""
    known = {
        "account": account_id_of(item),
        "key": item["sk"]["S"],
        "seq": int(item["seq"]["N"]),
    }
    return Entry.of_body(json.loads(item["body"]["S"]) | known, item["hash"]["S"])


def order_item(account_id: str, order: Order) -> Item:
    """Return the item of an order."""
    return {
        **key_of(account_key(account_id), ORDER_PREFIX + order.order_id),
        "version": {"N": str(order.version)},
        "state": {"S": canonical_json(order.state())},
    }


def order_of(item: Mapping[str, Any]) -> Order:
    """Return the order of a stored item."""
    order_id = item["sk"]["S"].removeprefix(ORDER_PREFIX)
    state = json.loads(item["state"]["S"])
    order = Order.of_state(order_id, int(item["version"]["N"]), state)
    demand_known(item["pk"]["S"], unknown_in(state, order.state()))
    return order
