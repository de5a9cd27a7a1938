"""The function against moto: an operator's call becomes shards, shards become credits, once."""

import json
from pathlib import Path

import boto3
import pytest
from reprise.errors import BadInputError
from reprise.ports.ledger import SHARDS, StoreBusyError, shard_of

from functions.outage_credits import app
from ops.stripe_standin.server import running
from tests.support import aws
from tests.support.aws import Context, surroundings
from tests.support.outages import BOB, NOW, OUTAGE, declare, subscriber

EVENTS = Path(__file__).parents[3] / "events" / "outage_credits"


SETTINGS = {
    "OUTAGE_QUEUE_URL": "pending",
    "STRIPE_DISCOUNT_KEY_SECRET_ID": "discount-key",
    "STRIPE_BASE_URL": "http://127.0.0.1:1",  # nobody is there: credits ask nothing of Stripe
}


@pytest.fixture
def queue(monkeypatch):
    app.root.cache_clear()
    with surroundings(monkeypatch, **SETTINGS):
        url, drained = aws.queue("outages")
        monkeypatch.setenv("OUTAGE_QUEUE_URL", url)
        yield drained
    app.root.cache_clear()


def sample(name):
    return json.loads((EVENTS / f"{name}.json").read_text())


def deliver(*bodies, context=None):
    records = [{"messageId": f"m{n}", "body": body} for n, body in enumerate(bodies)]
    return app.handler({"Records": records}, context or Context())["batchItemFailures"]


def balance(account="usr_1"):
    return app.root().outages.ledger.account(account).balance


def test_a_confirmed_outage_is_spread_and_every_subscriber_served_once(queue):
    of = app.root().outages
    for number in range(5):
        subscriber(of, f"usr_{number}")
    incident, _ = declare(of)
    assert incident.incident_id == sample("confirmed")["incident"], "the samples name this one"
    of.confirm(incident.incident_id, BOB, NOW)
    assert app.handler(sample("confirmed"), Context()) == {"shards": SHARDS}
    messages = queue()
    assert sorted(json.loads(body)["shard"] for body in messages) == list(range(SHARDS))
    for _ in range(2):
        assert deliver(*messages) == []
        assert [balance(f"usr_{number}") for number in range(5)] == [550] * 5
    counts = of.incidents.counts(incident.incident_id)
    assert sum(shard.get("accounts", 0) for shard in counts.values()) == 5
    assert len(counts) == SHARDS
    assert deliver(sample("shard")["Records"][0]["body"]) == []


def test_a_leg_out_of_time_sends_the_next(queue):
    of = app.root().outages
    subscriber(of, "usr_1")
    incident, _ = declare(of)
    of.confirm(incident.incident_id, BOB, NOW)
    first = {"incident": incident.incident_id, "at": NOW.isoformat(), "shard": shard_of("usr_1")}
    assert deliver(json.dumps(first), context=Context(remaining_ms=1)) == []
    assert balance() == 500
    (body,) = queue()
    assert json.loads(body) == {**first, "cursor": None, "counts": {}, "leg": 1}
    assert deliver(body) == []
    assert balance() == 550


def test_a_shard_with_an_account_in_trouble_is_delivered_again(queue, monkeypatch):
    of = app.root().outages
    subscriber(of, "usr_1")
    incident, _ = declare(of)
    of.confirm(incident.incident_id, BOB, NOW)
    message = {"incident": incident.incident_id, "at": NOW.isoformat(), "shard": shard_of("usr_1")}
    with monkeypatch.context() as patch:
        patch.setattr(type(of.ledger.store), "commit", _conflict)
        patch.setattr("reprise.usecases.ledger.ATTEMPTS_MAX", 1)
        assert deliver(json.dumps(message)) == [{"itemIdentifier": "m0"}]
    assert queue() == []
    assert deliver(json.dumps(message)) == []
    assert balance() == 550


def _conflict(_store, decision):
    raise StoreBusyError(decision.account.account_id)


def test_a_discount_reaches_the_subscription_once(queue, monkeypatch):
    with running() as found:
        monkeypatch.setenv("STRIPE_BASE_URL", found.url)
        secrets = boto3.client("secretsmanager", region_name=aws.REGION)
        secrets.create_secret(Name="discount-key", SecretString="rk_test_1")
        of = app.root().outages
        subscriber(of, "usr_1")
        state = found.standin.state
        state.put({"id": "cus_1", "object": "customer"})
        about = {"object": "subscription", "customer": "cus_1", "currency": "usd"}
        state.put({"id": "sub_1", "status": "active", "cancel_at": None, **about})
        incident, _ = declare(of, by="discount")
        of.confirm(incident.incident_id, BOB, NOW)
        app.handler({"incident": incident.incident_id, "at": NOW.isoformat()}, Context())
        messages = queue()
        for _ in range(2):
            assert deliver(*messages) == []
        app.root().stripe._client._requestor._client.close()
        (discount,) = state.get("subscription", "sub_1")["discounts"]
        (coupon,) = state.of("coupon")
    assert (discount, coupon["times_redeemed"]) == (f"di_{coupon['id']}", 1)
    assert (coupon["amount_off"], coupon["currency"], coupon["duration"]) == (100, "usd", "once")
    assert coupon["name"] == "Service outage 2026-10-11"
    assert balance() == 500, "and no credits"
    counts = of.incidents.counts(incident.incident_id)[shard_of("usr_1")]
    assert counts == {"accounts": 1, "discounts": 1, "minor_usd": 100}


def test_a_discount_without_a_key_waits_for_it(queue):
    of = app.root().outages
    subscriber(of, "usr_1")
    secrets = boto3.client("secretsmanager", region_name=aws.REGION)
    secrets.create_secret(Name="discount-key", SecretString=" ")
    incident, _ = declare(of, by="discount")
    of.confirm(incident.incident_id, BOB, NOW)
    message = {"incident": incident.incident_id, "at": NOW.isoformat(), "shard": shard_of("usr_1")}
    assert deliver(json.dumps(message)) == [{"itemIdentifier": "m0"}]
    assert (balance(), queue()) == (500, [])


def test_nothing_is_posted_that_nobody_confirmed(queue):
    incident, _ = declare(app.root().outages, OUTAGE)
    with pytest.raises(BadInputError, match="must be confirmed first"):
        app.handler({"incident": incident.incident_id}, Context())
    with pytest.raises(BadInputError, match="is not known"):
        app.handler({"incident": "out-none"}, Context())
    assert queue() == []
