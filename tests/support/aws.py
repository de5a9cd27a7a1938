"""The template's surroundings in moto, for handlers that are called in process."""

from contextlib import contextmanager

import boto3
from moto import mock_aws

from tests.support.tables import make_table

REGION = "us-east-1"
WEBHOOK_SECRET = "whsec_test_current"


class Context:
    """A Lambda context with so much time left."""

    def __init__(self, remaining_ms=900_000):
        self.remaining_ms = remaining_ms

    def get_remaining_time_in_millis(self):
        return self.remaining_ms


@contextmanager
def surroundings(monkeypatch, **environment):
    """Both tables and whatever the environment names, empty, in moto."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    for name, value in {
        "STAGE": "test",
        "CATALOGUE": "example",
        "CLOCK": "event",
        "LEDGER_TABLE": "ledger",
        "CASES_TABLE": "cases",
        "CASES_QUEUE_URL": "none: no case is woken",
        "STRIPE_LIVEMODE": "true",
        "STRIPE_WEBHOOK_SECRET_ID": "webhook-secret",
        "POWERTOOLS_SERVICE_NAME": "reprise",
        "POWERTOOLS_METRICS_NAMESPACE": "Reprise",
        **environment,
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        dynamodb = boto3.client("dynamodb", region_name=REGION)
        make_table(dynamodb, "LedgerTable", "ledger")
        make_table(dynamodb, "CasesTable", "cases")
        secrets = boto3.client("secretsmanager", region_name=REGION)
        secrets.create_secret(Name="webhook-secret", SecretString=WEBHOOK_SECRET)
        yield


def batch(*bodies):
    """The event in which SQS hands these messages to a function."""
    return {"Records": [{"messageId": f"m{n}", "body": body} for n, body in enumerate(bodies)]}


def items_of(table):
    """Every item of a table in moto."""
    return boto3.client("dynamodb", region_name=REGION).scan(TableName=table)["Items"]


def queue(name):
    """A new queue in moto: its URL, and what takes every message out and returns the bodies."""
    client = boto3.client("sqs", region_name=REGION)
    url = client.create_queue(QueueName=name)["QueueUrl"]

    def drained():
        bodies = []
        while found := client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                bodies.append(message["Body"])
                client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return bodies

    return url, drained
