"""The handler on moto's tables, under the settings that the template gives it."""

import boto3
import pytest
from moto import mock_aws
from reprise.client import CreditsClient

from functions.credits_api import app
from ops.stripe_standin.server import running
from tests.support.ledger import T0
from tests.support.tables import make_table
from tests.support.toward_api import InProcess


@pytest.fixture(scope="package")
def stripe():
    """Stripe, knowing one customer."""
    with running() as found:
        found.standin.state.put({"id": "cus_1", "object": "customer"})
        yield found


@pytest.fixture(autouse=True)
def tables(monkeypatch, stripe):
    """Fresh tables, told to the function by its environment; the function runs on events' time."""
    environment = {
        "STAGE": "local",
        "CATALOGUE": "example",
        "CLOCK": "event",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "POWERTOOLS_METRICS_NAMESPACE": "Reprise",
        "POWERTOOLS_SERVICE_NAME": "reprise",
        "STRIPE_API_KEY_SECRET_ID": "stripe-key",
        "STRIPE_BASE_URL": stripe.url,
        "DESK_ZONE": "Europe/Berlin",
    }
    with mock_aws():
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        client = boto3.client("dynamodb")
        monkeypatch.setenv("LEDGER_TABLE", make_table(client, "LedgerTable", "ledger"))
        monkeypatch.setenv("CASES_TABLE", make_table(client, "CasesTable", "cases"))
        app.root.cache_clear()
        boto3.client("secretsmanager").create_secret(Name="stripe-key", SecretString="rk_test_1")
        yield
        if app.root.cache_info().currsize and "_client" in vars(app.root().pages().stripe):
            app.root().pages().stripe._client._requestor._client.close()
        app.root.cache_clear()


@pytest.fixture
def root():
    """What the function works with."""
    return app.root()


@pytest.fixture
def api():
    """The client of the product's backend, wired to the handler."""
    return CreditsClient(InProcess(app.handler), story_now=lambda: T0, sleep=lambda _: None)
