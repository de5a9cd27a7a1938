"""`reprise parked`: events that came in and cannot be applied yet."""

from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Annotated

import typer
from reprise.canonical import Json
from reprise.clock import wall_clock
from reprise.errors import BadInputError
from reprise.ports.ledger import PAGE_MAX, every
from reprise.ports.parking import Parked, ParkingLot
from reprise.usecases.stripe.books import Books, Effect, Handling
from reprise.usecases.stripe.receive import redrive as stripe_redrive

from ops.cli.output import AsJson, Exit, add, show, show_json, signed, stamp, table
from ops.cli.target import target_of

app = typer.Typer(
    name="parked", help="Stripe events that cannot be applied yet.", no_args_is_help=True
)


@app.command("list")
def list_parked(
    context: typer.Context,
    *,
    limit: Annotated[int, typer.Option(min=1, help="How many, the oldest first.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List parked events, the oldest first, with what each needs, without their contents."""
    lot = target_of(context).parking_lot()
    found = list(islice(every_parked(lot), limit + 1))
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


@app.command()
def redrive(
    context: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID", help="Ids of events.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All parked events.")] = False,
    livemode: Annotated[
        bool | None,
        typer.Option(
            "--livemode/--test-mode", help="Whose events are ours; else as the stack says."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Apply parked events again, once what they lacked is there; exit 1 if some still wait.

    They are applied by the code and the catalogue of this checkout.
    """
    if everything == bool(ids):
        raise BadInputError("ID", "name the events, or --all")
    target, wanted = target_of(context), set(ids or ())
    parked = every_parked(target.parking_lot())
    chosen = [one for one in parked if everything or one.parked_id in wanted]
    missing = sorted(wanted - {one.parked_id for one in chosen})
    if missing:
        raise BadInputError("ID", f"not parked: {', '.join(missing)}; see `reprise parked list`")
    books = target.books(livemode=livemode)
    done = [(one, _redriven(books, one)) for one in chosen]
    still = [one for one, handling in done if handling.effect is Effect.PARK]
    if as_json:
        show_json([_outcome_dict(one, handling) for one, handling in done])
    else:
        made = table("Redriven", "id", "type", "effect", "account", "credits", "what")
        for one, handling in done:
            credits = signed(handling.credits)
            what = (handling.account_id, credits, handling.key or handling.reason)
            add(made, one.parked_id, one.kind, handling.effect, *what)
        show(made, f"{len(done) - len(still)} applied, {len(still)} still wait")
    raise typer.Exit(Exit.FINDING if still else Exit.FINE)


def _redriven(books: Books, parked: Parked) -> Handling:
    """Try one event again and return what it did itself, not what it woke."""
    return stripe_redrive(books, parked, wall_clock())[0]


def every_parked(lot: ParkingLot) -> Iterator[Parked]:
    """Yield everything that waits, the oldest first."""
    return every(partial(lot.parked, PAGE_MAX))


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


def _outcome_dict(parked: Parked, handling: Handling) -> dict[str, Json]:
    return {
        "id": parked.parked_id,
        "type": parked.kind,
        "effect": handling.effect.value,
        "account": handling.account_id,
        "credits": handling.credits,
        "key": handling.key,
        "reason": handling.reason,
    }
