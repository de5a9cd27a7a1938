"""The function with moto and the stand-in for Stripe: a message in, money and an answer out."""

import json
from datetime import timedelta

import boto3
import pytest
from moto import mock_aws
from reprise.adapters.dynamodb.cases import DynamoCaseStore
from reprise.adapters.dynamodb.directory import DynamoDirectory
from reprise.adapters.dynamodb.ledger import DynamoLedgerStore
from reprise.cases.model import CaseState, Change, Line, Wish
from reprise.composition import rules_at
from reprise.ledger.commands import GrantOrder
from reprise.policy.book import packaged_book
from reprise.policy.facts import Category
from reprise.ports.brake import Word
from reprise.ports.directory import Profile
from reprise.usecases.ledger import Ledger

from functions.case_actions import app
from ops.stripe_standin.server import running
from ops.stripe_standin.state import Fault
from tests.support.cases import case, letter
from tests.support.desk import ADA, ADDRESS, BOUGHT, NOW, ORDER, PAYMENT, SESSION
from tests.support.ledger import CAUSE, pack
from tests.support.tables import make_table
from tests.support.template import ROOT

REGION = "us-east-1"


class World:
    """Tables, secrets, a queue and a mailbox in moto; Stripe's stand-in beside them."""

    def __init__(self, standin, monkeypatch) -> None:
        dynamodb = boto3.client("dynamodb", region_name=REGION)
        self.sqs = boto3.client("sqs", region_name=REGION)
        secrets = boto3.client("secretsmanager", region_name=REGION)
        boto3.client("sesv2", region_name=REGION).create_email_identity(EmailIdentity=ADDRESS)
        self.queue = self.sqs.create_queue(QueueName="cases")["QueueUrl"]
        store = DynamoLedgerStore(dynamodb, make_table(dynamodb, "LedgerTable", "ledger"))
        self.cases = DynamoCaseStore(dynamodb, make_table(dynamodb, "CasesTable", "cases"))
        DynamoDirectory(dynamodb, "cases").put_profile(
            Profile(ADA, "ada@example.com", "de-DE", "DE", BOUGHT)
        )
        self.ledger = Ledger(store, rules_at(packaged_book()), pause=lambda _: None)
        bought = pack(
            ORDER, 1000, 1500, at=BOUGHT, facts={"country": "DE", "payment_intent": PAYMENT}
        )
        self.ledger.run(ADA, GrantOrder(bought, CAUSE), BOUGHT, may_open=True)
        self.standin = standin
        standin.standin.state.put(SESSION | {"currency": "usd"})
        settings = {
            "STAGE": "local",
            "CATALOGUE": "example",
            "CLOCK": "event",
            "LEDGER_TABLE": "ledger",
            "CASES_TABLE": "cases",
            "CASES_QUEUE_URL": self.queue,
            "STRIPE_LIVEMODE": "true",
            "DESK_ZONE": "Europe/Berlin",
            "STRIPE_BASE_URL": standin.url,
            "MAIL_ADDRESS": ADDRESS,
            "MAIL_CONFIGURATION": "reprise-mail",
            "AWS_DEFAULT_REGION": REGION,
            "POWERTOOLS_SERVICE_NAME": "reprise",
            "POWERTOOLS_METRICS_NAMESPACE": "Reprise",
        }
        for name, words in (("STRIPE_API_KEY", "rk_test_1"), ("CASE_TOKEN", "key")):
            made = secrets.create_secret(Name=name, SecretString=words)
            settings[f"{name}_SECRET_ID"] = made["ARN"]
        for name, value in settings.items():
            monkeypatch.setenv(name, value)

    def open(self, case_id="CABCDEFGHIJ", **changes):
        received = NOW - timedelta(hours=1)
        opened = case(
            case_id,
            **{
                "account_id": ADA,
                "letter": letter(received_at=received, sent_at=received),
                "wish": Wish(
                    category=Category.EU_WITHDRAWAL,
                    confidence_percent=95,
                    language="en",
                    orders=(ORDER,),
                ),
                "due_at": NOW + timedelta(hours=1),
                "wakes_at": received,
            }
            | changes,
        )
        line = Line(at=received, actor="mailbox", action="opened", reason="mail")
        self.cases.save(Change(opened, line))

    def message(self, case_id="CABCDEFGHIJ", at=NOW):
        event = json.loads((ROOT / "events/case_actions/message.json").read_text())
        body = {"case_id": case_id, "at": at.isoformat()}
        event["Records"][0]["body"] = json.dumps(body)
        return app.handler(event, None)

    def sweep(self, at=NOW):
        event = json.loads((ROOT / "events/case_actions/scheduled.json").read_text())
        return app.handler(event | {"time": at.isoformat()}, None)

    @property
    def sent(self):
        return len(
            [
                one
                for one in self.standin.standin.state.requests
                if one["method"] == "POST" and one["path"] == "/v1/refunds"
            ]
        )


@pytest.fixture
def world(monkeypatch):
    app.root.cache_clear()
    with running() as standin, mock_aws():
        made = World(standin, monkeypatch)
        yield made
        if app.root.cache_info().currsize:
            stripe = app.root().desk.stripe
            if "_client" in vars(stripe):
                stripe._client._requestor._client.close()
    app.root.cache_clear()


def test_a_clear_case_is_refunded_and_answered_at_once(world):
    world.open()
    assert world.message() == {"batchItemFailures": []}
    done = world.cases.case("CABCDEFGHIJ")
    assert done.state is CaseState.APPROVED
    refunds = world.standin.standin.state.of("refund")
    assert [one["metadata"] for one in refunds] == [{"reprise_attempt": "CABCDEFGHIJ#1"}]
    assert world.ledger.account(ADA).balance == 0
    assert done.replies[0].message_id
    assert world.cases.bound(f"message:{done.replies[0].message_id}") == "CABCDEFGHIJ"


def test_a_message_that_comes_twice_changes_nothing(world):
    world.open()
    world.message()
    before = world.cases.case("CABCDEFGHIJ")
    world.message()
    assert world.cases.case("CABCDEFGHIJ") == before
    assert world.sent == 1


def test_what_stripe_cannot_do_now_is_delivered_again(world):
    world.open()
    state = world.standin.standin.state
    state.faults.append(Fault("rate_limit", path="/v1/refunds"))
    failed = world.message()["batchItemFailures"]
    assert failed == [{"itemIdentifier": "19dd0b57-b21e-4ac1-bd88-01bbb068cb78"}]
    assert world.message() == {"batchItemFailures": []}
    assert len(state.of("refund")) == 1


def test_a_failure_of_stripes_is_looked_up_before_it_is_repeated(world):
    world.open()
    state = world.standin.standin.state
    state.faults.append(Fault("server_error", path="/v1/refunds", after=True))
    world.message()
    assert world.cases.case("CABCDEFGHIJ").state is CaseState.ACTING
    world.message(at=NOW + timedelta(hours=12))
    assert world.cases.case("CABCDEFGHIJ").state is CaseState.APPROVED
    assert len(state.of("refund")) == 1


def test_a_generation_that_a_mail_does_not_name_is_looked_for_in_the_history(world):
    world.open(wish=Wish(category=Category.FAILED_GENERATION, confidence_percent=95, language="en"))
    assert world.message() == {"batchItemFailures": []}
    assert world.cases.case("CABCDEFGHIJ").decision is not None


def test_the_schedule_finds_what_is_due_and_counts_what_is_overdue(world, capsys):
    world.open("CAAAAAAAAAA")
    world.open("CBBBBBBBBBB", state=CaseState.PERSON, wakes_at=NOW + timedelta(hours=1))
    world.open("CCCCCCCCCCC", state=CaseState.ASKED, wakes_at=NOW + timedelta(days=14))
    assert world.sweep() == {"cases": 1, "overdue": 0}
    capsys.readouterr()
    assert world.sweep(NOW + timedelta(hours=2)) == {"cases": 1, "overdue": 2}
    metric = json.loads(capsys.readouterr().out.splitlines()[0])
    assert metric["CaseOverdue"] == [2.0]
    found = world.sqs.receive_message(QueueUrl=world.queue, MaxNumberOfMessages=10)["Messages"]
    assert {json.loads(one["Body"])["case_id"] for one in found} == {"CAAAAAAAAAA"}


def test_refunds_that_people_hold_wait_and_every_sweep_says_so(world, capsys):
    world.open()
    brake = app.root().desk.brake
    brake.say(Word(True, "arn:aws:iam::1:user/bea", "double refunds", NOW))
    assert world.message() == {"batchItemFailures": []}
    assert world.cases.case("CABCDEFGHIJ").state is CaseState.ACTING
    capsys.readouterr()
    assert world.sweep()["cases"] == 1
    counted = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["RefundsHeld"] for one in counted if "RefundsHeld" in one] == [[1.0]]
    brake.say(Word(False, "arn:aws:iam::1:user/bea", "mended", NOW))
    world.message()
    assert world.cases.case("CABCDEFGHIJ").state is CaseState.APPROVED
    assert world.sent == 1


def test_an_unknown_case_leaves_the_queue(world):
    assert world.message("CNOBODYKNOW") == {"batchItemFailures": []}
