"""`reprise provider`: read one answer of a provider as the functions would."""

import json
import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer
from reprise.canonical import Json
from reprise.errors import BadInputError
from reprise.ledger.charges import Outcome as Ending
from reprise.ledger.charges import credits_due_back
from reprise.providers.classify import classify
from reprise.providers.dialects import DIALECTS
from reprise.providers.operation import Operation
from reprise.providers.verdict import Channel, Verdict
from rich.table import Table
from rich.text import Text

from ops.cli.inputs import read_file
from ops.cli.output import AsJson, json_text, show, text

app = typer.Typer(name="provider", help="How a provider's answer is read.", no_args_is_help=True)

FILE_BYTES_MAX: Final = 10_000_000
_STYLES: Final = {
    "delivered": "green",
    "partial": "yellow",
    "failed": "red",
    "empty": "red",
    "progress": "cyan",
    "unknown": "magenta",
}


@app.callback()
def group() -> None:
    """Keep `explain` a command of its own, as a group of one command would not."""


@app.command()
def explain(
    file: Annotated[Path, typer.Argument(help="JSON of the answer, or of its event; - is stdin.")],
    *,
    provider: Annotated[str, typer.Option(help=f"One of {', '.join(DIALECTS)}.")],
    operation: Annotated[str, typer.Option(help=f"One of {', '.join(Operation)}.")],
    channel: Annotated[str, typer.Option(help=f"How it came: {', '.join(Channel)}.")],
    credits_taken: Annotated[
        int | None, typer.Option("--credits", help="Credits that the charge took.")
    ] = None,
    http_status: Annotated[int, typer.Option(help="HTTP status it came with.")] = 200,
    as_json: AsJson = False,
) -> None:
    """Say what an answer means, which rule decided, and what a charge would get back."""
    verdict = classify(
        _one_of("--provider", provider, DIALECTS),
        _member("--operation", operation, Operation),
        _member("--channel", channel, Channel),
        _read(file),
        _at_least("--http-status", http_status, 100),
    )
    taken = None if credits_taken is None else _at_least("--credits", credits_taken, 1)
    if as_json:
        sys.stdout.write(json_text(_as_dict(verdict)) + "\n")
    else:
        show(_as_table(verdict, taken))


def _as_dict(verdict: Verdict) -> dict[str, Json]:
    return {
        "outcome": verdict.outcome.value,
        "delivered": verdict.delivered,
        "promised": verdict.promised,
        "terminal": verdict.terminal,
        "reason": verdict.reason,
        "rule": verdict.rule,
    }


def _as_table(verdict: Verdict, taken: int | None) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(style="bold")
    table.add_row("outcome", Text(verdict.outcome, _STYLES[verdict.outcome]))
    table.add_row("outputs", f"{verdict.delivered} of {verdict.promised} promised")
    table.add_row("final", "yes" if verdict.terminal else f"no, {_next_step(verdict)}")
    if taken is not None:
        table.add_row("credits back", f"{_credits_back(verdict, taken)} of {taken}")
    table.add_row("reason", verdict.reason)
    table.add_row("rule", verdict.rule)
    for label, value in (
        ("provider's code", verdict.code),
        ("provider's words", verdict.detail),
        ("task", verdict.task_id or ""),
    ):
        if value:
            table.add_row(label, text(value))
    return table


def _next_step(verdict: Verdict) -> str:
    if verdict.waiting_for_user:
        return "the deadline waits for the customer"
    return "it is polled until the deadline"


def _credits_back(verdict: Verdict, taken: int) -> int:
    """Return what a charge gets back now; nothing before there is an outcome."""
    if not verdict.terminal:
        return 0
    return credits_due_back(Ending(verdict.outcome), taken, verdict.delivered, verdict.promised)


def _read(file: Path) -> object:
    name, raw = str(file), read_file(file, FILE_BYTES_MAX)
    if len(raw) > FILE_BYTES_MAX:
        raise BadInputError("FILE", f"{name!r} must be at most {FILE_BYTES_MAX} bytes")
    try:
        body: object = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadInputError("FILE", f"{name!r} must be UTF-8 text") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}: {error.msg}"
        raise BadInputError("FILE", f"{name!r} must be JSON; {where}") from error
    except (ValueError, RecursionError) as error:
        raise BadInputError("FILE", f"{name!r} must be JSON of sane depth and numbers") from error
    return body


def _one_of(field: str, value: str, known: Iterable[str]) -> str:
    names = tuple(known)
    if value not in names:
        raise BadInputError(field, f"{value!r} is not known; use one of {', '.join(names)}")
    return value


def _member[E: StrEnum](field: str, value: str, kind: type[E]) -> E:
    return kind(_one_of(field, value, (one.value for one in kind)))


def _at_least(field: str, value: int, least: int) -> int:
    if value < least:
        raise BadInputError(field, f"must be at least {least}")
    return value
