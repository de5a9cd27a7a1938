"""`reprise audit`: replay journals from nothing, of an account or of all written since."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import typer
from reprise.adapters.dynamodb.items import HEAD, account_id_of, account_of
from reprise.canonical import Json
from reprise.clock import instant_of
from reprise.errors import BadInputError, RepriseError
from reprise.ledger.audit import Audit, audit
from reprise.ledger.errors import AccountUnknownError
from reprise.ports.ledger import LedgerStore

from ops.cli.output import AsJson, Exit, show, show_json
from ops.cli.target import Target, target_of

_TURNS_MAX: Final = 3
"""How often an account is read anew that was written while it was read."""


def audit_accounts(
    context: typer.Context,
    accounts: Annotated[
        list[str] | None, typer.Argument(metavar="ACCOUNT", help="The product's account ids.")
    ] = None,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Every account; reads the whole table.")
    ] = False,
    since: Annotated[
        str | None, typer.Option(help="With --all: only those written at or after this instant.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Replay journals and name the first difference of each account; exit 1 if there is one."""
    if everything == bool(accounts) or (since is not None and not everything):
        raise BadInputError("ACCOUNT", "name the accounts, or --all, which --since may narrow")
    target = target_of(context)
    store = target.ledger()
    names = accounts or _written(target, _instant(since))
    told: list[Json] = []
    count = unsound = 0
    for account_id in names:
        found = _audited(store, account_id, is_named=not everything)
        count, unsound = count + 1, unsound + (found["difference"] is not None)
        told.append(found)
        if not as_json and (found["difference"] is not None or not everything):
            show(_line(found))
    if as_json:
        show_json(told if everything or count > 1 else told[0])
    elif count != 1 or everything:
        show(f"{count} accounts replayed, {unsound} with a difference")
    raise typer.Exit(Exit.FINDING if unsound else Exit.FINE)


def _audited(store: LedgerStore, account_id: str, *, is_named: bool) -> dict[str, Json]:
    """Return what the replay says; an account that cannot even be read is a difference."""
    try:
        found = _replayed(store, account_id)
    except AccountUnknownError:
        raise
    except (RepriseError, ValueError, LookupError, TypeError) as error:
        if is_named:
            raise
        why = f"cannot be read: {type(error).__name__}: {error}"
        return {"account": account_id, "clean": False, "difference": why}
    return {
        "account": account_id,
        "clean": found.clean,
        "entries": found.entries,
        "balance": found.balance,
        "difference": found.difference,
    }


def _replayed(store: LedgerStore, account_id: str) -> Audit:
    for _ in range(_TURNS_MAX):
        head = store.read(account_id).account
        journal = list(store.journal(account_id))
        if head is None and not journal:
            raise AccountUnknownError(account_id)
        found = audit(account_id, journal, head, store.orders_of(account_id))
        after = store.read(account_id).account
        if found.clean or (head and after and head.seq == after.seq):
            break  # otherwise somebody wrote in between, and the difference may be theirs
    return found


def _written(target: Target, since: datetime | None) -> Iterator[str]:
    """Yield every account that was written since; reads the whole table."""
    pages: Any = target.client("dynamodb").get_paginator("scan")
    for page in pages.paginate(
        TableName=target.ledger_table_name(),
        FilterExpression="sk = :head",
        ExpressionAttributeValues={":head": {"S": HEAD}},
        ConsistentRead=True,
    ):
        for item in page["Items"]:
            if since is None or _last_at(item) >= since:
                yield account_id_of(item)


def _last_at(item: dict[str, Any]) -> datetime:
    try:
        return account_of(item).last_at
    except (RepriseError, ValueError, LookupError, TypeError):
        return datetime.max.replace(tzinfo=UTC)  # what cannot be read is looked at


def _instant(since: str | None) -> datetime | None:
    at = instant_of(since)
    if since is not None and at is None:
        raise BadInputError("--since", "must be an instant with its zone: 2026-11-02T08:00:00Z")
    return at


def _line(found: dict[str, Json]) -> str:
    if found["difference"] is None:
        summed = f"{found['entries']} entries replayed, {found['balance']} credits"
        return f"{found['account']}: {summed}, no difference"
    entries = f"after {found['entries']} entries: " if "entries" in found else ""
    return f"{found['account']}: {entries}{found['difference']}"
