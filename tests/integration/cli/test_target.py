"""Where commands look: named tables, a named stack, the local stack."""

import pytest

from ops.cli.target import Target
from ops.stack.env import StackInfo
from ops.stack.ministack import Server
from ops.stack.standins import StandIn
from tests.support.ledger import pack


def test_options_stand_anywhere(desk, reprise):
    desk.grant(pack(at=desk.began))
    words = ("balance", "--table=ledger", "usr_1", "--json", "--region", "us-east-1")
    assert reprise(*words, tables=False).json["balance"] == 100


def test_tables_are_found_by_the_stack(desk, reprise, monkeypatch):
    asked = []

    class CloudFormation:
        def describe_stacks(self, **arguments):
            asked.append(arguments)
            outputs = {"LedgerTableName": "ledger", "CasesTableName": "cases"}
            pairs = [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()]
            return {"Stacks": [{"Outputs": pairs}]}

    ours = {"cloudformation": CloudFormation(), "dynamodb": desk.client}
    monkeypatch.setattr(Target, "_client", lambda _, service: ours[service])
    desk.grant(pack(at=desk.began))
    words = ("balance", "usr_1", "--json", "--stack-name", "reprise-dev")
    assert reprise(*words, tables=False).json["balance"] == 100
    assert {one["StackName"] for one in asked} == {"reprise-dev"}


def test_the_catalogue_is_the_one_that_is_sold_there(monkeypatch):
    """Elsewhere an outage's preview would count other credits than are posted."""
    monkeypatch.setattr("ops.cli.target.named_catalogue", lambda name: name)
    outputs = {"CatalogueName": "shop"}
    monkeypatch.setattr(Target, "outputs", lambda _self, _option="": outputs)
    assert Target(stack_name="reprise-dev").catalogue() == "shop"
    assert Target(stack_name="reprise-dev", catalogue_name="other").catalogue() == "other"
    monkeypatch.setattr(Target, "_local", lambda _: None)
    assert Target(ledger_table="ledger").catalogue() == "example"


def test_the_local_stack_is_meant_only_where_nothing_else_is_named(monkeypatch):
    outputs = {"LedgerTableName": "ledger", "CasesTableName": "cases"}
    none = StandIn(1, "", "")
    info = StackInfo(Server(1, "", 1, ""), outputs, "whsec_x", none, none)
    monkeypatch.setattr(StackInfo, "load", lambda: info)
    assert Target().cases_table_name() == "cases"
    assert Target(profile="ops")._local() is None
    assert Target(endpoint_url="http://127.0.0.1:1")._local() is None


def test_without_a_table_nothing_is_guessed(reprise, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    result = reprise("balance", "usr_1", tables=False)
    assert result.exit_code == 2
    assert "--table: must be given" in result.stderr


def test_an_endpoint_that_is_no_address_is_wrong_input(reprise):
    result = reprise("--endpoint-url", "nowhere", "balance", "usr_1")
    assert (result.exit_code, "--endpoint-url: must be" in result.stderr) == (2, True)


@pytest.mark.usefixtures("desk")
def test_what_aws_refuses_is_one_line_and_its_own_code(reprise):
    result = reprise("--table", "gone", "balance", "usr_1")
    assert (result.exit_code, result.stdout) == (3, "")
    assert "ResourceNotFoundException" in result.stderr
