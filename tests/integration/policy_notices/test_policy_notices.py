"""The function against moto: a schedule becomes shards, shards mail, and a version then counts."""

import json
from datetime import datetime

import boto3
import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends
from reprise import composition
from reprise.ledger.commands import EndSubscription, GrantOrder
from reprise.ports.ledger import SHARDS

from functions.policy_notices import app
from tests.support import aws
from tests.support.aws import REGION, Context, batch, surroundings
from tests.support.files import sample
from tests.support.ledger import CAUSE, DAY, T0, renewal
from tests.support.notices import EFFECTIVE, NOW, SECOND, book, registered

SENDER = "policy@reprise.example"


@pytest.fixture
def world(monkeypatch, request):
    """Both tables, a queue, a bus and a verified sender, under a book with a second version."""
    app.root.cache_clear()
    monkeypatch.setattr(composition, "packaged_book", book)
    sender = getattr(request, "param", SENDER)
    names = {"EVENT_BUS": "default", "MAIL_CONFIGURATION": "reprise-mail"}
    with surroundings(monkeypatch, NOTICE_SENDER=sender, **names):
        url, drained = aws.queue("notices")
        monkeypatch.setenv("NOTICES_QUEUE_URL", url)
        boto3.client("sesv2", region_name=REGION).create_email_identity(EmailIdentity=SENDER)
        yield drained
    app.root.cache_clear()


def scheduled(at):
    event = sample("policy_notices/six_hourly") | {"time": at.isoformat()}
    return app.handler(event, Context())


def deliver(*bodies, context=None):
    return app.handler(batch(*bodies), context or Context())["batchItemFailures"]


def mailed():
    sent = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
    return sorted(message.destinations["ToAddresses"][0] for message in sent)


def in_force(at: datetime) -> str:
    """The version as any function's ledger sees it."""
    return app.root().notices.reminding.ledger.rules_at(at).in_force


def test_everybody_is_mailed_once_and_every_function_then_sees_the_version(world):
    directory = app.root().notices.announcing.mailing.directory
    for number in range(5):
        registered(directory, number)
    assert in_force(EFFECTIVE) == "2026-05-02"
    assert scheduled(NOW) == {"errands": 2 * SHARDS}
    messages = world()
    for _ in range(2):
        assert deliver(*messages) == []
        assert mailed() == [f"{number}@example.com" for number in range(5)]
    assert in_force(EFFECTIVE) == SECOND
    assert app.root().notices.announcing.late(EFFECTIVE) == []
    assert scheduled(NOW) == {"errands": SHARDS}, "reminders alone"


def test_a_leg_out_of_time_sends_the_next(world):
    registered(app.root().notices.announcing.mailing.directory, 1)
    scheduled(NOW)
    notices = [body for body in world() if json.loads(body)["errand"] == "notice"]
    assert deliver(*notices, context=Context(remaining_ms=1)) == []
    assert mailed() == []
    (again,) = world()
    assert json.loads(again)["leg"] == 1
    assert deliver(again) == []
    assert mailed() == ["1@example.com"]


def test_leftovers_are_announced(world):
    of = app.root().notices
    account = registered(of.announcing.mailing.directory, 1).account_id
    of.reminding.ledger.run(account, GrantOrder(renewal(), CAUSE), T0, may_open=True)
    of.reminding.ledger.run(account, EndSubscription("sub_1", T0, CAUSE), T0)
    scheduled(T0 + 77 * DAY)
    assert deliver(*world()) == []
    assert mailed() == ["1@example.com"]


def test_a_sender_that_is_not_verified_keeps_the_notice_open(world):
    registered(app.root().notices.announcing.mailing.directory, 1)
    boto3.client("sesv2", region_name=REGION).delete_email_identity(EmailIdentity=SENDER)
    scheduled(NOW)
    failed = deliver(*world())
    assert len(failed) == 1
    assert app.root().notices.announcing.announcements.out_at(SECOND) is None


@pytest.mark.parametrize("world", [""], indirect=True)
def test_without_a_sender_nothing_is_spread_and_the_version_alarms(world, capsys):
    assert scheduled(EFFECTIVE - DAY) == {"errands": 0}
    assert world() == []
    assert "PolicyNoticeLate" in capsys.readouterr().out


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("name", ["notice", "reminder"])
def test_the_sample_messages_are_understood(name):
    event = sample(f"policy_notices/{name}")
    assert app.handler(event, Context()) == {"batchItemFailures": []}
