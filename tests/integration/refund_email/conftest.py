"""The function bound to moto."""

import boto3
import pytest
from moto import mock_aws

from functions.refund_email import app
from tests.support.mailbox import World


@pytest.fixture
def world(monkeypatch):
    settings = {
        "STAGE": "local",
        "CATALOGUE": "example",
        "CLOCK": "wall",
        "LEDGER_TABLE": "ledger",
        "CASES_TABLE": "cases",
        "MAIL_BUCKET": "mail",
        "MAIL_PREFIX": "inbound/",
        "MAIL_ADDRESS": "refunds@music.example",
        "DESK_ZONE": "Europe/Berlin",
        "CASES_QUEUE_URL": "set below",
        "AWS_DEFAULT_REGION": "us-east-1",
        "POWERTOOLS_SERVICE_NAME": "reprise",
        "POWERTOOLS_METRICS_NAMESPACE": "Reprise",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    app.root.cache_clear()
    with mock_aws():
        queue = boto3.client("sqs", region_name="us-east-1").create_queue(QueueName="cases")
        monkeypatch.setenv("CASES_QUEUE_URL", queue["QueueUrl"])
        yield World()
    app.root.cache_clear()
