"""`reprise dlq`: what failed for good, and back to where it failed."""

from typing import Annotated

import typer
from reprise.canonical import Json

from ops.cli.output import AsJson, Exit, add, show, show_json, stamp, table
from ops.cli.target import Target, target_of
from ops.dead_letters import DeadLetter, DeadLetters, LeftBehindError

app = typer.Typer(name="dlq", help="Messages that failed for good.", no_args_is_help=True)

Queues = Annotated[
    list[str] | None,
    typer.Argument(metavar="QUEUE", help="Logical ids of queues; default: all."),
]


@app.command("list")
def list_letters(
    context: typer.Context,
    queues: Queues = None,
    *,
    limit: Annotated[int, typer.Option(min=1, help="Messages of each queue at most.")] = 10,
    bodies: Annotated[
        bool,
        typer.Option(
            "--bodies", help="With --json: contents too; customers may have written them."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List messages that failed for good, without their contents; exit 1 if there are any."""
    letters = _letters(target_of(context))
    names = queues or list(letters.urls)
    counts = {name: letters.waiting(name) for name in names}
    found = [one for name in names if counts[name] for one in letters.look(name, limit)]
    if as_json:
        show_json(
            {
                "queues": counts,
                "messages": [_as_dict(one, with_body=bodies) for one in found],
            }
        )
    else:
        made = table("Dead letters", "queue", "id", "since", "what", "account", "generation")
        for one in found:
            about = (one.kind, one.account_id, one.generation_id)
            add(made, one.queue, one.message_id, one.sent_at, *about)
        waiting = [f"{name}: about {count}" for name, count in counts.items() if count]
        show(*([made] if found else []), *(waiting or ["Nothing waits."]))
    raise typer.Exit(Exit.FINDING if any(counts.values()) else Exit.FINE)


@app.command()
def redrive(
    context: typer.Context,
    queues: Queues = None,
    *,
    limit: Annotated[int, typer.Option(min=1, help="Messages of each queue at most.")] = 1000,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say about how many.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send messages back to where they failed, once the cause is mended.

    Everything that reads them is idempotent, so sending one twice does no harm. What
    nobody takes back stays, and keeps nothing else; exit 1 then.
    """
    letters = _letters(target_of(context))
    moved: dict[str, int] = {}
    stuck: list[str] = []
    for name in queues or _with_work(letters):
        if dry_run:
            moved[name] = min(letters.waiting(name), limit)
            continue
        try:
            moved[name] = letters.redrive(name, limit)
        except LeftBehindError as error:
            moved[name] = error.moved
            stuck.append(error.fix)
    if as_json:
        show_json(dict(moved))
    else:
        done = "would be sent back" if dry_run else "sent back"
        show(*(f"{name}: {count} {done}" for name, count in moved.items() if count), *stuck)
        show(f"{sum(moved.values())} in all")
    raise typer.Exit(Exit.FINDING if stuck else Exit.FINE)


def _as_dict(one: DeadLetter, *, with_body: bool) -> dict[str, Json]:
    return {
        "queue": one.queue,
        "id": one.message_id,
        "sent_at": stamp(one.sent_at),
        "kind": one.kind,
        "account": one.account_id,
        "generation": one.generation_id,
        **({"body": one.body} if with_body else {}),
    }


def _with_work(letters: DeadLetters) -> list[str]:
    return [name for name in letters.urls if letters.waiting(name)]


def _letters(target: Target) -> DeadLetters:
    return DeadLetters(target.outputs(), target.client("sqs"), target.client("lambda"))
