"""Announcements and marks of mails keep their promises in memory and in the template's tables."""

import boto3
import pytest
from moto import mock_aws
from reprise.adapters.dynamodb.announcements import DynamoAnnouncements, DynamoMailed
from reprise.ports.announcements import (
    CLAIMED_FOR,
    Claim,
    MemoryAnnouncements,
    MemoryMailed,
    ShardWalk,
)

from tests.support.ledger import DAY, HOUR, MINUTE, T0
from tests.support.tables import make_table


@pytest.fixture(params=["memory", "moto"])
def stores(request):
    if request.param == "memory":
        yield MemoryAnnouncements(), MemoryMailed()
        return
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        ledger = make_table(client, "LedgerTable", "ledger")
        cases = make_table(client, "CasesTable", "cases")
        yield DynamoAnnouncements(client, ledger), DynamoMailed(client, cases)


@pytest.fixture
def announcements(stores):
    return stores[0]


@pytest.fixture
def mailed(stores):
    return stores[1]


def test_a_version_is_announced_and_out_once(announcements):
    assert not announcements.announced("v2")
    announcements.set_announced("v2", T0)
    assert announcements.announced("v2")
    assert announcements.out_at("v2") is None
    announcements.set_out("v2", T0 + DAY)
    announcements.set_out("v2", T0 + 2 * DAY)
    assert announcements.out_at("v2") == T0 + DAY, "the first word stands"
    assert not announcements.announced("v3")


def test_walks_are_kept_by_shard_with_their_first_end(announcements):
    announcements.begin("v2", 3, T0)
    assert announcements.walks("v2") == {3: ShardWalk(T0)}
    announcements.end("v2", 3, T0 + HOUR, T0 - MINUTE)
    announcements.begin("v2", 3, T0 + DAY)
    announcements.end("v2", 3, T0 + DAY, T0 + HOUR)
    assert announcements.walks("v2") == {
        3: ShardWalk(T0 + DAY, T0 + DAY, T0 + HOUR, T0 + HOUR),
    }
    assert announcements.walks("v3") == {}


def test_a_mail_is_claimed_by_one_and_done_for_good(mailed):
    assert mailed.claim("usr_1", "policy#v2", T0) is Claim.MINE
    assert mailed.claim("usr_1", "policy#v2", T0 + MINUTE) is Claim.OTHERS
    assert mailed.claim("usr_2", "policy#v2", T0) is Claim.MINE
    assert mailed.claim("usr_1", "policy#v3", T0) is Claim.MINE
    mailed.settle("usr_1", "policy#v2", "sent", T0 + MINUTE)
    assert mailed.claim("usr_1", "policy#v2", T0 + DAY) is Claim.DONE


def test_a_claim_whose_holder_died_lapses(mailed):
    assert mailed.claim("usr_1", "policy#v2", T0) is Claim.MINE
    assert mailed.claim("usr_1", "policy#v2", T0 + CLAIMED_FOR - MINUTE) is Claim.OTHERS
    assert mailed.claim("usr_1", "policy#v2", T0 + CLAIMED_FOR + MINUTE) is Claim.MINE
    assert mailed.claim("usr_1", "policy#v2", T0 + CLAIMED_FOR + MINUTE) is Claim.OTHERS
