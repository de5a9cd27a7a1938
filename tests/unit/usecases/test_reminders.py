"""Leftover credits are announced before they expire: by lot, once each, never when spent."""

from dataclasses import replace

import pytest
from reprise.composition import rules_at
from reprise.ledger.commands import ChargeGeneration, EndSubscription, GrantOrder
from reprise.policy.book import PolicyBook
from reprise.ports.announcements import MemoryMailed
from reprise.ports.directory import MemoryDirectory
from reprise.ports.ledger import SHARDS
from reprise.ports.ledger_memory import MemoryLedgerStore
from reprise.ports.outbox import MemoryOutbox
from reprise.usecases.ledger import Ledger
from reprise.usecases.mailing import Mailing
from reprise.usecases.reminders import Reminding

from tests.support.ledger import CAUSE, DAY, MINUTE, T0, pack, renewal
from tests.support.notices import registered
from tests.support.policy import FIRST_TEXT

EXPIRY = T0 + 90 * DAY  # paid through day 30, and 60 days


@pytest.fixture
def of():
    policy = PolicyBook.of([FIRST_TEXT])
    ledger = Ledger(MemoryLedgerStore(), rules_at(policy), pause=lambda _: None)
    mailing = Mailing(MemoryDirectory(), MemoryMailed(), MemoryOutbox())
    return Reminding(ledger, policy, mailing)


def leftover(of, number=1, end=T0 + 30 * DAY):
    account = registered(of.mailing.directory, number, T0).account_id
    of.ledger.run(account, GrantOrder(pack(), CAUSE), T0, may_open=True)
    of.ledger.run(account, GrantOrder(renewal(end=end), CAUSE), T0)
    of.ledger.run(account, EndSubscription("sub_1", end, CAUSE), T0 + DAY)
    return account


def remind(of, now):
    """Walk every shard; return the subjects of the mails that left."""
    before = len(of.mailing.outbox.sent)
    for shard in range(SHARDS):
        done = of.leg({"shard": shard}, now, lambda: True)
        assert done.finished
        assert not done.failed
    return [mail.subject for mail in of.mailing.outbox.sent[before:]]


def test_leftovers_are_announced_a_fortnight_and_three_days_ahead_once_each(of):
    leftover(of)
    told = ["500 credits are about to expire"]
    assert remind(of, EXPIRY - 14 * DAY - MINUTE) == []
    assert remind(of, EXPIRY - 14 * DAY) == told
    assert remind(of, EXPIRY - 10 * DAY) == []
    assert remind(of, EXPIRY - 3 * DAY) == told
    assert remind(of, EXPIRY - DAY) == []
    assert remind(of, EXPIRY) == []
    assert "2026-12-30 at 12:00 UTC" in of.mailing.outbox.sent[0].text


def test_who_comes_late_into_the_window_is_told_once_not_twice(of):
    leftover(of)
    assert len(remind(of, EXPIRY - 2 * DAY)) == 1
    assert remind(of, EXPIRY - DAY) == []


def test_what_was_spent_is_not_announced(of):
    account = leftover(of)
    of.ledger.run(account, ChargeGeneration("gen_1", "music_simple", 500, CAUSE), T0 + 2 * DAY)
    assert remind(of, EXPIRY - 14 * DAY) == []


def test_a_new_subscription_lifts_the_reminder_and_its_end_brings_a_new_one(of):
    account = leftover(of)
    assert len(remind(of, EXPIRY - 14 * DAY)) == 1
    again = replace(renewal("in_9/il_1", "sub_2", EXPIRY + 20 * DAY), credits=10)
    of.ledger.run(account, GrantOrder(again, CAUSE), EXPIRY - 10 * DAY)
    assert remind(of, EXPIRY - 3 * DAY) == []
    of.ledger.run(account, EndSubscription("sub_2", EXPIRY, CAUSE), EXPIRY)
    moved = EXPIRY + 80 * DAY
    assert remind(of, moved - 14 * DAY) == ["510 credits are about to expire"]


def test_an_expiry_set_close_by_is_announced_at_once(of):
    """Seven days are the least: the fortnight's reminder then says so."""
    account = registered(of.mailing.directory, 1, T0).account_id
    of.ledger.run(account, GrantOrder(renewal(), CAUSE), T0, may_open=True)
    late = T0 + 120 * DAY
    of.ledger.run(account, EndSubscription("sub_1", T0 + 30 * DAY, CAUSE), late)
    assert len(remind(of, late)) == 1


def test_only_accounts_with_something_due_soon_are_read(of):
    """A hundred accounts that expire far off cost nothing; nor do packs."""
    for number in range(1, 101):
        leftover(of, number, end=T0 + 200 * DAY)
    leftover(of, 1000)
    reads = []
    read = of.ledger.store.read
    of.ledger.store.read = lambda account, *rest: reads.append(account) or read(account, *rest)
    assert len(remind(of, EXPIRY - 14 * DAY)) == 1
    assert reads == ["usr_1000"]


def test_an_account_that_nobody_registered_is_passed_over(of):
    leftover(of)
    of.mailing.directory.profiles.clear()
    assert remind(of, EXPIRY - 14 * DAY) == []
    assert of.mailing.mailed.marks == {}
