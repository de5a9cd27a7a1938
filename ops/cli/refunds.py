"""`reprise refunds`: hold all money that would go out, and let it go again."""

from collections import Counter
from typing import Annotated

import typer
from reprise.canonical import Json
from reprise.cases.answers import money
from reprise.cases.model import AttemptState, Case, CaseState
from reprise.clock import wall_clock
from reprise.ports.brake import Word
from reprise.ports.cases import Shelf
from reprise.usecases.cases.operators import Operator

from ops.cli.cases import every_case
from ops.cli.output import AsJson, Exit, show, show_json, stamp, text
from ops.cli.target import Target, target_of

app = typer.Typer(name="refunds", help="Money that goes out.", no_args_is_help=True)

Reason = Annotated[str, typer.Option(help="Why, for whoever asks later.")]


@app.callback()
def group() -> None:
    """Money that goes out: hold all of it, and let it go again."""


@app.command()
def hold(context: typer.Context, *, reason: Reason, as_json: AsJson = False) -> None:
    """Hold every refund of money, from now on; cases keep it, and nothing is lost.

    Credits, decisions and answers go on. What Stripe is asked for this very second goes through.
    """
    _say(target_of(context), reason, is_held=True)
    _show(target_of(context), as_json=as_json)


@app.command()
def release(context: typer.Context, *, reason: Reason, as_json: AsJson = False) -> None:
    """Let refunds go out again; what waited is carried on within five minutes."""
    _say(target_of(context), reason, is_held=False)
    _show(target_of(context), as_json=as_json)


@app.command()
def status(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Say whether refunds go out, and what waits to; exit 1 while they are held."""
    is_held = _show(target_of(context), as_json=as_json)
    raise typer.Exit(Exit.FINDING if is_held else Exit.FINE)


def _show(target: Target, *, as_json: bool) -> bool:
    """Print how it stands; return whether refunds are held."""
    word = target.brake().word()
    cases = [one for one in every_case(target.cases(), Shelf.OPEN) if one.state is CaseState.ACTING]
    waiting = _waiting(cases)
    is_held = word is not None and word.is_held
    if as_json:
        about: dict[str, Json] = {"held": is_held, "cases": len(cases), "money": dict(waiting)}
        if word is not None:
            about |= {"by": word.by, "reason": word.reason, "since": stamp(word.at)}
        show_json(about)
    else:
        said = f" since {text(word.at)}, by {word.by}: {word.reason}" if word else ""
        sums = " and ".join(money(minor, name) for name, minor in sorted(waiting.items()))
        show(
            f"Refunds are HELD{said}" if is_held else f"Refunds go out{said}",
            f"{len(cases)} cases are being acted on, {sums or 'no money'} to go out",
        )
    return is_held


def _say(target: Target, reason: str, *, is_held: bool) -> None:
    by = Operator(target.caller(), reason, wall_clock())
    target.brake().say(Word(is_held, by.arn, by.reason, by.now))


def _waiting(cases: list[Case]) -> Counter[str]:
    """Return the money that is decided and not given yet, in minor units by currency."""
    waiting: Counter[str] = Counter()
    for case in cases:
        done = {
            one.action
            for one in case.attempts
            if one.round == case.round and one.state is AttemptState.DONE
        }
        for index, action in enumerate(case.decision.actions if case.decision else ()):
            if action.amount_minor and index not in done:
                waiting[action.currency] += action.amount_minor
    return waiting
