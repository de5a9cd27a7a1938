"""The sweep against moto: what is due is booked once, packs never, whatever is run twice."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from reprise.ledger.audit import audit
from reprise.ledger.commands import EndSubscription, GrantOrder
from reprise.ports.ledger import SHARDS, shard_of

from functions.expiry_sweep import app
from tests.support import aws
from tests.support.aws import Context, batch, surroundings
from tests.support.files import sample
from tests.support.ledger import CAUSE, DAY, T0, pack, renewal

EXPIRY = T0 + 90 * DAY


@pytest.fixture
def queue(monkeypatch):
    app.root.cache_clear()
    with surroundings(monkeypatch, SWEEP_QUEUE_URL="pending"):
        url, drained = aws.queue("sweep")
        monkeypatch.setenv("SWEEP_QUEUE_URL", url)
        yield drained
    app.root.cache_clear()


def leftover(account="usr_1", end=T0 + 30 * DAY):
    """An account with a pack and subscription credits that expire 60 days after `end`."""
    ledger = app.root().ledger
    ledger.run(account, GrantOrder(pack(), CAUSE), T0, may_open=True)
    ledger.run(account, GrantOrder(replace(renewal(), period_end=end), CAUSE), T0)
    ledger.run(account, EndSubscription("sub_1", end, CAUSE), T0)


def sweep(at, account="usr_1", context=None):
    message = json.dumps({"shard": shard_of(account), "at": at.isoformat(), "id": "evt"})
    return app.handler(batch(message), context or Context())["batchItemFailures"]


def balance(account="usr_1"):
    return app.root().ledger.account(account).balance


def test_the_schedule_spreads_every_shard_over_the_queue(queue):
    event = sample("expiry_sweep/hourly")
    assert app.handler(event, Context()) == {"shards": SHARDS}
    shards = [json.loads(body) for body in queue()]
    assert sorted(shard["shard"] for shard in shards) == list(range(SHARDS))
    assert {shard["at"] for shard in shards} == {"2027-01-31T09:00:00+00:00"}


@pytest.mark.usefixtures("queue")
def test_leftovers_expire_at_their_instant_and_the_pack_stays():
    leftover()
    assert sweep(EXPIRY - timedelta(seconds=1)) == []
    assert balance() == 600
    assert sweep(EXPIRY) == []
    assert balance() == 100
    assert sweep(EXPIRY + DAY) == []
    head = app.root().ledger.account("usr_1")
    journal = list(app.root().ledger.store.journal("usr_1"))
    assert audit("usr_1", journal, head).clean
    assert [entry.key.split("#")[0] for entry in journal][-1] == "expiry"


@pytest.mark.usefixtures("queue")
def test_a_sweep_out_of_time_is_redelivered_and_goes_on():
    leftover()
    assert sweep(EXPIRY, context=Context(remaining_ms=1)) == [{"itemIdentifier": "m0"}]
    assert balance() == 600
    assert sweep(EXPIRY) == []
    assert balance() == 100


@pytest.mark.usefixtures("queue")
def test_only_the_accounts_of_the_shard_that_are_due_are_touched():
    leftover("usr_1")
    leftover("usr_late", T0 + 60 * DAY)
    for account in ("usr_1", "usr_late"):
        sweep(EXPIRY, account)
    assert (balance("usr_1"), balance("usr_late")) == (100, 600)


@pytest.mark.usefixtures("queue")
def test_the_sample_message_is_understood():
    event = sample("expiry_sweep/shards")
    assert app.handler(event, Context()) == {"batchItemFailures": []}
