"""How far a version's notices are, from the command line."""

import pytest
from reprise.adapters.dynamodb.announcements import DynamoAnnouncements
from reprise.ports.ledger import SHARDS

from ops.cli import policy
from tests.support.ledger import DAY
from tests.support.notices import EFFECTIVE, NOW, SECOND, book


@pytest.fixture
def told(desk, monkeypatch):
    monkeypatch.setattr(policy, "packaged_book", book)
    return DynamoAnnouncements(desk.client, "ledger")


def test_notices_are_shown_with_when_they_must_be_out(told, reprise):
    for shard in range(SHARDS - 1):
        told.end(SECOND, shard, NOW, NOW)
    (shown,) = reprise("policy", "notices", "--json").json
    assert (shown["version"], shown["shards_told"], shown["shards"]) == (SECOND, SHARDS - 1, SHARDS)
    assert (shown["out_at"], shown["in_time"]) == (None, False)
    assert shown["must_be_out_by"] == (EFFECTIVE - 14 * DAY).isoformat()
    told.set_out(SECOND, NOW)
    assert reprise("policy", "notices", "--json").json[0]["in_time"]
    assert "15 of 16" in reprise("policy", "notices").stdout


def test_the_status_is_that_of_the_deployed_system(told, reprise):
    """A version whose notices were out in time does not wait for them."""
    words = ("policy", "status", "--at", EFFECTIVE.isoformat(), "--json")
    assert [one["state"] for one in reprise(*words).json] == ["in force", "waiting for its notices"]
    told.set_out(SECOND, EFFECTIVE - 14 * DAY)
    assert [one["state"] for one in reprise(*words).json] == ["past", "in force"]
