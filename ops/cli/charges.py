"""`reprise charges`: credits that are taken and wait for an outcome."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Annotated, Final

import typer
from reprise.clock import wall_clock
from reprise.errors import BadInputError
from reprise.ledger.charges import Charge, Task
from reprise.ports.ledger import PAGE_MAX, SHARDS, Due, LedgerStore, every

from ops.cli.output import AsJson, add, show, show_json, stamp, table
from ops.cli.target import target_of

app = typer.Typer(name="charges", help="Charges that have no outcome yet.", no_args_is_help=True)

_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open charge of an account, and where it runs, if that is known."""

    account_id: str
    charge: Charge
    task: Task | None


@app.callback()
def group() -> None:
    """Keep `open` a command of its own, as a group of one command would not."""


@app.command("open")
def open_charges(
    context: typer.Context,
    *,
    older_than: Annotated[str, typer.Option(help="At least this old: 90s, 10m, 2h, 1d.")] = "0s",
    limit: Annotated[int, typer.Option(min=1, help="How many, the oldest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List open charges, the oldest first."""
    now = wall_clock()
    age = _age(older_than)
    store = target_of(context).ledger()
    found = sorted(waiting(store, now - age, limit), key=lambda one: one.charge.at)
    shown = found[:limit]
    if as_json:
        show_json([_as_dict(one, now) for one in shown])
        return
    made = table(
        "Open charges",
        *("account", "generation", "operation", "credits", "since", "age", "provider", "task"),
        right=("credits", "age"),
    )
    for one in shown:
        charge, task = one.charge, one.task
        where = (task.provider, task.task_id) if task else ("not submitted", None)
        what = (charge.generation_id, charge.operation, charge.credits)
        add(made, one.account_id, *what, charge.at, now - charge.at, *where)
    show(made, *(["There is more: --limit."] if len(found) > limit else []))


def waiting(store: LedgerStore, before: datetime, limit: int) -> Iterator[Waiting]:
    """Yield charges made at or before an instant, from the accounts where the oldest are.

    The index knows each account's oldest charge, so the oldest `limit` charges of all are among
    the first `limit` accounts of each shard; one more tells whether there are others.
    """
    for shard in range(SHARDS):
        accounts = every(partial(store.due, Due.CHARGE, shard, before, PAGE_MAX))
        for account_id in islice(accounts, limit + 1):
            head = store.read(account_id).account
            if head is None:
                continue
            for charge in head.charges.values():
                if charge.at <= before:
                    yield Waiting(account_id, charge, head.tasks.get(charge.generation_id))


def _age(words: str) -> timedelta:
    match = re.fullmatch(r"(\d{1,6})([smhd])", words.strip())
    if match is None:
        raise BadInputError("--older-than", "must be a number and s, m, h or d, like 10m")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _as_dict(one: Waiting, now: datetime) -> dict[str, str | int | None]:
    return {
        "account": one.account_id,
        "generation": one.charge.generation_id,
        "operation": one.charge.operation,
        "credits": one.charge.credits,
        "at": stamp(one.charge.at),
        "age_seconds": int((now - one.charge.at).total_seconds()),
        "provider": one.task.provider if one.task else None,
        "task": one.task.task_id if one.task else None,
    }
