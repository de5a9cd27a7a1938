"""`reprise stripe`: what Stripe's events do, tried out in memory; nothing is changed anywhere."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer
from reprise.billing.events import EVENT_BYTES_MAX, read_event
from reprise.canonical import Json
from reprise.errors import BadInputError
from reprise.usecases.stripe.books import Effect, Handling
from reprise.usecases.stripe.receive import receive

from ops.cli.inputs import read_file
from ops.cli.known_customer import Customer
from ops.cli.output import AsJson, Exit, add, json_text, show, show_json, signed, table
from ops.cli.replaying import AccountNow, Replay, orders_of, replay
from ops.memory import memory_books

app = typer.Typer(name="stripe", help="What Stripe's events would do.", no_args_is_help=True)

Files = Annotated[list[Path], typer.Argument(metavar="FILE", help="Events; - is stdin.")]
Mode = Annotated[bool, typer.Option("--livemode/--test-mode", help="Mode of the webhook endpoint.")]
ORDERS: Final = ("given", "any")


@dataclass(frozen=True, slots=True)
class Explained:
    """What one file would do.

    Args:
        file: as it was named.
        type: the event's type, as far as it can be read.
        handling: what it would do, and why.
        assumed: what was taken for granted of the customer.
    """

    file: str
    type: str
    handling: Handling
    assumed: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Json]:
        """Return what `--json` prints."""
        done = self.handling
        reason = "; assuming ".join(filter(None, (done.reason, " and ".join(self.assumed))))
        return {
            "file": self.file,
            "type": self.type,
            "effect": done.effect.value,
            "credits": done.credits,
            "key": done.key,
            "reason": reason,
        }


@app.command()
def explain(
    files: Files,
    *,
    livemode: Mode = True,
    sku: Annotated[
        str | None, typer.Option(help="Pack that the payment in question bought.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what each event by itself would do to a known customer, and why.

    The customer's account and ids are taken as known, and so is what the event comes after: the
    order behind a refund or dispute, the withdrawal behind a win. Changes nothing. With --json,
    one file prints one object, several print a list of them.
    """
    found = [
        explained(str(file), read_file(file, EVENT_BYTES_MAX), livemode=livemode, sku=sku)
        for file in files
    ]
    if as_json:
        rows = [json_text(one.as_dict()) for one in found]
        listed = "[\n" + ",\n".join(rows) + "\n]"
        sys.stdout.write((rows[0] if len(rows) == 1 else listed) + "\n")
        return
    made = table(
        "On its own", "file", "type", "effect", "credits", "key", "reason", right=("credits",)
    )
    for one in found:
        row = one.as_dict()
        cells = (row["type"], row["effect"], signed(one.handling.credits), row["key"])
        add(made, Path(one.file).name, *cells, row["reason"])
    show(made)


def explained(file: str, raw: bytes, *, livemode: bool = True, sku: str | None = None) -> Explained:
    """Return what the bytes of one event would do.

    Args:
        file: where they came from.
        raw: the body that Stripe would send.
        livemode: the mode of the endpoint it would come to.
        sku: the pack that the payment bought, if it is about one.
    """
    try:
        event = read_event(raw)
    except BadInputError as error:
        refused = Handling(Effect.REJECT, reason=f"answered with 400: {error}")
        return Explained(file, _type_of(raw), refused)
    books = memory_books(livemode=livemode)
    customer = Customer(books, event.created, sku)
    if books.expected.mismatch(event) is None:
        customer.knows(event)
    handling = receive(books, raw, event, event.created)[0]
    return Explained(file, event.type, handling, tuple(customer.assumed))


def _type_of(raw: bytes) -> str:
    """Return the type that a body claims, if it can be made out at all."""
    try:
        claimed = json.loads(raw)["type"]
    except (ValueError, RecursionError, LookupError, TypeError):
        return ""
    return claimed if isinstance(claimed, str) else ""


@app.command("replay")
def replay_files(
    files: Files,
    *,
    order: Annotated[str, typer.Option(help="given; or any, to try permutations.")] = "given",
    livemode: Mode = True,
    as_json: AsJson = False,
) -> None:
    """Deliver events to the webhook's own code, in memory, and show the accounts that changed.

    With --order any, every permutation is delivered (a seeded sample of them where there are too
    many), each event twice; exit 1 if not all end alike.
    """
    if order not in ORDERS:
        raise BadInputError("--order", f"must be one of {', '.join(ORDERS)}")
    bodies = [(str(file), read_file(file, EVENT_BYTES_MAX)) for file in files]
    if order == "given":
        tried = [replay(bodies, livemode=livemode)]
        possible = 1
    else:
        orderings, possible = orders_of(bodies)
        tried = [replay([*one, *one], livemode=livemode) for one in orderings]
    ends = {one.end for one in tried}
    if as_json:
        show_json(_replay_dict(tried[0], len(tried), possible, alike=len(ends) == 1))
    else:
        _show_replay(tried[0])
        if order == "any":
            all_alike = "all end alike" if len(ends) == 1 else f"{len(ends)} different ends"
            show(f"{len(tried)} of {possible} orders delivered, each event twice: {all_alike}")
    raise typer.Exit(Exit.FINE if len(ends) == 1 else Exit.FINDING)


def _replay_dict(first: Replay, tried: int, possible: int, *, alike: bool) -> dict[str, Json]:
    return {
        "deliveries": [
            {"file": file, "status": status, "effect": effect}
            for file, status, effect in first.deliveries
        ],
        "orders_tried": tried,
        "orders_possible": possible,
        "alike": alike,
        "accounts": [one.as_dict() for one in first.accounts],
        "parked": list(first.parked),
    }


def _show_replay(done: Replay) -> None:
    deliveries = table("Deliveries", "file", "answer", "effect")
    for file, status, effect in done.deliveries:
        add(deliveries, Path(file).name, status, effect)
    columns = ("account", "balance", "available", "owed", "entries", "lots", "subscriptions")
    accounts = table("Accounts that changed", *columns, right=columns[1:5])
    for one in done.accounts:
        add(accounts, *_cells(one))
    show(deliveries, accounts)
    if done.parked:
        show(f"still parked: {', '.join(done.parked)}")


def _cells(one: AccountNow) -> tuple[object, ...]:
    lots = "\n".join(f"{lot}: {left}" for lot, left in one.lots)
    subscriptions = "\n".join(f"{name}: {status}" for name, status in one.subscriptions)
    counts = (one.balance, one.available, one.owed, one.entries)
    return (one.account_id, *counts, lots, subscriptions)
