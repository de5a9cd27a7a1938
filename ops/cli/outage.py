"""`reprise outage`: declare an outage, have a second person confirm it, see what was posted."""

from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import typer
from reprise.billing.outage import Compensation, Incident, IncidentState, Severity
from reprise.canonical import Json
from reprise.cases.answers import money
from reprise.clock import wall_clock
from reprise.ports.ledger import SHARDS
from reprise.ports.outages import Counts
from reprise.usecases.outage_credits import MONEY
from reprise.usecases.outage_dues import Due, Preview

from ops.cli.inputs import zoned_instant
from ops.cli.output import AsJson, add, show, show_json, signed, stamp, table
from ops.cli.target import target_of

app = typer.Typer(name="outage", help="Compensation for outages.", no_args_is_help=True)

_FUNCTION = "OutageCreditsFunction"
Id = Annotated[str, typer.Argument(metavar="ID", help="The incident.")]


@app.command()
def declare(
    context: typer.Context,
    *,
    began: Annotated[str, typer.Option("--from", help="When it began: 2026-11-02T08:00:00Z.")],
    ended: Annotated[str, typer.Option("--to", help="When it was over.")],
    severity: Annotated[Severity, typer.Option(help="How bad it was, for the record.")],
    operations: Annotated[str, typer.Option(help="Those that failed: music_simple,lyrics.")],
    compensation: Annotated[
        Compensation, typer.Option(help="Prorated credits, or a discount on the next renewal.")
    ] = Compensation.CREDITS,
    as_json: AsJson = False,
) -> None:
    """Declare an outage, and show what it would give to whom; nothing is given yet.

    It affects the subscribers whose paid time it touched. Somebody else must confirm it.
    """
    target = target_of(context)
    with ThreadPoolExecutor(SHARDS) as pool:
        incident, preview = target.outages().declare(
            (zoned_instant("--from", began), zoned_instant("--to", ended)),
            severity,
            operations.replace(",", " ").split(),
            actor=target.caller(),
            now=wall_clock(),
            compensation=compensation,
            spread=pool.map,
        )
    if as_json:
        show_json({**_as_dict(incident), "preview": _preview_dict(preview)})
        return
    samples = table("Samples", "account", "gets", right=("gets",))
    for due in preview.samples:
        add(samples, due.account_id, _gets(due))
    show(
        f"{incident.incident_id}: {incident.state}, policy {incident.policy_version}",
        *_totals(preview),
        samples,
        "Nothing is posted until somebody else confirms it:",
        f"  reprise outage confirm {incident.incident_id}",
    )


@app.command()
def confirm(context: typer.Context, incident_id: Id, *, as_json: AsJson = False) -> None:
    """Confirm an outage that somebody else declared, and start the compensation.

    Confirming it again goes on where the compensation stopped.
    """
    target = target_of(context)
    now = wall_clock()
    incident = target.outages().confirm(incident_id, target.caller(), now)
    target.start(_FUNCTION, {"incident": incident.incident_id, "at": now.isoformat()})
    _show_one(incident, {}, as_json=as_json)


@app.command()
def withdraw(context: typer.Context, incident_id: Id, *, as_json: AsJson = False) -> None:
    """Drop an outage that nobody has confirmed."""
    target = target_of(context)
    _show_one(
        target.outages().withdraw(incident_id, target.caller(), wall_clock()), {}, as_json=as_json
    )


@app.command()
def report(context: typer.Context, incident_id: Id, *, as_json: AsJson = False) -> None:
    """Show what an outage has given so far, beside what was expected."""
    outages = target_of(context).outages()
    incident = outages.incident(incident_id)
    _show_one(incident, outages.incidents.counts(incident_id), as_json=as_json)


@app.command("list")
def list_incidents(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List every outage that was declared."""
    incidents = target_of(context).outages().incidents.incidents()
    if as_json:
        show_json([_as_dict(incident) for incident in incidents])
        return
    made = table("Outages", "id", "from", "to", "severity", "operations", "state", "by")
    for one in incidents:
        what = (one.severity, " ".join(one.operations), one.state)
        add(made, one.incident_id, one.start, one.end, *what, one.decided_by or one.declared_by)
    show(made)


def _show_one(incident: Incident, shards: Mapping[int, Counts], *, as_json: bool) -> None:
    posted = _posted(shards)
    if as_json:
        show_json({**_as_dict(incident), "posted": posted})
        return
    sums = ("accounts", "credits", "discounts", "money off")
    made = table(incident.incident_id, "", *sums, right=sums)
    expected = (incident.expected_accounts, incident.expected_credits, incident.expected_discounts)
    add(made, "expected", *expected, _money(incident.expected_money))
    done = (posted["accounts"], posted["credits"], posted["discounts"])
    add(made, "posted", *done, _money(_money_in(shards)))
    lines = [
        f"made good by {incident.compensation}, under policy {incident.policy_version}",
        f"declared {incident.declared_at:%Y-%m-%d %H:%M}Z by {incident.declared_by}",
        f"{incident.state} by {incident.decided_by or 'nobody yet'}",
    ]
    if incident.state is IncidentState.CONFIRMED:
        lines.append(f"{len(shards)} of {SHARDS} shards are done; see: reprise outage report")
    show(made, *lines)


def _posted(shards: Mapping[int, Counts]) -> dict[str, Json]:
    def total(name: str) -> int:
        return sum(counts.get(name, 0) for counts in shards.values())

    return {
        "shards_done": len(shards),
        "shards": SHARDS,
        **{name: total(name) for name in ("accounts", "credits", "discounts")},
        "money": dict(_money_in(shards)),
    }


def _money_in(shards: Mapping[int, Counts]) -> Mapping[str, int]:
    """Return what discounts take off, in minor units by currency."""
    money: Counter[str] = Counter()
    for counts in shards.values():
        found = {name: n for name, n in counts.items() if name.startswith(MONEY)}
        money.update({name.removeprefix(MONEY): n for name, n in found.items()})
    return money


def _as_dict(incident: Incident) -> dict[str, Json]:
    return {
        "id": incident.incident_id,
        "from": stamp(incident.start),
        "to": stamp(incident.end),
        "severity": incident.severity.value,
        "compensation": incident.compensation.value,
        "operations": list(incident.operations),
        "policy": incident.policy_version,
        "state": incident.state.value,
        "declared_by": incident.declared_by,
        "declared_at": stamp(incident.declared_at),
        "decided_by": incident.decided_by,
        "decided_at": stamp(incident.decided_at),
        "expires_at": stamp(incident.expires_at),
        "expected": {
            "accounts": incident.expected_accounts,
            "credits": incident.expected_credits,
            "discounts": incident.expected_discounts,
            "money": dict(incident.expected_money),
        },
    }


def _preview_dict(preview: Preview) -> dict[str, Json]:
    return {
        "accounts": preview.accounts,
        "credits": preview.credits,
        "worth": dict(preview.worth),
        "discounts": preview.discounts,
        "money": dict(preview.money),
        "samples": [_sample(due) for due in preview.samples],
    }


def _sample(due: Due) -> dict[str, Json]:
    off = due.discount
    if off is None:
        return {"account": due.account_id, "credits": due.credits}
    return {
        "account": due.account_id,
        "subscription": off.subscription_id,
        "amount": off.amount_minor,
        "currency": off.currency,
    }


def _gets(due: Due) -> str:
    off = due.discount
    if off is None:
        return f"{signed(due.credits)} credits"
    return f"{_money({off.currency: off.amount_minor})} off {off.subscription_id}"


def _totals(preview: Preview) -> list[str]:
    """Return the lines that say how many get what, and what it costs."""
    in_credits = preview.accounts - preview.discounts
    lines = [f"{preview.discounts} subscribers get a discount, together {_money(preview.money)}"]
    credits = f"{in_credits} subscribers, {preview.credits} credits"
    lines.append(f"{credits}, which were sold for {_money(preview.worth)}")
    return lines if preview.discounts else lines[1:]


def _money(worth: Mapping[str, int]) -> str:
    sums = [money(minor, currency) for currency, minor in sorted(worth.items())]
    return " and ".join(sums) or "nothing"
