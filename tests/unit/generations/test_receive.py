"""Reports about generations: what settles, what does not, and that order does not matter."""

import itertools

import pytest
from reprise.ledger.errors import GenerationUnknownError
from reprise.metrics import Metric
from reprise.usecases.generations.receive import ResultUnreadableError
from reprise.usecases.generations.settling import Done

from tests.support.generations import (
    AT,
    MINUTE,
    balance,
    called_back,
    charge,
    in_memory,
    outcome,
    rejected,
    submitted,
    tell,
)
from tests.support.provider_bodies import TWO, callback, record, song

FAILED = callback(code=501, stage="error")
COMPLETE = callback(*TWO)
HALF = callback(song(1))


@pytest.fixture
def world():
    generations = in_memory()
    charge(generations)
    return generations


def metrics_of(handling):
    return {measure.metric: measure for measure in handling.measures}


@pytest.mark.parametrize(
    ("payload", "ended", "left"),
    [
        (COMPLETE, "delivered", 90),
        (HALF, "partial", 95),
        (FAILED, "failed", 100),
        (callback(), "empty", 100),
    ],
)
def test_a_result_that_is_vouched_for_settles_the_charge(world, payload, ended, left):
    handling = tell(world, called_back(payload))
    assert (handling.done, outcome(world)["outcome"], balance(world)) == (Done.SETTLED, ended, left)
    counted = metrics_of(handling)
    assert counted[Metric.OUTCOME].dimensions["operation"] == "music_simple"
    assert (Metric.REFUND_AGE_SECONDS in counted) is (ended != "delivered")


def test_the_outcome_says_why(world):
    tell(world, called_back(FAILED))
    facts = outcome(world)
    assert (facts["provider"], facts["code"], facts["rule"]) == (
        *("kie", "501"),
        "kie.callback.error-code",
    )
    assert facts["reason"] == "The provider failed to make it."
    assert "promised" not in facts
    charge(world, "gen_2")
    tell(world, called_back(HALF, generation="gen_2"))
    facts = outcome(world, "gen_2")
    assert (facts["delivered"], facts["promised"]) == (1, 2)


def test_a_refund_is_as_old_as_the_report_of_the_failure(world):
    counted = metrics_of(tell(world, called_back(FAILED), now=AT + 30 * MINUTE))
    assert counted[Metric.REFUND_AGE_SECONDS].value == 1800
    assert counted[Metric.OUTCOME].dimensions["reason"] == "generation"


@pytest.mark.parametrize("payload", [COMPLETE, FAILED, callback()])
def test_a_result_that_nobody_vouches_for_settles_nothing_by_itself(world, payload):
    assert tell(world, called_back(payload, authenticated=False)).done is Done.OPEN
    assert outcome(world) is None


def test_a_result_that_nobody_vouches_for_is_confirmed_by_polling(world):
    """The poll decides, not the callback that caused it."""
    tell(world, submitted())
    world.poller.answers("kie", "t1", record("SUCCESS", *TWO))
    assert tell(world, called_back(FAILED, authenticated=False)).done is Done.SETTLED
    assert outcome(world)["rule"] == "kie.poll.outputs-all"


@pytest.mark.parametrize("answer", [None, record("PENDING"), {"what": "is this"}])
def test_a_poll_that_is_no_verdict_leaves_the_charge_open(world, answer):
    tell(world, submitted())
    if answer is None:
        world.poller.fails("kie", "t1")
    else:
        world.poller.answers("kie", "t1", answer)
    assert tell(world, called_back(FAILED, authenticated=False)).done is Done.OPEN


@pytest.mark.parametrize("status", ["GENERATE_AUDIO_FAILED", "SUCCESS"])
def test_a_record_of_another_task_says_nothing_of_this_one(world, status):
    tell(world, submitted("t1"))
    world.poller.answers("kie", "t1", record(status, taskId="t_of_another"))
    assert tell(world, called_back(FAILED, authenticated=False)).done is Done.OPEN
    world.poller.answers("kie", "t1", record("GENERATE_AUDIO_FAILED", taskId="t1"))
    world.poller.poll("kie", "music_simple", "t1")
    assert tell(world, called_back(FAILED, authenticated=False)).done is Done.SETTLED


def test_without_a_poller_the_rest_is_left_to_the_deadline():
    world = in_memory(polls=False)
    charge(world)
    tell(world, submitted())
    assert tell(world, called_back(FAILED, authenticated=False)).done is Done.OPEN


def test_a_forged_callback_cannot_choose_the_task_that_is_polled(world):
    tell(world, submitted("t1"))
    world.poller.answers("kie", "t1", record("PENDING"))
    world.poller.answers("kie", "t_of_another", record("GENERATE_AUDIO_FAILED"))
    forged = callback(code=501, stage="error") | {"task_id": "t_of_another"}
    tell(world, called_back(forged, authenticated=False))
    assert outcome(world) is None
    assert {task for _, _, task in world.poller.asked} == {"t1"}


@pytest.mark.parametrize("answer", [record("PENDING"), None])
def test_a_result_that_names_two_tasks_is_not_the_generations_end(world, answer):
    tell(world, submitted("t1"))
    if answer is None:
        world.poller.fails("kie", "t1")
    else:
        world.poller.answers("kie", "t1", answer)
    two = FAILED | {"task_id": "t_of_another"}
    assert tell(world, called_back(two)).done is Done.OPEN
    assert outcome(world) is None


def test_a_result_of_an_earlier_submission_is_not_the_generations_end(world):
    tell(world, submitted("t1"))
    tell(world, submitted("t2", at=AT + MINUTE))
    assert tell(world, called_back(FAILED, at=AT + MINUTE)).done is Done.OPEN
    tell(world, submitted("t3", provider="sunoapi", at=AT + 2 * MINUTE))
    assert tell(world, called_back(FAILED, at=AT + 2 * MINUTE)).done is Done.OPEN


@pytest.mark.parametrize(
    ("answer", "ended"),
    [
        (record("PENDING"), None),
        (record("SUCCESS", *TWO), "delivered"),
        ({"code": 200, "msg": "success", "data": None}, "failed"),
        (None, "failed"),
    ],
)
def test_a_result_under_an_unknown_task_id_counts_if_the_provider_cannot_tell(world, answer, ended):
    """A signed result may have been replayed to another generation's address."""
    tell(world, submitted("t_of_ours"))
    if answer is None:
        world.poller.fails("kie", "t_of_ours")
    else:
        world.poller.answers("kie", "t_of_ours", answer)
    tell(world, called_back(FAILED))
    facts = outcome(world)
    assert (facts and facts["outcome"]) == ended


def test_progress_moves_nothing(world):
    for stage in ("text", "first"):
        assert tell(world, called_back(callback(song(1), stage=stage))).done is Done.OPEN
    assert balance(world) == 90
    assert tell(world, called_back(FAILED)).refunded == 10


REPORTS = {
    "submitted": lambda: submitted(at=AT),
    "text": lambda: called_back(callback(stage="text"), at=AT + MINUTE),
    "failed": lambda: called_back(FAILED, at=AT + 2 * MINUTE),
    "complete": lambda: called_back(COMPLETE, at=AT + 3 * MINUTE),
}


@pytest.mark.parametrize("order", list(itertools.permutations(REPORTS)), ids="-".join)
def test_in_any_order_and_twice_each_the_first_terminal_result_wins(order):
    world = in_memory()
    charge(world)
    for name in (*order, *order):
        tell(world, REPORTS[name](), now=AT + 5 * MINUTE)
    first = min(("failed", "complete"), key=order.index)
    assert balance(world) == (100 if first == "failed" else 90)
    journal = list(world.ledger.store.journal("usr_1"))
    assert [entry.key.split("#")[0] for entry in journal] == ["settle", "charge", "outcome", "late"]
    assert journal[-1].postings == ()


@pytest.mark.parametrize(("length", "ended"), [("961245", "delivered"), ("0", "empty")])
def test_a_call_that_was_answered_with_the_song_is_reported_as_a_callback(world, length, ended):
    """There is no task, so nobody else could ever say how it ended."""
    headers = {"content-type": "audio/mpeg", "content-length": length}
    answer = {"http_status": 200, "headers": headers, "body": None}
    assert tell(world, called_back(answer, provider="elevenlabs")).done is Done.SETTLED
    assert outcome(world)["outcome"] == ended


def test_a_rejection_is_refunded_at_once(world):
    handling = tell(
        world, rejected({"code": 422, "msg": "Please enter callBackUrl.", "data": None})
    )
    assert (handling.refunded, outcome(world)["outcome"]) == (10, "failed")
    assert outcome(world)["code"] == "422"


@pytest.mark.parametrize("payload", [None, "", "connection reset", {"code": "?"}])
def test_a_rejection_needs_no_words_of_the_provider(world, payload):
    assert tell(world, rejected(payload, provider="")).refunded == 10
    assert outcome(world)["reason"] == "The generation could not be started."


def test_a_rejection_of_a_generation_that_has_a_task_is_asked_about(world):
    tell(world, submitted())
    assert tell(world, rejected({"code": 422})).done is Done.OPEN
    world.poller.answers("kie", "t1", record("GENERATE_AUDIO_FAILED"))
    assert tell(world, rejected({"code": 422})).refunded == 10


def test_a_rejection_whose_body_says_accepted_is_kept(world):
    accepted = {"code": 200, "msg": "success", "data": {"taskId": "t1"}}
    with pytest.raises(ResultUnreadableError):
        tell(world, rejected(accepted))
    assert outcome(world) is None


@pytest.mark.parametrize("payload", [None, 7, "??", {"code": 200, "data": {"callbackType": "new"}}])
def test_an_unreadable_result_is_kept_until_the_charge_is_settled(world, payload):
    with pytest.raises(ResultUnreadableError):
        tell(world, called_back(payload))
    assert outcome(world) is None
    tell(world, called_back(FAILED))
    assert tell(world, called_back(payload)).done is Done.REPLAYED


def test_an_unreadable_result_is_not_kept_if_a_poll_explains_it(world):
    tell(world, submitted())
    world.poller.answers("kie", "t1", record("GENERATE_AUDIO_FAILED"))
    assert tell(world, called_back({"what": "?"})).refunded == 10


@pytest.mark.parametrize("where", [{"account": "usr_9"}, {"generation": "gen_9"}])
def test_a_report_that_fits_no_charge_is_unknown(world, where):
    """Also where only the account differs: its id is an address."""
    charge(world, "gen_2", account="usr_2")
    for report in (submitted(**where), called_back(FAILED, **where), rejected(**where)):
        with pytest.raises(GenerationUnknownError):
            tell(world, report)
    with pytest.raises(GenerationUnknownError):
        tell(world, called_back(FAILED, generation="gen_2"))


def test_the_operation_is_the_charges(world):
    """A track is no result of stems, whatever an event says it was about."""
    charge(world, "gen_2", "stems_2")
    with pytest.raises(ResultUnreadableError):
        tell(world, called_back(callback(*TWO, stage="odd"), generation="gen_2"))


def test_a_submission_after_the_end_changes_nothing(world):
    tell(world, called_back(FAILED))
    assert tell(world, submitted(at=AT + MINUTE)).done is Done.REPLAYED
    assert world.ledger.account("usr_1").tasks == {}


def test_a_handful_of_twelve_stems_is_what_the_policy_says(world):
    charge(world, "gen_2", "stems_12")
    stems = {f"{name}_url": f"https://cdn.example/{name}.mp3" for name in ("vocal", "drum", "bass")}
    body = {"code": 200, "data": {"task_id": "t1", "vocal_separation_info": stems}}
    tell(world, called_back(body, generation="gen_2"))
    assert outcome(world, "gen_2")["outcome"] == "partial"
