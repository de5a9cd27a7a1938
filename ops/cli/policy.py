"""`reprise policy`: read the policy book, compare versions, publish a new one."""

from dataclasses import asdict, fields, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Final

import typer
from reprise.canonical import Json
from reprise.clock import wall_clock
from reprise.errors import BadInputError
from reprise.policy.book import PolicyBook, packaged_book
from reprise.policy.change import check_publishable
from reprise.policy.reading import VALUE_NAMES, read_version
from reprise.policy.version import PolicyVersion
from reprise.ports.ledger import SHARDS

from ops.cli.inputs import utc_instant
from ops.cli.output import AsJson, add, show, show_json, stamp, table
from ops.cli.target import target_of

app = typer.Typer(name="policy", help="Versions of the refund policy.", no_args_is_help=True)

BOOK_FOLDER: Final = Path(__file__).parents[2] / "layers/common/reprise/policy/book"
At = Annotated[str | None, typer.Option("--at", help="Instant to look at; now if not given.")]


@app.command("show")
def show_version(
    version: Annotated[str | None, typer.Argument(help="Version id; default: in force.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show every value of a version beside the sentence it stands for."""
    book = packaged_book()
    shown = book.in_force(wall_clock()) if version is None else book.version(version)
    if as_json:
        show_json(_as_dict(shown))
        return
    made = table(f"Policy {shown.id}", "clause", "says", "values")
    made.show_lines = True
    for clause in shown.clauses:
        values = "\n".join(f"{name} = {_text(getattr(shown, name))}" for name in clause.values)
        add(made, clause.id, clause.says or f"(ours) {clause.why}", values)
    show(made)
    show(f"in force from {shown.effective_from.isoformat()}, content hash {shown.content_hash}")


@app.command()
def diff(before: str, after: str, *, as_json: AsJson = False) -> None:
    """Show what changes from one version to another, and what of it is material."""
    changes = packaged_book().diff(before, after)
    if as_json:
        show_json([asdict(change) for change in changes])
        return
    made = table(f"{before} → {after}", "field", "before", "after", "material")
    for change in changes:
        add(made, change.field, change.before, change.after, _yes(change.material))
    show(made)


@app.command()
def status(context: typer.Context, *, at: At = None, as_json: AsJson = False) -> None:
    """Show which version is in force, and which are to come.

    A material version takes effect only if its notices went out in time, which the deployed system
    knows: see `notices`. Where no stack is named and none is up, it is shown as waiting.
    """
    instant = wall_clock() if at is None else utc_instant("--at", at)
    book = _book_of(context)
    states = _states(book, instant)
    if as_json:
        show_json([{"version": version.id, "state": state} for version, state in states])
        return
    made = table(f"Policy at {instant.isoformat()}", "version", "from", "material", "state")
    for version, state in states:
        start = version.effective_from.isoformat()
        add(made, version.id, start, _yes(version.material), state)
    show(made)


@app.command()
def notices(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Show how far the deployed system is with the notices of each material version."""
    told = target_of(context).announcements()
    found: list[Json] = []
    made = table("Notices", "version", "shards told", "out", "must be out by", "in time")
    for before, version in pairwise(packaged_book().versions):
        if not version.material:
            continue
        due_at = version.effective_from - timedelta(days=before.notice_days)
        out_at = told.out_at(version.id)
        ended = sum(walk.first_ended_at is not None for walk in told.walks(version.id).values())
        in_time = out_at is not None and out_at <= due_at
        found.append(
            {
                "version": version.id,
                "shards_told": ended,
                "shards": SHARDS,
                "out_at": stamp(out_at),
                "must_be_out_by": stamp(due_at),
                "in_time": in_time,
            }
        )
        out = out_at or "not yet"
        add(made, version.id, f"{ended} of {SHARDS}", out, due_at, _yes(in_time))
    if as_json:
        show_json(found)
        return
    show(made)


@app.command()
def publish(
    file: Annotated[Path, typer.Argument(help="The new version, as JSON.")],
    *,
    book_folder: Annotated[Path, typer.Option("--book", help="Folder of the book.")] = BOOK_FOLDER,
) -> None:
    """Add a version to the book, if its notice can still be kept."""
    try:
        text = file.read_text("utf-8")
        texts = [path.read_text("utf-8") for path in sorted(book_folder.glob("*.json"))]
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError("file", f"must be a readable UTF-8 file: {error}") from error
    new = read_version(text)
    target = book_folder / f"{new.id}.json"
    if target.parent != book_folder or target.exists():
        raise BadInputError("version", f"must be new and a plain name, is {new.id!r}")
    check_publishable(PolicyBook.of(texts).versions[-1], new, wall_clock())
    PolicyBook.of([*texts, text])
    target.write_text(text, "utf-8")
    show(f"{new.id} is in the book; deploy it, and its notices go out.")


def _book_of(context: typer.Context) -> PolicyBook:
    """Return the book, with what the deployed system knows of its notices if there is one."""
    try:
        told = target_of(context).announcements()
    except BadInputError:
        return packaged_book()
    return replace(packaged_book(), notices_out=told.out_at)


def _states(book: PolicyBook, at: datetime) -> list[tuple[PolicyVersion, str]]:
    in_force, held, upcoming = book.in_force(at), book.held_back(at), book.upcoming(at)
    states = []
    for version in book.versions:
        state = "past"
        if version == in_force:
            state = "in force"
        elif version in upcoming:
            state = "upcoming"
        elif version in held:
            state = "waiting for its notices"
        states.append((version, state))
    return states


def _as_dict(version: PolicyVersion) -> dict[str, Json]:
    header = {field.name: getattr(version, field.name) for field in fields(version)}
    return {
        "version": version.id,
        "effective_from": version.effective_from.isoformat(),
        "material": version.material,
        "summary": version.summary,
        "content_hash": version.content_hash,
        "values": {name: header[name] for name in VALUE_NAMES}
        | {"four_eyes_minor": dict(version.four_eyes_minor)},
        "clauses": [asdict(clause) for clause in version.clauses],
    }


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(" ".join(map(str, v)) if isinstance(v, tuple) else str(v) for v in value)
    return str(value)


def _yes(value: bool) -> str:  # noqa: FBT001 - it words a flag
    return "yes" if value else "no"
