"""A ledger and a desk in moto, and the command line pointed at them."""

import json

import boto3
import pytest
from moto import mock_aws
from reprise.adapters.dynamodb.ledger import DynamoLedgerStore
from reprise.adapters.dynamodb.parking import DynamoParkingLot
from reprise.clock import wall_clock
from reprise.composition import rules_at
from reprise.ledger.commands import ChargeGeneration, GrantOrder, SettleCharge
from reprise.policy.book import packaged_book
from reprise.usecases.ledger import Ledger
from typer.testing import CliRunner

from ops.cli.main import app
from ops.stack.env import NoStackError, StackInfo
from tests.support.ledger import CAUSE, MINUTE
from tests.support.tables import make_table

REGION = "us-east-1"


@pytest.fixture(autouse=True)
def surroundings(monkeypatch):
    """No profile, table or local stack of the machine's is seen."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "LEDGER_TABLE", "CASES_TABLE", "REPRISE_STACK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(StackInfo, "load", _no_stack)
    with mock_aws():
        yield


@pytest.fixture
def client():
    return boto3.client("dynamodb", region_name=REGION)


def _no_stack():
    raise NoStackError


class Desk:
    """The ledger that the tests write, at the wall clock's time of an hour ago and later."""

    def __init__(self, client) -> None:
        self.client = client
        self.store = DynamoLedgerStore(client, make_table(client, "LedgerTable", "ledger"))
        self.lot = DynamoParkingLot(client, make_table(client, "CasesTable", "cases"))
        self.ledger = Ledger(self.store, rules_at(packaged_book()), pause=lambda _: None)
        self.began = wall_clock() - 60 * MINUTE

    def grant(self, purchase, account="usr_1"):
        return self.ledger.run(account, GrantOrder(purchase, CAUSE), self.began, may_open=True)

    def charge(self, generation, credits=10, after=MINUTE, account="usr_1"):
        command = ChargeGeneration(generation, "music_simple", credits, CAUSE)
        return self.ledger.run(account, command, self.began + after)

    def settle(self, generation, outcome, after=2 * MINUTE, account="usr_1", **more):
        command = SettleCharge(generation, outcome, CAUSE, **more)
        return self.ledger.run(account, command, self.began + after)


@pytest.fixture
def desk(client):
    return Desk(client)


@pytest.fixture
def reprise():
    """Run the command line; returns its result, with `.json` read where `--json` was given."""

    def run(*words, tables=True):
        where = ["--table", "ledger", "--cases-table", "cases", "--region", REGION]
        result = CliRunner().invoke(app, [*(where if tables else ()), *words])
        result.json = json.loads(result.stdout) if "--json" in words and result.stdout else None
        return result

    return run
