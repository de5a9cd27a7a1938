"""The deadline: polled from minute 5, refunded at minute 20, waiting for the user aside."""

from datetime import timedelta

import pytest
from reprise.ledger.entries import Cause
from reprise.metrics import Metric
from reprise.ports.ledger import StoreBusyError, shard_of
from reprise.usecases.generations.deadline import Run, keep_promise

from tests.support.generations import (
    balance,
    called_back,
    charge,
    in_memory,
    outcome,
    submitted,
    tell,
)
from tests.support.ledger import HOUR, MINUTE, T0
from tests.support.provider_bodies import TWO, record, song


@pytest.fixture
def world():
    generations = in_memory()
    charge(generations)
    tell(generations, submitted(at=T0 + timedelta(seconds=2)))
    return generations


def run(generations, at, *, may_go_on=lambda: True, workers=1):
    """Run at a minute after T0, or at an instant; return the report and what was told."""
    told = []
    now = T0 + at * MINUTE if isinstance(at, int | float) else at
    cause = Cause("schedule", f"tick_{now}")
    report = keep_promise(
        generations,
        Run(now, cause, may_go_on, lambda where, handling: told.append((where, handling)), workers),
    )
    return report, [handling for _, handling in told]


def test_nobody_is_asked_before_minute_five(world):
    run(world, 4.9)
    assert world.poller.asked == []
    run(world, 5)
    assert len(world.poller.asked) == 1


@pytest.mark.parametrize(
    ("answer", "ended", "left"),
    [
        (record("SUCCESS", *TWO), "delivered", 90),
        (record("SUCCESS", song(1)), "partial", 95),
        (record("SUCCESS"), "empty", 100),
        (record("GENERATE_AUDIO_FAILED"), "failed", 100),
        (record("PENDING", errorCode=413), "failed", 100),
    ],
)
def test_what_the_provider_says_is_the_outcome(world, answer, ended, left):
    world.poller.answers("kie", "t1", answer)
    report, _ = run(world, 5)
    assert (outcome(world)["outcome"], balance(world)) == (ended, left)
    assert (report.looked_at, report.settled) == (1, 1)


NO_VERDICTS = [
    record("PENDING"),
    record("FIRST_SUCCESS", song(1)),
    record("CALLBACK_EXCEPTION"),
    record("WHAT_IS_THIS"),
    {"code": 200, "msg": "success", "data": None},
    {"code": 500, "msg": "Server Error", "data": None},
    None,
]


@pytest.mark.parametrize("answer", NO_VERDICTS)
def test_what_is_no_verdict_is_refunded_at_the_deadline_only(world, answer):
    if answer is None:
        world.poller.fails("kie", "t1")
    else:
        world.poller.answers("kie", "t1", answer)
    for minute in (5, 10, 15, 19.9):
        run(world, minute)
        assert outcome(world) is None
    run(world, 20)
    assert (outcome(world)["outcome"], balance(world)) == ("unresolved", 100)
    assert outcome(world)["rule"] == "deadline"


def test_a_last_answer_counts_more_than_the_deadline(world):
    world.poller.answers("kie", "t1", record("SUCCESS", *TWO))
    run(world, 30)
    assert outcome(world)["outcome"] == "delivered"


def test_when_time_presses_nobody_is_asked(world):
    run(world, 46)
    assert world.poller.asked == []
    assert outcome(world)["outcome"] == "unresolved"


@pytest.mark.parametrize("provider", ["fal", "nobody_knows"])
def test_a_charge_that_cannot_be_asked_about_is_refunded_at_its_deadline(provider):
    world = in_memory()
    charge(world)
    tell(world, submitted(provider=provider))
    run(world, 19)
    assert outcome(world) is None
    run(world, 20)
    assert outcome(world)["outcome"] == "unresolved"


def test_a_charge_without_a_task_is_refunded_at_its_deadline():
    world = in_memory()
    charge(world)
    run(world, 19)
    assert outcome(world) is None
    _, told = run(world, 20)
    assert (told[0].refunded, world.poller.asked) == (10, [])


def test_an_operation_that_is_gone_is_refunded_too(world):
    charge(world, "gen_old", "karaoke")
    tell(world, submitted("t9", generation="gen_old"))
    run(world, 20)
    assert outcome(world, "gen_old")["outcome"] == "unresolved"


def test_the_refunds_age_is_that_of_the_charge(world):
    _, told = run(world, 25)
    ages = [m.value for m in told[0].measures if m.metric is Metric.REFUND_AGE_SECONDS]
    assert ages == [25 * 60]


def test_a_success_after_the_deadline_is_noted_and_not_charged(world):
    run(world, 20)
    late = called_back(record("SUCCESS", *TWO), at=T0 + HOUR)
    tell(world, late)
    assert balance(world) == 100


def test_running_twice_refunds_once(world):
    run(world, 20)
    report, told = run(world, 20)
    assert (balance(world), report.looked_at, told) == (100, 0, [])


# Waiting for the user ----------------------------------------------------------------------------

WAITING = {
    "code": 200,
    "data": {"taskId": "v1", "status": "wait_validating", "validateInfo": "Please read this."},
}
RECORDED = {"code": 200, "data": {"taskId": "v1", "status": "processing_validate"}}


@pytest.fixture
def voice():
    """A voice that waits for its customer from minute 1 on."""
    generations = in_memory()
    charge(generations, operation="voice_clone")
    tell(generations, submitted("v1", provider="sunoapi", at=T0 + MINUTE))
    tell(generations, called_back(WAITING, provider="sunoapi", at=T0 + MINUTE))
    generations.poller.answers("sunoapi", "v1", WAITING)
    return generations


def test_waiting_for_the_user_pauses_the_deadline(voice):
    for minute in (5, 20, 60, 23 * 60):
        run(voice, minute)
        assert outcome(voice) is None


@pytest.mark.parametrize("is_reachable", [True, False])
def test_it_waits_for_a_day_at_most(voice, is_reachable):
    if not is_reachable:
        voice.poller._answers.clear()
    day = 24 * 60
    run(voice, day + 19)
    assert outcome(voice) is None
    run(voice, day + 20)
    assert outcome(voice)["outcome"] == "unresolved"


def test_its_clock_goes_on_when_the_user_is_done(voice):
    """A minute of it had passed before, so nineteen are left."""
    voice.poller._answers.clear()
    voice.poller.answers("sunoapi", "v1", RECORDED)
    run(voice, 120)
    assert voice.ledger.account("usr_1").tasks["gen_1"].waited == 119 * MINUTE
    run(voice, 138.9)
    assert outcome(voice) is None
    _, told = run(voice, 139)
    assert outcome(voice)["outcome"] == "unresolved"
    ages = [m.value for m in told[0].measures if m.metric is Metric.REFUND_AGE_SECONDS]
    assert ages == [20 * 60]


def test_a_lost_notice_of_waiting_is_found_by_polling():
    world = in_memory()
    charge(world, operation="voice_clone")
    tell(world, submitted("v1", provider="sunoapi", at=T0 + MINUTE))
    world.poller.answers("sunoapi", "v1", WAITING)
    run(world, 20)
    assert outcome(world) is None
    world.poller._answers.clear()
    world.poller.fails("sunoapi", "v1")
    run(world, 25)
    assert outcome(world) is None


def test_one_waiting_voice_does_not_keep_back_its_accounts_other_charges(voice):
    charge(voice, "gen_2", at=T0 + MINUTE)
    run(voice, 21)
    assert (outcome(voice), outcome(voice, "gen_2")["outcome"]) == (None, "unresolved")


# Backlogs ----------------------------------------------------------------------------------------


def test_a_run_out_of_time_leaves_the_youngest_to_the_next():
    world = in_memory()
    for number in range(300):
        charge(world, account=f"usr_{number}", at=T0 + number * timedelta(seconds=1))
    left = iter(range(200))
    report, told = run(world, 60, may_go_on=lambda: next(left, None) is not None)
    assert not report.finished
    assert 0 < report.settled == len(told) < 300
    report, _ = run(world, 60)
    assert report.finished
    assert all(balance(world, f"usr_{n}") == 100 for n in range(300))


def test_a_backlog_drains_in_one_run_side_by_side():
    world = in_memory()
    for number in range(1_000):
        charge(world, account=f"usr_{number % 400}", generation=f"gen_{number}")
    report, _ = run(world, 20, workers=8)
    assert (report.settled, report.finished, report.failed) == (1_000, True, [])


def test_one_accounts_trouble_is_no_others(world, monkeypatch):
    charge(world, "gen_2", account="usr_2")
    commit = world.ledger.store.commit

    def busy(decision):
        if decision.account.account_id == "usr_1":
            raise StoreBusyError("busy")
        commit(decision)

    monkeypatch.setattr(world.ledger.store, "commit", busy)
    report, _ = run(world, 20)
    assert [account for account, _ in report.failed] == ["usr_1"]
    assert outcome(world, "gen_2", "usr_2")["outcome"] == "unresolved"


def test_the_oldest_that_stays_open_is_told(world):
    report, _ = run(world, 7)
    assert report.oldest == 7 * MINUTE


def test_more_accounts_than_a_page_are_all_found():
    """A shard holds a page of a hundred; these are of one shard."""
    world = in_memory()
    names = [name for name in (f"usr_{n}" for n in range(4_000)) if shard_of(name) == 3][:150]
    for name in names:
        charge(world, account=name)
    assert run(world, 20)[0].settled == 150


def test_without_time_for_those_that_wait_the_run_is_not_finished(voice):
    left = iter((True, True))
    report, told = run(voice, 30, may_go_on=lambda: next(left, False))
    assert (report.finished, told) == (False, [])


def test_a_waiting_accounts_trouble_is_told(voice, monkeypatch):
    def breaks(*_):
        raise RuntimeError("odd")

    monkeypatch.setattr(voice.poller, "poll", breaks)
    report, _ = run(voice, 30)
    assert report.failed == [("usr_1", "RuntimeError: odd")]


def test_a_poll_that_breaks_keeps_nobody_from_the_refund(world, monkeypatch):
    charge(world, "gen_2")

    def breaks(*_):
        raise RuntimeError("odd")

    monkeypatch.setattr(world.poller, "poll", breaks)
    report, _ = run(world, 20)
    assert (balance(world), report.settled, len(report.failed)) == (100, 2, 1)
