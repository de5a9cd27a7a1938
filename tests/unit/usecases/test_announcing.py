"""Every account is told of a version once; one that was announced late does not take effect."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from reprise.errors import InvariantViolationError, TransientError
from reprise.policy.book import PolicyBook
from reprise.ports.announcements import Claim
from reprise.ports.ledger import SHARDS, shard_of
from reprise.usecases.announcing import SETTLING
from reprise.usecases.walk import LEGS_MAX, Leg

from tests.support.ledger import DAY, HOUR, MINUTE
from tests.support.notices import EFFECTIVE, NOW, SECOND, announcing, book, registered
from tests.support.policy import FIRST_TEXT, text


def run(of, now=NOW, errands=None):
    """Walk every errand; return how many there were."""
    todo = of.errands(now) if errands is None else errands
    for errand in todo:
        done = of.notice_leg(json.loads(json.dumps(errand)), now, lambda: True)
        assert done.finished
        assert not done.failed
    return len(todo)


def mailed(of):
    return sorted(mail.to for mail in of.mailing.outbox.sent)


def everybody(count):
    return sorted(f"{number}@example.com" for number in range(count))


def test_every_account_is_mailed_once_and_the_version_takes_effect():
    of = announcing(60)
    assert of.policy.in_force(EFFECTIVE).id == "2026-05-02"
    assert run(of) == SHARDS
    assert mailed(of) == everybody(60)
    assert of.announcements.out_at(SECOND) == NOW
    assert of.policy.in_force(EFFECTIVE).id == SECOND
    assert of.policy.in_force(EFFECTIVE - MINUTE).id == "2026-05-02"
    assert of.late(EFFECTIVE - DAY) == of.late(EFFECTIVE + DAY) == []
    assert run(of, NOW + 6 * HOUR) == 0, "nobody has registered since, and nothing is asked"


def test_a_run_interrupted_anywhere_and_resumed_mails_everybody_once():
    """Legs end after few mails, mails fail now and then, messages come twice and much later."""
    of = announcing(300)
    of.mailing.outbox.faults = [TransientError("SES")] * 5
    errands = of.errands(NOW)
    now, legs = NOW, 0
    todo = errands + errands[:5]
    while todo:
        errand = json.loads(json.dumps(todo.pop(0)))
        enough = len(of.mailing.outbox.sent) + 7
        done = of.notice_leg(errand, now, lambda: len(of.mailing.outbox.sent) < enough)  # noqa: B023
        legs += 1
        if done.failed:
            todo.append(errand)
            now += 30 * MINUTE
        elif not done.finished:
            todo.append({**errand, **done.next()})
    assert legs > 3 * SHARDS
    assert mailed(of) == everybody(300)
    assert of.announcements.out_at(SECOND) == now
    assert of.errands(now) == []


def test_a_mail_that_fails_keeps_its_shard_open_until_it_went_out():
    of = announcing(1)
    of.mailing.outbox.faults = [TransientError("SES: TooManyRequestsException")]
    errand = next(e for e in of.errands(NOW) if e["shard"] == shard_of("usr_0"))
    assert len(of.notice_leg(errand, NOW, lambda: True).failed) == 1
    busy = of.notice_leg(errand, NOW + MINUTE, lambda: True)
    assert "MailInProgressError" in busy.failed[0], "its claim has not lapsed"
    assert of.announcements.walks(SECOND)[errand["shard"]].ended_at is None
    later = of.notice_leg(errand, NOW + 30 * MINUTE, lambda: True)
    assert (later.failed, later.counts, mailed(of)) == ((), {"sent": 1}, everybody(1))


def test_a_refused_address_was_attempted():
    of = announcing(2)
    of.mailing.outbox.refused.add("1@example.com")
    run(of)
    assert mailed(of) == everybody(1)
    assert of.announcements.out_at(SECOND) == NOW


def test_two_at_the_same_mail_do_not_both_send_it():
    of = announcing(1)
    assert of.mailing.mailed.claim("usr_0", f"policy#{SECOND}", NOW) is Claim.MINE
    errand = next(e for e in of.errands(NOW) if e["shard"] == shard_of("usr_0"))
    assert of.notice_leg(errand, NOW, lambda: True).failed
    assert mailed(of) == []


def test_who_registers_later_is_told_the_next_day_and_moves_nothing():
    of = announcing(3)
    run(of)
    registered(of.mailing.directory, 7, NOW + HOUR)
    assert run(of, NOW + 21 * HOUR) == SHARDS
    assert mailed(of) == sorted([*everybody(3), "7@example.com"])
    assert of.announcements.out_at(SECOND) == NOW
    walk = of.announcements.walks(SECOND)[0]
    assert walk.told_until == NOW + 21 * HOUR - SETTLING


def test_a_walk_that_died_is_begun_again():
    of = announcing(3)
    assert len(of.errands(NOW)) == SHARDS
    assert of.errands(NOW + 6 * HOUR) == []
    assert len(of.errands(NOW + 12 * HOUR)) == SHARDS


def test_a_version_whose_notices_are_not_all_out_in_time_alarms_and_does_not_take_effect():
    of = announcing(3)
    errands = of.errands(NOW)
    run(of, errands=errands[1:])
    assert of.announcements.out_at(SECOND) is None
    assert of.late(EFFECTIVE - 14 * DAY) == []
    assert of.late(EFFECTIVE - 14 * DAY + MINUTE) == [SECOND]
    run(of, EFFECTIVE - 13 * DAY, errands=errands[:1])
    assert of.announcements.out_at(SECOND) == EFFECTIVE - 13 * DAY
    assert of.late(EFFECTIVE - 12 * DAY) == [SECOND]
    assert of.policy.in_force(EFFECTIVE + DAY).id == "2026-05-02"
    assert of.late(EFFECTIVE + DAY) == [SECOND]


def test_a_version_is_announced_on_the_bus_once():
    of = announcing()
    of.announce(NOW)
    of.announce(NOW + HOUR)
    (kind, detail), *rest = of.bus.events
    assert (kind, detail["version"], rest) == ("Policy Announced", SECOND, [])
    assert {"field": "leftover_days", "before": "60", "after": "30"} in detail["changes"]


def test_a_minor_version_is_announced_but_nobody_is_mailed():
    of = announcing(3)
    minor = PolicyBook.of([FIRST_TEXT, text("minor", EFFECTIVE, poll_from_minute=6)])
    of = replace(of, policy=minor)
    of.announce(NOW)
    assert of.errands(NOW) == []
    assert [detail["version"] for _, detail in of.bus.events] == ["minor"]
    assert of.late(EFFECTIVE + DAY) == []


def test_the_mail_says_what_changes_and_from_when():
    of = announcing(1)
    run(of)
    (mail,) = of.mailing.outbox.sent
    assert mail.subject == "Our refund policy changes on 1 July 2026"
    assert "leftover paid credits stay on your balance for 60 days" in mail.text
    assert "leftover paid credits stay on it for 30 days" in mail.text
    assert ("Auto-Submitted", "auto-generated") in mail.headers


def test_the_book_asks_for_notices_only_when_a_material_date_has_come():
    asked = []
    told = replace(book(), notices_out=asked.append)
    told.in_force(EFFECTIVE - MINUTE)
    assert asked == []
    told.in_force(EFFECTIVE)
    assert asked == [SECOND]


def test_a_walk_that_never_ends_is_stopped():
    with pytest.raises(InvariantViolationError, match="no end after"):
        Leg(3, number=LEGS_MAX).next()


def test_legs_survive_their_message():
    leg = Leg(3, "cursor", {"sent": 2}, number=1)
    assert Leg.of(json.loads(json.dumps(leg.next()))) == replace(leg, number=2)
    assert timedelta(minutes=5) == SETTLING
