"""Customers are answered at most once per answer, within limits."""

from dataclasses import replace

import pytest
from reprise.cases.model import CaseState, ReplyState
from reprise.errors import TransientError
from reprise.mail.ses import SUSPICIONS
from reprise.metrics import Metric
from reprise.policy.facts import Category
from reprise.ports.outbox import MailDoubtfulError, MailRefusedError
from reprise.usecases.cases.replying import HOURLY_MAX, SENDER_DAILY_MAX, all_replies

from tests.support.cases import letter
from tests.support.desk import ADDRESS, NOW, World
from tests.support.ledger import DAY, HOUR


@pytest.fixture
def world():
    return World()


def test_an_answer_that_was_perhaps_sent_is_not_sent_again(world):
    world.open()
    world.outbox.faults = [MailDoubtfulError("silence")]
    case = world.work()
    assert case.replies[0].state is ReplyState.WITHHELD
    assert world.done.metrics == (Metric.REPLY_WITHHELD,)
    world.work(now=NOW + DAY)
    assert len(world.outbox.sent) == 1


def test_an_answer_that_was_not_taken_is_sent_later(world):
    world.open()
    world.outbox.faults = [TransientError("busy")]
    assert not world.work().over
    assert world.settled().over
    assert len(world.outbox.sent) == 1


def test_a_refused_address_ends_in_silence(world):
    world.open()
    world.outbox.faults = [MailRefusedError("blocked")]
    assert world.work().over
    assert world.outbox.sent == []


def test_an_address_that_could_break_a_header_ends_in_silence(world):
    world.open(letter=letter(received_at=NOW, address="=?utf-8?q?=0A?=@x.example"))
    assert world.work().over
    assert world.outbox.sent == []
    assert world.done.metrics == (Metric.REPLY_WITHHELD,)


def test_an_address_gets_a_few_answers_a_day(world):
    for number in range(SENDER_DAILY_MAX + 1):
        name = f"C{number}"
        world.open(name, category=Category.CREDITED_PACK, wish={"orders": ()})
        world.work(name)
    assert len(world.outbox.sent) == SENDER_DAILY_MAX


def test_too_many_answers_open_the_breaker_and_wait(world):
    for number in range(HOURLY_MAX):
        at = NOW - HOUR / 2 if number % 2 else NOW  # of this hour by the clock, and of the last
        world.tallies.add(all_replies(at), str(number), at)
    world.open()
    case = world.work()
    assert case.state is CaseState.APPROVED
    assert world.outbox.sent == []
    assert world.done.metrics == (Metric.REPLY_WITHHELD,)
    assert world.work(now=NOW + 2 * HOUR).over
    assert len(world.outbox.sent) == 1


@pytest.mark.parametrize("suspicion", sorted(SUSPICIONS))
def test_spam_is_never_answered(world, suspicion):
    world.open(letter=letter(received_at=NOW, remarks=(suspicion,)))
    assert world.work().over
    assert world.outbox.sent == []


def test_what_was_not_scanned_is_answered(world):
    world.open(letter=letter(received_at=NOW, remarks=("spam verdict DISABLED",)))
    assert world.work().over
    assert len(world.outbox.sent) == 1


def test_without_an_address_of_ours_nobody_is_answered(world):
    world.open()
    silent = replace(world.desk.answering, address="")
    world.desk = replace(world.desk, answering=silent)
    assert world.work().over
    assert world.outbox.sent == []


def test_the_account_speaks_where_the_mails_language_is_unknown(world):
    world.open(wish={"language": "unknown"})
    world.work()
    assert world.told[0].startswith("wir haben Ihnen 15.00 EUR")
    assert ADDRESS in dict(world.outbox.sent[0].headers)["X-Loop"]
