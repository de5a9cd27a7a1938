"""The tables and the bucket of the refund mailbox in moto, with one customer and their pack."""

import json

import boto3
from reprise.adapters.dynamodb.cases import DynamoCaseStore
from reprise.adapters.dynamodb.directory import DynamoDirectory
from reprise.adapters.dynamodb.ledger import DynamoLedgerStore
from reprise.composition import rules_at
from reprise.ledger.commands import GrantOrder
from reprise.policy.book import packaged_book
from reprise.ports.directory import Profile
from reprise.usecases.ledger import Ledger

from functions.refund_email import app
from tests.support import files
from tests.support.ledger import CAUSE, T0, pack
from tests.support.tables import make_table

EVENTS = files.EVENTS / "refund_email"
ORDER = "cs_test_a1RefundStory000000000000000000000000000000000000000000001"
JO = "jo.customer@shop.example"


class World:
    """The tables and the bucket, with one customer and their pack."""

    def __init__(self) -> None:
        client = boto3.client("dynamodb", region_name="us-east-1")
        self.s3 = boto3.client("s3", region_name="us-east-1")
        self.s3.create_bucket(Bucket="mail")
        store = DynamoLedgerStore(client, make_table(client, "LedgerTable", "ledger"))
        cases = make_table(client, "CasesTable", "cases")
        self.cases = DynamoCaseStore(client, cases)
        self.sqs = boto3.client("sqs", region_name="us-east-1")
        directory = DynamoDirectory(client, cases)
        directory.put_profile(Profile("usr_jo", JO, "en-GB", "DE", T0))
        ledger = Ledger(store, rules_at(packaged_book()), pause=lambda _: None)
        bought = pack(ORDER, facts={"payment_intent": "pi_3RefundStory0000000001"})
        ledger.run("usr_jo", GrantOrder(bought, CAUSE), T0, may_open=True)

    def store(self, name, raw=None):
        body = (EVENTS / f"{name}.eml").read_bytes() if raw is None else raw
        self.s3.put_object(Bucket="mail", Key=f"inbound/0mail-{name}", Body=body)

    def receive(self, name, raw=None, event=None):
        """Store the mail, call the function, and return the cases it opened."""
        self.store(name, raw)
        app.handler(event or sample(name), None)
        taken = self.cases.taken(f"0mail-{name}")
        return [self.cases.case(case_id) for case_id in taken.case_ids]

    def woken(self):
        """The cases that were put into the queue."""
        url = self.sqs.get_queue_url(QueueName="cases")["QueueUrl"]
        found = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(one["Body"])["case_id"] for one in found]

    def refused(self, name):
        return self.cases.taken(f"0mail-{name}").refused


def sample(name):
    return files.sample(f"refund_email/{name}")
