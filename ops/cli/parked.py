"""`reprise parked`: events that came in and cannot be applied yet."""

from collections.abc import Iterator
from typing import Annotated

import typer
from reprise.canonical import Json
from reprise.ports.desk import Parked, ParkingLot
from reprise.ports.ledger import PAGE_MAX

from ops.cli.output import AsJson, add, show, show_json, stamp, table
from ops.cli.target import target_of

app = typer.Typer(name="parked", help="Events that wait to be applied.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Events that wait to be applied."""


@app.command("list")
def list_parked(
    context: typer.Context,
    *,
    limit: Annotated[int, typer.Option(min=1, help="How many, the oldest first.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List what waits, the oldest first, with what would mend it; never the events themselves."""
    lot = target_of(context).parking_lot()
    found = [parked for parked, _ in zip(every(lot), range(limit + 1), strict=False)]
    if as_json:
        show_json([_as_dict(parked) for parked in found[:limit]])
        return
    made = table(
        "Parked events",
        *("id", "source", "type", "since", "tried", "field", "what mends it", "waits for"),
        right=("tried",),
    )
    for one in found[:limit]:
        what = (one.parked_id, one.source, one.kind, one.parked_at, one.attempts)
        add(made, *what, one.field, one.reason, one.waits_for)
    show(made, *(["There is more: --limit."] if len(found) > limit else []))


def every(lot: ParkingLot) -> Iterator[Parked]:
    """Yield everything that waits, the oldest first."""
    cursor: str | None = None
    while True:
        page = lot.parked(PAGE_MAX, cursor)
        yield from page.items
        cursor = page.cursor
        if cursor is None:
            return


def _as_dict(parked: Parked) -> dict[str, Json]:
    return {
        "id": parked.parked_id,
        "source": parked.source,
        "type": parked.kind,
        "parked_at": stamp(parked.parked_at),
        "attempts": parked.attempts,
        "field": parked.field,
        "reason": parked.reason,
        "waits_for": parked.waits_for,
    }
