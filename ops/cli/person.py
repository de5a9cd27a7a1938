"""`reprise person`: what is kept of somebody, to hand it to them or to erase it."""

from typing import Annotated

import typer
from reprise.canonical import Json
from reprise.clock import wall_clock
from reprise.ports.directory import Profile
from reprise.usecases.cases.operators import Operator

from ops.cli.accounts import AccountId, entry_dict
from ops.cli.cases import whole
from ops.cli.output import AsJson, show, show_json, stamp
from ops.cli.target import Target, target_of
from ops.personal_data import Kept, PersonalData

app = typer.Typer(name="person", help="What is kept of somebody.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """What is kept of somebody: hand it to them, or erase it."""


@app.command()
def export(context: typer.Context, account_id: AccountId, *, _as_json: AsJson = True) -> None:
    """Print everything that is kept of an account's owner, the ledger's part too, as JSON."""
    target = target_of(context)
    data = _data(target)
    kept, ledger = data.of(account_id), target.ledger()
    orders = [{"order": one.order_id, **one.state()} for one in ledger.orders_of(account_id)]
    show_json(
        {
            "account": account_id,
            "profile": _profile_dict(kept.profile),
            "cases": [whole(case, data.cases.journal(case.case_id)) for case in kept.cases],
            "mails": list(kept.mails),
            "orders": [*orders],
            "entries": [entry_dict(entry) for entry in ledger.journal(account_id)],
        }
    )


@app.command()
def erase(
    context: typer.Context,
    account_id: AccountId,
    *,
    reason: Annotated[str, typer.Option(help="Why, for whoever asks later.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it, and do not only say it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what would be erased of an account's owner; with --yes, erase it for good.

    Profile, cases and raw mail go. The ledger stays: it is a financial record, and names nobody.
    """
    target = target_of(context)
    data, by = _data(target), Operator(target.caller(), reason, wall_clock())
    kept = data.of(account_id)
    if yes:
        data.erase(account_id, kept, by)
    if as_json:
        show_json({"account": account_id, "erased": yes, **_counts(kept)})
        return
    found = ", ".join(f"{count} {what}" for what, count in _counts(kept).items())
    show(
        f"{account_id}: {'erased' if yes else 'would erase'} {found}",
        "Register it no more, or it is known again." if yes else "Nothing is erased yet: --yes",
    )


def _data(target: Target) -> PersonalData:
    outputs = target.outputs()
    where = (outputs["MailBucketName"], outputs["MailPrefix"])
    table = target.cases_table_name()
    return PersonalData(target.client("dynamodb"), table, target.client("s3"), *where)


def _counts(kept: Kept) -> dict[str, Json]:
    profiles = int(kept.profile is not None)
    return {"profiles": profiles, "cases": len(kept.cases), "mails": len(kept.mails)}


def _profile_dict(profile: Profile | None) -> Json:
    if profile is None:
        return None
    return {
        "email": profile.email,
        "locale": profile.locale,
        "country": profile.country,
        "registered_at": stamp(profile.registered_at),
    }
