"""`reprise cases`: refund requests that wait, and what operators decide about them."""

from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Annotated, Final

import typer
from reprise.adapters.case_json import state_of
from reprise.canonical import Json
from reprise.cases.model import Case, Line
from reprise.clock import wall_clock
from reprise.errors import BadInputError
from reprise.ports.cases import CaseStore, Shelf
from reprise.ports.ledger import PAGE_MAX, every
from reprise.usecases.cases import operators
from reprise.usecases.cases.operators import Operator, OperatorDesk, Refunding

from ops.cli.output import AsJson, add, show, show_json, stamp, table
from ops.cli.target import Target, target_of

app = typer.Typer(name="cases", help="Customers' refund requests.", no_args_is_help=True)

CaseId = Annotated[str, typer.Argument(metavar="CASE", help="Such as CABCDEFGHIJ.")]
Reason = Annotated[str, typer.Option(help="Why, for the journal.")]
_LETTER_CHARS: Final = 3_000


@app.command("list")
def list_cases(
    context: typer.Context,
    *,
    ended: Annotated[
        bool, typer.Option("--ended", help="Ended cases instead of open ones.")
    ] = False,
    refused: Annotated[
        bool, typer.Option("--refused", help="Mails that did not become a case, and why.")
    ] = False,
    state: Annotated[
        str | None, typer.Option(help="Only cases in this state, like person.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List cases, the most urgent first, without what customers wrote."""
    store = target_of(context).cases()
    if refused:
        _show_refusals(store, limit, as_json=as_json)
        return
    shelf = Shelf.ENDED if ended else Shelf.OPEN
    wanted = (one for one in every_case(store, shelf) if state is None or one.state == state)
    found = sorted(islice(wanted, limit), key=lambda one: one.due_at)
    if as_json:
        show_json([summary(one) | {"overdue": _overdue(one)} for one in found])
        return
    made = table("Cases", "case", "state", "about", "account", "orders", "due", "rule", "decided")
    for one in found:
        rule = one.decision.rule if one.decision else None
        verdict = one.decision.verdict if one.decision else None
        orders = ", ".join(one.wish.orders) or None
        late = "bold red" if _overdue(one) else None
        about = (one.case_id, one.state, one.wish.category, one.account_id, orders, one.due_at)
        add(made, *about, rule, verdict, style=late)
    show(made)


@app.command("show")
def show_case(context: typer.Context, case_id: CaseId, *, as_json: AsJson = False) -> None:
    """Show a case with its mail, its evidence and everything that happened to it."""
    store = target_of(context).cases()
    case = store.case(case_id.upper())
    if case is None:
        raise BadInputError("CASE", f"must be one that is kept, is {case_id!r}")
    lines = store.journal(case.case_id)
    if as_json:
        show_json(whole(case, lines))
        return
    facts = table(f"Case {case.case_id}", "what", "is")
    for name, value in _facts(case).items():
        add(facts, name, value)
    journal = table("Journal", "at", "by", "did", "because")
    for line in lines:
        details = "".join(f"\n{name}: {value}" for name, value in line.details.items())
        add(journal, line.at, line.actor, line.action, line.reason + details)
    letter = table("Mail", "text")
    add(letter, case.letter.text[:_LETTER_CHARS] or "(none)")
    show(facts, journal, letter)


@app.command("approve")
def approve(
    context: typer.Context,
    case_id: CaseId,
    *,
    reason: Reason,
    refund: Annotated[
        list[str] | None,
        typer.Option(metavar="ORDER[=MINOR]", help="Refund this instead; repeatable."),
    ] = None,
    goodwill: Annotated[int, typer.Option(min=0, help="Credits to give in addition.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Agree to what is proposed, or to what the options name; large sums need a second person."""
    target = target_of(context)
    named = [_refunding(one) for one in refund or ()]
    by = operator_of(target, reason)
    case = operators.approve(desk_of(target), case_id, by, named, goodwill)
    _tell(target, case, as_json=as_json)


@app.command("deny")
def deny(
    context: typer.Context,
    case_id: CaseId,
    *,
    reason: Reason,
    clause: Annotated[
        str, typer.Option(help="The policy's clause that says so, if the decision's own does not.")
    ] = "",
    silent: Annotated[bool, typer.Option("--silent", help="Tell the customer nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Refuse a case with a sentence of the policy."""
    target = target_of(context)
    by = operator_of(target, reason)
    case = operators.deny(desk_of(target), case_id, by, clause, silent=silent)
    _tell(target, case, as_json=as_json)


@app.command("ask")
def ask(
    context: typer.Context,
    case_id: CaseId,
    what: Annotated[str, typer.Argument(help="What for: order_id, preference or generation.")],
    *,
    reason: Reason,
    as_json: AsJson = False,
) -> None:
    """Ask the customer for a fact."""
    target = target_of(context)
    case = operators.ask(desk_of(target), case_id, operator_of(target, reason), what)
    _tell(target, case, as_json=as_json)


@app.command("note")
def note(
    context: typer.Context,
    case_id: CaseId,
    words: Annotated[str, typer.Argument(help="What to note.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Add a line to the journal of a case."""
    target = target_of(context)
    case = operators.note(desk_of(target), case_id, operator_of(target, words))
    if as_json:
        show_json(summary(case))


def every_case(store: CaseStore, shelf: Shelf) -> Iterator[Case]:
    """Yield the cases of a shelf, in the order of their time."""
    return every(partial(store.listed, shelf, PAGE_MAX))


def _show_refusals(store: CaseStore, limit: int, *, as_json: bool) -> None:
    found = islice(every(partial(store.refusals, min(limit, PAGE_MAX))), limit)
    if as_json:
        show_json(
            [{"mail": one.ses_id, "at": stamp(one.at), "refused": one.refused} for one in found]
        )
        return
    made = table("Mails that became no case", "mail", "at", "why")
    for one in found:
        add(made, one.ses_id, one.at, one.refused)
    show(made)


def desk_of(target: Target) -> OperatorDesk:
    """Return what operators decide over."""
    return OperatorDesk(target.cases(), target.ledger(), target.policy_book())


def operator_of(target: Target, reason: str) -> Operator:
    """Return who runs this, and why."""
    return Operator(target.caller(), reason, wall_clock())


def _refunding(text: str) -> Refunding:
    order, _, amount = text.partition("=")
    if amount and not (amount.isascii() and amount.isdecimal()):
        raise BadInputError("--refund", "must be ORDER or ORDER=MINOR, the amount in minor units")
    return Refunding(order, int(amount) if amount else None)


def _tell(target: Target, case: Case, *, as_json: bool) -> None:
    """Wake the function that acts, and say what comes next."""
    awake = target.wake_case(case.case_id)
    if as_json:
        show_json(summary(case))
        return
    wanting = (case.decision.approvers if case.decision else 1) - len(case.approvals)
    if case.state == "person" and case.approvals and wanting > 0:
        show(f"{case.case_id}: agreed; {wanting} more must agree before anything is done.")
        return
    when = "now" if awake else "within five minutes"
    show(f"{case.case_id} is {case.state}; what follows is done {when}.")


def _overdue(case: Case) -> bool:
    waits = not case.state.ended and case.state != "asked"
    return waits and case.due_at <= wall_clock()


def _facts(case: Case) -> dict[str, object]:
    decision = case.decision
    evidence = (
        "\n".join(f"{name}: {value}" for name, value in decision.evidence) if decision else ""
    )
    attempts = "\n".join(
        f"{one.attempt_id} {one.state} {one.amount_minor} {one.currency} {one.refund_id} {one.why}"
        for one in case.attempts
    )
    return {
        "state": case.state,
        "account": case.account_id,
        "from": case.letter.address,
        "sender": case.letter.proof,
        "about": f"{case.wish.category} ({case.wish.confidence_percent} %: {case.wish.reading})",
        "orders": ", ".join(case.wish.orders) or None,
        "ids not theirs": ", ".join(case.wish.foreign) or None,
        "remarks": "\n".join(case.letter.remarks) or None,
        "received": case.letter.received_at,
        "due": case.due_at,
        "decision": f"{decision.verdict}: {decision.rule}" if decision else None,
        "policy": decision.policy_version if decision else None,
        "sentence": decision.sentence if decision else None,
        "evidence": evidence or None,
        "proposed": "\n".join(
            f"{one.kind} {one.target} {one.amount_minor} {one.currency}" for one in decision.actions
        )
        if decision
        else None,
        "approvals": "\n".join(case.approvals) or None,
        "attempts": attempts or None,
        "answers": "\n".join(f"{one.template}: {one.state}" for one in case.replies) or None,
        "follows": case.follows,
    }


def summary(case: Case) -> dict[str, Json]:
    """Return what `--json` prints of a case."""
    return {
        "case": case.case_id,
        "state": case.state.value,
        "category": case.wish.category.value,
        "account": case.account_id,
        "orders": list(case.wish.orders),
        "due_at": stamp(case.due_at),
        "rule": case.decision.rule if case.decision else None,
        "verdict": case.decision.verdict.value if case.decision else None,
        "approvals": len(case.approvals),
    }


def whole(case: Case, lines: list[Line]) -> dict[str, Json]:
    """Return a case and its journal, with all that is stored of both."""
    return summary(case) | {
        "stored": state_of(case),
        "journal": [
            {
                "at": stamp(line.at),
                "actor": line.actor,
                "action": line.action,
                "reason": line.reason,
                "details": dict(line.details),
            }
            for line in lines
        ],
    }
