"""While two versions of the code run, the older one leaves alone what it does not know."""

import json

import boto3
import pytest
from moto import mock_aws
from reprise.adapters.dynamodb.cases import DynamoCaseStore
from reprise.adapters.dynamodb.ledger import DynamoLedgerStore
from reprise.cases.model import Change, Line
from reprise.ledger.commands import GrantOrder, ReverseOrder
from reprise.ports.ledger import StoreBusyError
from reprise.usecases.ledger import Ledger

from tests.support.cases import full_case
from tests.support.ledger import CAUSE, MINUTE, RULES, T0, pack, refund
from tests.support.tables import make_table


@pytest.fixture
def client():
    with mock_aws():
        made = boto3.client("dynamodb", region_name="us-east-1")
        make_table(made, "LedgerTable", "ledger")
        make_table(made, "CasesTable", "cases")
        yield made


def written_later(client, table, key, change):
    """Let a later version have written an item."""
    (item,) = [one for one in client.scan(TableName=table)["Items"] if one["sk"]["S"] == key]
    state = json.loads(item["state"]["S"])
    change(state)
    client.put_item(TableName=table, Item=item | {"state": {"S": json.dumps(state)}})


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("head", lambda state: state.update(holds={"gen_1": 5})),
        ("order#cs_1", lambda state: state.update(gift="usr_2")),
        ("order#cs_1", lambda state: state["bought"].update(seller="eu")),
    ],
)
def test_the_ledger_refuses_for_now_and_loses_nothing(client, key, change):
    ledger = Ledger(DynamoLedgerStore(client, "ledger"), lambda _: RULES, pause=lambda _: None)
    ledger.run("usr_1", GrantOrder(pack("cs_1"), CAUSE), T0, may_open=True)
    written_later(client, "ledger", key, change)
    before = client.scan(TableName="ledger")["Items"]
    with pytest.raises(StoreBusyError, match="a later version wrote"):
        ledger.run("usr_1", ReverseOrder("cs_1", 1, refund(500), CAUSE), T0 + MINUTE)
    assert client.scan(TableName="ledger")["Items"] == before


@pytest.mark.parametrize(
    "change",
    [
        lambda state: state.update(mood="angry"),
        lambda state: state["letter"].update(spf="pass"),
        lambda state: state["attempts"][0].update(rail="instant"),
    ],
)
def test_a_case_waits_for_the_version_that_knows_it(client, change):
    store, case = DynamoCaseStore(client, "cases"), full_case()
    line = Line(at=T0, actor="mailbox", action="opened", reason="mail", details={"a": "b"})
    store.save(Change(case, line))
    assert store.case("CFULL") == case
    written_later(client, "cases", "case", change)
    with pytest.raises(StoreBusyError, match="a later version wrote"):
        store.case("CFULL")
