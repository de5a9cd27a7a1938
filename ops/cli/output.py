"""What the operator sees: tables for people, JSON for programs, and exit codes for both."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Annotated, Final

import typer
from botocore.exceptions import BotoCoreError, ClientError
from reprise.canonical import Json
from reprise.errors import BadInputError, RepriseError
from reprise.ledger.errors import AccountUnknownError
from rich.console import Console
from rich.table import Table

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]

_PIPED_WIDTH: Final = 200
"""Columns where nobody says how wide the screen is: nothing is cut for a file or a pager."""


class Exit(IntEnum):
    """What the exit code of every command means."""

    FINE = 0
    FINDING = 1
    """The answer is bad news: a difference, events that are still parked."""
    BAD_INPUT = 2
    """An option, an account or an id is wrong; nothing was done."""
    UNREACHABLE = 3
    """AWS could not be reached or refused; asking again may help."""


def table(title: str, *columns: str, right: Iterable[str] = ()) -> Table:
    """Return an empty table.

    Args:
        title: what it shows.
        columns: headings, in order.
        right: the headings of columns that hold numbers.
    """
    numbers = set(right)
    made = Table(title=text(title), title_justify="left", title_style="bold")
    for column in columns:
        made.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
    return made


def add(made: Table, *cells: object, style: str | None = None) -> None:
    """Add a row; whatever an outsider wrote into a cell cannot steer the terminal."""
    made.add_row(*map(text, cells), style=style)


def text(value: object) -> str:
    """Return a cell: instants in UTC to the second, None as a dash, control characters shown."""
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    if isinstance(value, timedelta):
        return _duration(value)
    return "".join(one if one.isprintable() or one == "\n" else "�" for one in str(value))


def signed(credits: int) -> str:
    """Return credits with their sign, as a statement has them."""
    return f"{credits:+d}" if credits else "0"


def show(*things: Table | str) -> None:
    """Print tables and lines; without colours where nobody looks. An empty table says so."""
    console = _console()
    for thing in things:
        if isinstance(thing, Table) and not thing.row_count:
            console.print(f"{thing.title}: none")
        else:
            console.print(text(thing) if isinstance(thing, str) else thing)


def show_json(value: Json) -> None:
    """Print JSON, indented."""
    sys.stdout.write(json_text(value, 2) + "\n")


def json_text(value: Json, indent: int | None = None) -> str:
    """Return JSON that people can read and that cannot steer their terminal.

    Args:
        value: what to say.
        indent: spaces per level; None for one line.
    """
    plain = json.dumps(value, indent=indent, ensure_ascii=False)
    return "".join(
        one if one.isprintable() or one == "\n" else json.dumps(one)[1:-1] for one in plain
    )


def stamp(at: datetime | None) -> str | None:
    """Return an instant as JSON carries it."""
    return None if at is None else at.astimezone(UTC).isoformat()


def complain(words: str) -> None:
    """Say on standard error what went wrong."""
    _console(stderr=True).print(f"error: {text(words)}")


@contextmanager
def errors_exit() -> Iterator[None]:
    """Turn what went wrong into one line and the exit code that says who can mend it."""
    try:
        yield
    except (BadInputError, AccountUnknownError) as error:
        complain(str(error))
        raise typer.Exit(Exit.BAD_INPUT) from error
    except (RepriseError, ClientError, BotoCoreError) as error:
        complain(str(error))
        raise typer.Exit(Exit.UNREACHABLE) from error


def _console(*, stderr: bool = False) -> Console:
    console = Console(stderr=stderr, markup=False, highlight=False)
    if not console.is_terminal:
        console.width = _PIPED_WIDTH
    return console


def _duration(value: timedelta) -> str:
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = ((days, "d"), (hours, "h"), (minutes, "m"), (seconds, "s"))
    worded = [f"{count}{unit}" for count, unit in parts if count]
    return " ".join(worded[:2]) or "0s"
