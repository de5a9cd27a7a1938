"""Every outage store keeps the same promises: the fake, and the ledger table of the template."""

from dataclasses import replace

import boto3
import pytest
from moto import mock_aws
from reprise.adapters.dynamodb.outages import DynamoOutageStore
from reprise.billing.award import Award, Discount
from reprise.billing.outage import IncidentState
from reprise.ports.ledger import HeadMovedError
from reprise.ports.outages import MemoryOutageStore

from tests.support.outages import BOB, NOW, declare, outages
from tests.support.tables import make_table


@pytest.fixture(params=["memory", "moto"])
def store(request):
    if request.param == "memory":
        yield MemoryOutageStore()
        return
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        yield DynamoOutageStore(client, make_table(client, "LedgerTable", "ledger"))


@pytest.fixture
def incident():
    return declare(outages())[0]


def test_an_incident_is_written_on_what_was_read(store, incident):
    assert store.incident(incident.incident_id) is None
    store.save(incident)
    confirmed = replace(
        incident,
        state=IncidentState.CONFIRMED,
        decided_by=BOB,
        decided_at=NOW,
        expires_at=NOW,
        version=2,
    )
    store.save(confirmed)
    with pytest.raises(HeadMovedError):
        store.save(replace(incident, state=IncidentState.WITHDRAWN, version=2))
    assert store.incident(incident.incident_id) == confirmed
    assert store.incidents() == [confirmed]


def test_an_award_is_written_on_what_was_read(store):
    off = Discount("sub_1", 101, "eur")
    award = Award(account_id="usr_1", credits=50, discount=off, version=1)
    assert store.award("out-1", "usr_1") is None
    store.save_award("out-1", award)
    done = replace(award, calls=1, redeemed=True, version=2)
    store.save_award("out-1", done)
    with pytest.raises(HeadMovedError):
        store.save_award("out-1", replace(award, instead="gone", version=2))
    assert store.award("out-1", "usr_1") == done
    assert store.award("out-2", "usr_1") is None
    store.save_award("out-2", replace(award, discount=None, instead="nothing renews"))
    assert store.award("out-2", "usr_1").discount is None
    assert store.counts("out-1") == {}


def test_what_shards_got_is_kept_by_shard(store, incident):
    store.put_counts(incident.incident_id, 3, {"accounts": 2, "credits": 9})
    store.put_counts(incident.incident_id, 3, {"accounts": 2, "credits": 9})
    store.put_counts(incident.incident_id, 11, {})
    assert store.counts(incident.incident_id) == {3: {"accounts": 2, "credits": 9}, 11: {}}
    assert store.counts("out-other") == {}
