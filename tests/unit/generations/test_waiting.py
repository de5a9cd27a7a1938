"""Waiting for the customer to record a phrase: noted, and ended, by what the provider reports."""

import pytest

from tests.support.generations import (
    AT,
    MINUTE,
    T0,
    called_back,
    charge,
    in_memory,
    submitted,
    tell,
)


@pytest.fixture
def world():
    return in_memory()


def voice(status, phrase="Please read this."):
    data = {"taskId": "v1", "validateInfo": phrase, "status": status, "errorCode": 0}
    return {"code": 200, "msg": "success", "data": data}


@pytest.mark.parametrize("submitted_first", [True, False])
def test_waiting_for_the_user_is_noted_whatever_comes_first(world, submitted_first):
    charge(world, "gen_2", "voice_clone")
    where = {"generation": "gen_2", "provider": "sunoapi"}
    reports = [
        submitted("v1", at=AT, **where),
        called_back(voice("wait_validating"), authenticated=False, at=AT + MINUTE, **where),
    ]
    for report in reports if submitted_first else reversed(reports):
        tell(world, report, now=AT + 2 * MINUTE)
    task = world.ledger.account("usr_1").tasks["gen_2"]
    assert (task.task_id, task.waiting_since) == ("v1", AT + MINUTE)


def test_the_wait_ends_when_the_next_task_is_submitted(world):
    charge(world, "gen_2", "voice_clone", at=T0)
    where = {"generation": "gen_2", "provider": "sunoapi"}
    tell(world, submitted("v1", at=AT, **where))
    tell(world, called_back(voice("wait_validating"), at=AT, **where))
    tell(world, submitted("v2", at=AT + 30 * MINUTE, **where))
    task = world.ledger.account("usr_1").tasks["gen_2"]
    assert (task.waiting_since, task.waited) == (None, 30 * MINUTE)


def test_the_wait_ends_when_the_provider_goes_on(world):
    charge(world, "gen_2", "voice_clone", at=T0)
    where = {"generation": "gen_2", "provider": "sunoapi"}
    tell(world, submitted("v1", at=AT, **where))
    tell(world, called_back(voice("wait_validating"), at=AT, **where))
    earlier = called_back(voice("processing_validate"), at=AT, **where)
    tell(world, earlier, now=AT + MINUTE)
    assert world.ledger.account("usr_1").tasks["gen_2"].waiting_since == AT
    tell(world, called_back(voice("processing_validate"), at=AT + 9 * MINUTE, **where))
    task = world.ledger.account("usr_1").tasks["gen_2"]
    assert (task.waiting_since, task.waited) == (None, 9 * MINUTE)


@pytest.mark.parametrize("by", ["progress", "submission"])
def test_a_notice_of_waiting_that_comes_again_does_not_count_the_wait_twice(world, by):
    """Else the customer's hour would begin when the notice was delivered the second time."""
    charge(world, "gen_2", "voice_clone", at=T0)
    where = {"generation": "gen_2", "provider": "sunoapi"}
    notice = called_back(voice("wait_validating"), at=AT, **where)
    later = AT + 90 * MINUTE
    goes_on = (
        called_back(voice("processing_validate"), at=later, **where)
        if by == "progress"
        else submitted("v2", at=later, **where)
    )
    for report in (submitted("v1", at=AT, **where), notice, goes_on, notice):
        tell(world, report, now=later + MINUTE)
    task = world.ledger.account("usr_1").tasks["gen_2"]
    assert (task.waiting_since, task.waited) == (None, 90 * MINUTE)
    again = called_back(voice("wait_validating"), at=later + 2 * MINUTE, **where)
    tell(world, again)
    assert world.ledger.account("usr_1").tasks["gen_2"].waiting_since == later + 2 * MINUTE


def test_nothing_waited_before_it_was_charged(world):
    """Else the report of a clock that is behind would stretch the pause, and with it the hour."""
    charge(world, "gen_2", "voice_clone", at=AT)
    where = {"generation": "gen_2", "provider": "sunoapi"}
    tell(world, submitted("v1", at=AT, **where))
    behind = called_back(voice("wait_validating"), at=AT - 120 * MINUTE, **where)
    tell(world, behind, now=AT + MINUTE)
    assert world.ledger.account("usr_1").tasks["gen_2"].waiting_since == AT
