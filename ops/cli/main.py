"""`reprise`: the operator's command line.

Exit codes: 0 fine, 1 bad news found, 2 wrong input, 3 AWS not reached; see `ops.cli.output.Exit`.
"""

from typing import Annotated, Any, override

import typer
from typer.core import TyperGroup

from ops.cli import (
    accounts,
    auditing,
    case_opening,
    cases,
    charges,
    dlq,
    email,
    finding,
    outage,
    parked,
    person,
    policy,
    provider,
    refunds,
    report,
    stripe,
)
from ops.cli.output import errors_exit
from ops.cli.target import Target


class Root(TyperGroup):
    """The group of all commands: takes its options anywhere, as the AWS tools do."""

    @override
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Move the options that say where to look to the front."""
        return super().parse_args(ctx, self._hoisted(args))

    @override
    def invoke(self, ctx: Any) -> Any:
        """Run the command; what goes wrong becomes one line and an exit code."""
        with errors_exit():
            return super().invoke(ctx)

    def _hoisted(self, args: list[str]) -> list[str]:
        ours = {name for option in self.params for name in option.opts if option.name != "help"}
        front: list[str] = []
        rest = list(args)
        behind: list[str] = []
        while rest:
            word = rest.pop(0)
            if word == "--":
                return [*front, *behind, word, *rest]
            if word in ours and rest:
                front += [word, rest.pop(0)]
            elif word.partition("=")[0] in ours:
                front.append(word)
            else:
                behind.append(word)
        return [*front, *behind]


app = typer.Typer(
    name="reprise",
    cls=Root,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    epilog="The options above may stand anywhere. Exit codes: 0 fine; 1 bad news, such as a"
    " difference or something that waits; 2 wrong input; 3 AWS could not be reached.",
)


@app.callback()
def main(
    context: typer.Context,
    *,
    endpoint_url: Annotated[
        str | None, typer.Option(envvar="AWS_ENDPOINT_URL", help="URL to call instead of AWS.")
    ] = None,
    profile: Annotated[
        str | None, typer.Option(envvar="AWS_PROFILE", help="Profile of the AWS configuration.")
    ] = None,
    region: Annotated[str | None, typer.Option(help="AWS region of the tables.")] = None,
    stack_name: Annotated[
        str | None,
        typer.Option(
            envvar="REPRISE_STACK", help="CloudFormation stack; its outputs name the tables."
        ),
    ] = None,
    table: Annotated[
        str | None, typer.Option(envvar="LEDGER_TABLE", help="Ledger table; else the stack's.")
    ] = None,
    cases_table: Annotated[
        str | None, typer.Option(envvar="CASES_TABLE", help="Cases table; else the stack's.")
    ] = None,
    catalogue: Annotated[
        str | None, typer.Option(envvar="CATALOGUE", help="Catalogue; else the stack's.")
    ] = None,
) -> None:
    """Look into the ledger, decide refund requests, and retry what failed.

    Without options, commands look at the local stack that `make up` started.
    """
    context.obj = Target(
        endpoint_url=endpoint_url,
        profile=profile,
        region=region,
        stack_name=stack_name,
        ledger_table=table,
        cases_table=cases_table,
        catalogue_name=catalogue,
    )


app.command("balance")(accounts.balance)
app.command("history")(accounts.history)
app.command("explain")(accounts.explain_account)
app.command("audit")(auditing.audit_accounts)
app.command("find")(finding.find)
app.command("report")(report.report)
cases.app.command("open")(case_opening.open_case)
for group in (
    cases.app,
    refunds.app,
    parked.app,
    charges.app,
    dlq.app,
    outage.app,
    person.app,
    policy.app,
    provider.app,
    email.app,
    stripe.app,
):
    app.add_typer(group)
