"""Every mirror store keeps the same promises: the fake, and the ledger table of the template."""

from functools import partial

import boto3
import pytest
from moto import mock_aws
from reprise.adapters.dynamodb.mirror import DynamoMirrorStore
from reprise.ports.ledger import HeadMovedError, every, shard_of
from reprise.ports.mirror import MemoryMirrorStore, Subscriber

from tests.bench.bench import Bench
from tests.bench.meter import Meter
from tests.support.ledger import DAY
from tests.support.outages import PERIOD, START, mirror_of, sighting
from tests.support.tables import make_table

ENDED = START + 5 * DAY


@pytest.fixture(params=["memory", "moto"])
def store(request):
    if request.param == "memory":
        yield MemoryMirrorStore()
        return
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        yield DynamoMirrorStore(client, make_table(client, "LedgerTable", "ledger"))


def running():
    return mirror_of(sighting())


def ended():
    return mirror_of(sighting(1, ENDED, status="canceled", ended_at=ENDED))


def listed(store, after, shard=None):
    shard = shard_of("usr_1") if shard is None else shard
    return store.subscribers(shard, after, 10).items


def test_a_mirror_is_written_on_what_was_read(store):
    store.save("usr_1", running())
    assert store.load("usr_1", "sub_1") == running()
    with pytest.raises(HeadMovedError):
        store.save("usr_1", running())
    assert store.mirrors_of("usr_1") == [running()]
    assert store.mirrors_of("usr_2") == []


def test_a_running_subscription_is_listed_whenever_it_is_asked_for(store):
    store.save("usr_1", running())
    assert listed(store, START + 99 * PERIOD) == (Subscriber("usr_1", "sub_1"),)
    assert listed(store, START, (shard_of("usr_1") + 1) % 16) == ()


def test_an_ended_one_is_listed_until_its_last_period_is_over(store):
    """It may have been paid to the period's end, however soon it was cancelled."""
    store.save("usr_1", ended())
    assert listed(store, ENDED + DAY) == (Subscriber("usr_1", "sub_1"),)
    assert listed(store, START + PERIOD) == ()


def test_subscribers_come_in_pages(store):
    accounts = [f"usr_{n}" for n in range(200) if shard_of(f"usr_{n}") == 3][:5]
    for account in accounts:
        store.save(account, running())
    found = [one.account_id for one in every(partial(store.subscribers, 3, START, 2))]
    assert sorted(found) == sorted(accounts)


def test_a_renewal_costs_the_index_nothing(ministack):
    """The index is written when a subscription is first seen and when it ends."""
    bench = Bench(ministack)
    client = bench.client()
    store = DynamoMirrorStore(client, bench.table())
    meter = Meter(client)
    mirror = mirror_of()
    costs = []
    for seen in (
        sighting(1),
        sighting(2, START + PERIOD, START + PERIOD),
        sighting(3, START + PERIOD + DAY, START + PERIOD, ended_at=START + PERIOD + DAY),
    ):
        mirror = mirror.seeing(seen)
        meter.lap()
        store.save("usr_1", mirror)
        costs.append(meter.lap().index_wcu)
    assert costs == [1, 0, 2]
