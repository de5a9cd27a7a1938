"""`reprise report`: what a period did to credits and money, for the accountant."""

import csv
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import typer
from reprise.adapters.dynamodb.items import account_id_of, entry_of
from reprise.cases.answers import money
from reprise.clock import wall_clock
from reprise.errors import BadInputError, PermanentError, RepriseError
from reprise.ledger.entries import Entry

from ops.cli.inputs import utc_instant
from ops.cli.output import AsJson, add, show, show_json, signed, stamp, table, text
from ops.cli.target import Target, target_of
from ops.cli.totals import CREDITS, Line, Totals, each

_COLUMNS = ("what", "unit", "amount", "entries")


class EntryUnreadableError(PermanentError):
    """An entry cannot be read: a sum without it would be wrong."""


def report(
    context: typer.Context,
    *,
    since: Annotated[str, typer.Option(help="First instant, in UTC: 2026-11-01, or with a time.")],
    until: Annotated[
        str | None, typer.Option(help="First instant that is not counted; else now.")
    ] = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, money in minor units.")] = False,
) -> None:
    """Sum up a period: credits sold, used, returned and expired; money paid and refunded.

    It reads the whole table once, page by page; an entry belongs to the instant it was booked at.
    """
    if as_json and as_csv:
        raise BadInputError("--csv", "must stand without --json")
    now = wall_clock()
    totals = Totals(utc_instant("--since", since), utc_instant("--until", until) if until else now)
    if not totals.since < totals.until <= now:
        raise BadInputError("--until", "must be after --since and not in the future")
    totals.add(_entries(target_of(context)))
    lines = totals.lines()
    if as_json:
        period = {"since": stamp(totals.since), "until": stamp(totals.until)}
        show_json({**period, "lines": [*each(lines)]})
    elif as_csv:
        written = csv.DictWriter(sys.stdout, _COLUMNS, lineterminator="\n")
        written.writeheader()
        written.writerows(each(lines))
    else:
        _show(totals.since, totals.until, lines)


def _entries(target: Target) -> Iterator[Entry]:
    """Yield every entry of every account; one page is in memory at a time."""
    pages: Any = target.client("dynamodb").get_paginator("scan")
    for page in pages.paginate(
        TableName=target.ledger_table_name(),
        FilterExpression="attribute_exists(body)",
        ConsistentRead=True,
    ):
        for item in page["Items"]:
            try:
                yield entry_of(item)
            except (RepriseError, ValueError, LookupError, TypeError) as error:
                where = f"{account_id_of(item)} {item['sk']['S']}"
                raise EntryUnreadableError(f"{where}: cannot be read: {error}") from error


def _show(since: datetime, until: datetime, lines: list[Line]) -> None:
    made = table(f"From {text(since)} to {text(until)}", *_COLUMNS, right=("amount", "entries"))
    for line in lines:
        in_credits = line.unit == CREDITS
        amount = signed(line.amount) if in_credits else money(line.amount, line.unit)
        add(made, line.what, line.unit, amount, line.entries)
    show(made)
