"""The reconciler bound to moto and, over HTTP, to the stand-in."""

import boto3
import pytest
from reprise.adapters.guard import Limits

from functions.stripe_reconcile import app
from ops.stripe_standin.server import running
from tests.support.aws import REGION, surroundings


@pytest.fixture(scope="package")
def server():
    with running() as found:
        yield found


@pytest.fixture(autouse=True)
def standin(server):
    """Stripe, knowing nothing yet."""
    state = server.standin.state
    state.objects.clear()
    state.delivered.clear()
    state.faults.clear()
    state.requests.clear()
    return state


@pytest.fixture(autouse=True)
def world(server, monkeypatch):
    """The function bound to moto and to the stand-in, without waiting between calls."""
    monkeypatch.setattr("reprise.composition.reconcile.pause", lambda _: None)
    monkeypatch.setattr("reprise.adapters.stripe_feed.LIMITS", Limits(per_second_max=1e6))
    app.root.cache_clear()
    names = {"STRIPE_BASE_URL": server.url, "STRIPE_API_KEY_SECRET_ID": "api-key"}
    with surroundings(monkeypatch, DESK_ZONE="Europe/Berlin", **names):
        secrets = boto3.client("secretsmanager", region_name=REGION)
        secrets.create_secret(Name="api-key", SecretString="rk_live_standin\n")
        yield app.root().reconciler
    app.root.cache_clear()
