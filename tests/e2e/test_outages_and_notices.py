"""An outage from declaration to credits, and a reminder to a mailbox, on the deployed template."""

import http.client
import json
import time
from datetime import timedelta

import boto3
import pytest
from reprise.adapters.dynamodb.directory import DynamoDirectory
from reprise.adapters.dynamodb.ledger import DynamoLedgerStore
from reprise.adapters.dynamodb.mirror import DynamoMirrorStore
from reprise.adapters.dynamodb.outages import DynamoOutageStore
from reprise.ledger.commands import EndSubscription
from reprise.ports.ledger import SHARDS

from tests.support.ledger import CAUSE, DAY
from tests.support.notices import registered
from tests.support.outages import (
    BOB,
    NOW,
    START,
    declare,
    outages,
    pay,
    see,
    sighting,
    subscriber,
    subscribers,
)

pytestmark = [pytest.mark.stack, pytest.mark.built]

_SECONDS_MAX = 60


@pytest.fixture
def world(stack):
    client = boto3.client("dynamodb", **stack.arguments)
    table = stack.ledger_table
    stores = (kind(client, table) for kind in (DynamoLedgerStore, DynamoMirrorStore))
    return outages(*stores, DynamoOutageStore(client, table))


def invoke(stack, stem, event):
    client = boto3.client("lambda", **stack.arguments)
    name = stack.function(stem)
    client.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(event).encode())


def until(what):
    """Wait for the queues: as long as it takes, a minute at most."""
    deadline = time.monotonic() + _SECONDS_MAX
    while not what() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert what()


def test_a_confirmed_outage_reaches_every_subscriber_once(stack, world):
    accounts = subscribers(world, (f"usr_outage_{number}" for number in range(20)))
    incident, preview = declare(world)
    assert (preview.accounts, preview.credits) == (20, 1000)
    world.confirm(incident.incident_id, BOB, NOW)
    for _ in range(2):
        invoke(stack, "outage_credits", {"incident": incident.incident_id, "at": NOW.isoformat()})
    until(lambda: len(world.incidents.counts(incident.incident_id)) == SHARDS)
    counts = world.incidents.counts(incident.incident_id).values()
    assert sum(shard.get("accounts", 0) for shard in counts) == 20
    assert {world.ledger.account(account).balance for account in accounts} == {550}


def test_a_confirmed_discount_reaches_stripe_once(stack, world):
    at = NOW + timedelta(days=365)  # an outage of its own: the one above would overlap it
    start = START + timedelta(days=365)
    see(world, "usr_discount", sighting(1, start, start))
    pay(world, "usr_discount", start)
    window = (start + timedelta(days=10), start + timedelta(days=13))
    incident, preview = declare(world, window, now=at, by="discount")
    assert (preview.discounts, preview.money) == (1, {"usd": 100})
    stack.stripe.tell("objects", object={"id": "cus_discount", "object": "customer"})
    about = {"customer": "cus_discount", "currency": "usd", "status": "active"}
    stack.stripe.tell("objects", object={"id": "sub_1", "object": "subscription", **about})
    world.confirm(incident.incident_id, BOB, at)
    for _ in range(2):
        invoke(stack, "outage_credits", {"incident": incident.incident_id, "at": at.isoformat()})
    until(lambda: len(world.incidents.counts(incident.incident_id)) == SHARDS)
    counts = world.incidents.counts(incident.incident_id).values()
    assert [shard for shard in counts if shard] == [
        {"accounts": 1, "discounts": 1, "minor_usd": 100}
    ]
    calls = stack.stripe.tell("log")["requests"]
    assert [call["path"] for call in calls].count("/v1/subscriptions/sub_1") >= 2
    assert world.ledger.account("usr_discount").balance == 500


def test_leftovers_are_announced_by_mail(stack, world):
    directory = DynamoDirectory(boto3.client("dynamodb", **stack.arguments), stack.cases_table)
    account = registered(directory, 4711, START).account_id
    subscriber(world, account)
    end = START + 30 * DAY
    world.ledger.run(account, EndSubscription("sub_1", end, CAUSE), end)
    at = end + timedelta(days=50)
    for _ in range(2):
        invoke(stack, "policy_notices", {"time": at.isoformat(), "id": "tick"})
    until(lambda: mails_to(stack, "4711@example.com"))
    time.sleep(1)
    assert mails_to(stack, "4711@example.com") == 1


def mails_to(stack, address) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", stack.server.port, timeout=10)
    try:
        connection.request("GET", "/_ministack/ses/messages")
        return connection.getresponse().read().decode().count(f'"{address}"')
    finally:
        connection.close()
