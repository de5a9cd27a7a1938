"""`reprise cases open`: a case for a customer who did not write."""

import typer
from reprise.adapters.dynamodb.directory import DynamoDirectory
from reprise.usecases.cases.by_hand import open_by_hand

from ops.cli.accounts import AccountId
from ops.cli.cases import Reason, desk_of, operator_of, summary
from ops.cli.output import AsJson, show, show_json
from ops.cli.target import target_of


def open_case(
    context: typer.Context, account_id: AccountId, *, reason: Reason, as_json: AsJson = False
) -> None:
    """Open a case for a customer who did not write; nothing is told or given until it is decided.

    The same reason for the same account is the same case.
    """
    target = target_of(context)
    directory = DynamoDirectory(target.client("dynamodb"), target.cases_table_name())
    by = operator_of(target, reason)
    case, is_new = open_by_hand(desk_of(target), directory, account_id, by)
    if as_json:
        show_json(summary(case))
        return
    show(
        f"{case.case_id} is {case.state}{'' if is_new else ', and was opened before'}; what now:",
        f"  reprise cases approve {case.case_id} --goodwill CREDITS --reason …",
        f"  reprise cases approve {case.case_id} --refund ORDER=MINOR --reason …",
        f"  reprise cases deny {case.case_id} --silent --reason …",
    )
