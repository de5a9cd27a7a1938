"""The book that functions use knows when notices had gone out, and asks as seldom as it can."""

import boto3
import pytest
from moto import mock_aws
from reprise import composition
from reprise.adapters.dynamodb.announcements import DynamoAnnouncements

from tests.support.ledger import DAY, MINUTE
from tests.support.notices import EFFECTIVE, NOW, SECOND, book
from tests.support.tables import make_table
from tests.support.template import functions


@pytest.fixture
def asked(monkeypatch):
    """A book in the ledger's table, its notices, and the requests it sends."""
    monkeypatch.setattr(composition, "packaged_book", book)
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        make_table(client, "LedgerTable", "ledger")
        sent = []
        client.meta.events.register("before-send.dynamodb.GetItem", lambda **_: sent.append(1))
        told = DynamoAnnouncements(client, "ledger")
        yield composition.policy_book(client, "ledger"), told, sent


def test_nothing_is_asked_before_a_material_date_and_once_after_it(asked):
    policy, told, sent = asked
    assert policy.in_force(EFFECTIVE - MINUTE).id == "2026-05-02"
    assert sent == []
    told.set_out(SECOND, NOW)
    assert [policy.in_force(EFFECTIVE + DAY).id for _ in range(3)] == [SECOND] * 3
    assert len(sent) == 1


def test_a_version_that_was_announced_late_stays_out(asked):
    policy, told, _ = asked
    assert policy.in_force(EFFECTIVE).id == "2026-05-02"
    told.set_out(SECOND, EFFECTIVE - 13 * DAY)
    assert policy.in_force(EFFECTIVE).id == "2026-05-02"
    assert [version.id for version in policy.held_back(EFFECTIVE)] == [SECOND]


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("stem", sorted(functions()))
def test_every_function_may_ask(stem, permissions, monkeypatch):
    """On the day a version is held back; until then no function needs the right."""
    monkeypatch.setenv("LEDGER_TABLE", "ledger")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    policy = composition.policy_book(composition.dynamodb(), "ledger")
    version = permissions.working(stem, policy.in_force)(EFFECTIVE + DAY)
    assert version.id == "2026-05-02"
