"""What the documentation does not show and the wild does: spellings, wrappers, odd values."""

import json
import math

import pytest
from reprise.providers.verdict import Outcome, Step

from tests.support.provider_bodies import POLL, TWO, callback, outcome, read, record, song


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (callback(*TWO, code="200"), "delivered"),
        (callback(*TWO, code="two hundred"), "unknown"),
        (callback(*TWO, code=[200]), "unknown"),
        (callback(*TWO, code="2e2"), "unknown"),
        (callback(*TWO, code="2_00"), "unknown"),
        (callback(*TWO, code="\uff12\uff10\uff10"), "unknown"),
        (callback(*TWO, code=200.0), "delivered"),
        (callback(*TWO, code=" 200 "), "delivered"),
        (callback(code="501", stage="error"), "failed"),
        (callback(*TWO, code=501), "failed"),
        (callback(*TWO, code=True), "unknown"),
        (callback(*TWO, code=None), "unknown"),
        (callback(*TWO, code=7), "unknown"),
        (callback(*TWO, code=599), "failed"),
        (callback(*TWO, stage="error"), "failed"),
        (callback(*TWO, stage="COMPLETE"), "delivered"),
        (callback(song(1), stage="second"), "progress"),
        (callback(*TWO, stage="first"), "progress"),
        (callback(*TWO, stage=None), "unknown"),
        (callback(*TWO, stage="archived"), "unknown"),
        (callback(stage="complete", error="Generation failed"), "failed"),
        (callback(*TWO, error=""), "delivered"),
        (callback(data={}), "empty"),
        (callback(data=song(1)), "partial"),
        (callback(data={"songs": 2}), "unknown"),
        (callback(data="soon"), "unknown"),
    ],
)
def test_code_and_stage_decide_in_that_order(body, expected):
    assert outcome(body) == expected


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (song(2, audio_url=""), "partial"),
        (song(2, audio_url="   "), "partial"),
        (song(2, audio_url="null"), "partial"),
        (song(2, audio_url=None, stream_audio_url="https://stream.example/2"), "partial"),
        (song(2, audio_url="/files/2.mp3"), "partial"),
        (song(2, audio_url="ftp://cdn.example/2.mp3"), "partial"),
        (song(2, audio_url="https://"), "partial"),
        (song(2, audio_url="https://cdn.example/two files.mp3"), "partial"),
        (song(2, audio_url="https://cdn.example/" + "a" * 9_000), "partial"),
        (song(2, audio_url="https://[broken"), "partial"),
        (song(2, audio_url={"url": "https://cdn.example/2.mp3"}), "unknown"),
        (song(2, audio_url=12), "unknown"),
        (song(2, audio_url="https://cdn1.suno.ai/None.mp3"), "partial"),
        (song(2, audio_url="https://cdn.example/songs/null?v=2"), "partial"),
        (song(2, audio_url="https://cdn.example/"), "delivered"),
        # What Suno streams while it generates; the file takes the address's place later.
        (song(2, audio_url="https://audiopipe.suno.ai/?item_id=2"), "progress"),
        (song(2, audio_url="https://AudioPipe.suno.ai/?item_id=2", duration=0), "progress"),
        (
            song(
                2,
                audio_url="https://audiopipe.suno.ai/?item_id=2",
                source_audio_url="https://origin.example/2.mp3",
            ),
            "delivered",
        ),
        (song(2, audio_url="https://audiopipe.suno.ai/?item_id=2", status="error"), "partial"),
        (song(2, duration=0), "partial"),
        (song(2, duration="0.0"), "partial"),
        (song(2, duration=None), "delivered"),
        (song(2, duration=math.nan), "delivered"),
        (song(2, duration="143.5"), "delivered"),
        (song(2, audio_url="", source_audio_url="https://origin.example/2.mp3"), "delivered"),
        (song(2, audio_url="", audioUrl="https://cdn.example/2.mp3"), "delivered"),
        ({"id": "s2", "sourceAudioUrl": "HTTPS://origin.example/2.mp3"}, "delivered"),
        (song(1), "partial"),  # the same file twice is one output
        (None, "partial"),
        ({}, "partial"),
        (song(2, status="failed"), "partial"),
        (song(2, status="streaming"), "progress"),
        (17, "unknown"),
        ("garbage", "unknown"),
    ],
)
def test_only_files_that_can_be_fetched_are_outputs(second, expected):
    assert outcome(callback(song(1), second)) == expected


@pytest.mark.parametrize(
    "wrap",
    [
        json.dumps,
        lambda body: [body],
        lambda body: {"payload": body},
        lambda body: {"body": json.dumps(body)},
        lambda body: {"event": {"data": [json.dumps(body)]}},
        lambda body: {"statusCode": 200, "result": body},
    ],
)
def test_wrappers_are_taken_off(wrap):
    body = callback(*TWO)
    assert read(wrap(body)) == read(body)


def test_names_are_read_in_any_spelling():
    """The providers mix camel and snake case, within one body too."""

    def camel(value):
        if isinstance(value, dict):
            words = {key: key.split("_") for key in value}
            joined = {k: w[0] + "".join(x.title() for x in w[1:]) for k, w in words.items()}
            return {joined[key]: camel(item) for key, item in value.items()}
        return [camel(item) for item in value] if isinstance(value, list) else value

    body = callback(*TWO)
    assert "audioUrl" in str(camel(body))
    assert read(camel(body)) == read(body)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"code": 200, "data": {"task_id": "a"}}, "a"),
        ({"code": 200, "data": {"taskId": 12}}, "12"),
        ({"code": 200, "task_id": "a", "data": {}}, "a"),
        ({"code": 200, "task_id": "a", "data": {"taskId": "a"}}, "a"),
        ({"code": 200, "task_id": "a", "data": {"taskId": "b"}}, ""),
        ({"code": 200, "data": {"task_id": "a", "taskId": "b"}}, ""),
        ({"code": 200, "data": {"task_id": " ", "taskId": None}}, None),
        ({"code": 200, "data": {"task_id": "x" * 5_000}}, None),
        ({"code": 200, "data": {"task_id": ["a"]}}, None),
    ],
)
def test_the_task_id_is_the_only_one_or_none(body, expected):
    assert read(body).task_id == expected


@pytest.mark.parametrize(
    ("body", "expected", "step"),
    [
        (record("SUCCESS", *TWO), "delivered", Step.OUTPUTS),
        (record("success", *TWO, errorCode="0"), "delivered", Step.OUTPUTS),
        (record("SUCCESS", song(1)), "partial", Step.SOME_OUTPUT),
        (record("SUCCESS", song(1), errorCode=500), "failed", Step.CONTRADICTION),
        (record("SUCCESS"), "empty", Step.NO_OUTPUT),
        (record("SUCCESS", response="oops"), "unknown", Step.SHAPE),
        (record("SUCCESS", response=json.dumps({"sunoData": TWO})), "delivered", Step.OUTPUTS),
        (record("FIRST_SUCCESS", *TWO), "progress", Step.PROGRESS),
        (record("TEXT_SUCCESS"), "progress", Step.PROGRESS),
        (record("PENDING"), "progress", Step.PROGRESS),
        (record("PENDING", errorCode=413), "failed", Step.PENDING_WITH_ERROR),
        (record("PENDING", errorCode="413"), "failed", Step.PENDING_WITH_ERROR),
        (record("PENDING", errorCode=0), "progress", Step.PROGRESS),
        (record("PENDING", errorCode=-1), "progress", Step.PROGRESS),
        (record("PENDING", errorMessage="slow"), "progress", Step.PROGRESS),
        (record("SENSITIVE_WORD_ERROR"), "failed", Step.STATUS),
        (record("GENERATE_AUDIO_FAILED", *TWO), "failed", Step.STATUS),
        (record("NEW_KIND_OF_FAILURE"), "unknown", Step.SHAPE),
        (record("NEW_KIND_OF_FAILURE", errorCode=500), "failed", Step.STATUS_ERROR),
        (record("CALLBACK_EXCEPTION"), "unknown", Step.CALLBACK_EXCEPTION),
        (record("CALLBACK_EXCEPTION", song(1)), "unknown", Step.CALLBACK_EXCEPTION),
        (record("CALLBACK_EXCEPTION", errorCode=500), "unknown", Step.CALLBACK_EXCEPTION),
        (record("CALLBACK_EXCEPTION", *TWO), "delivered", Step.OUTPUTS),
        (record(None), "unknown", Step.SHAPE),
        ({"code": 200, "msg": "success", "data": None}, "unknown", Step.UNKNOWN_ID),
        ({"code": 200, "msg": "success"}, "unknown", Step.UNKNOWN_ID),
        ({"code": 422, "msg": "Record does not exist", "data": None}, "unknown", Step.UNKNOWN_ID),
        ({"code": 500, "msg": "Server Error", "data": None}, "unknown", Step.POLL_ERROR),
        ({"code": 429, "msg": "slow down", "data": None}, "unknown", Step.POLL_ERROR),
        ({"msg": "hello"}, "unknown", Step.SHAPE),
    ],
)
def test_a_polled_record_decides_and_a_failed_poll_does_not(body, expected, step):
    verdict = read(body, channel=POLL)
    assert (verdict.outcome.value, verdict.step) == (expected, step)


@pytest.mark.parametrize("status", [0, 302, 400, 408, 429, 500, 502, 504])
def test_an_http_error_on_a_poll_is_no_verdict(status):
    verdict = read(record("GENERATE_AUDIO_FAILED"), channel=POLL, http_status=status)
    assert (verdict.outcome, verdict.step) == (Outcome.UNKNOWN, Step.POLL_ERROR)


def test_a_record_sent_as_a_callback_is_read():
    assert outcome(record("SUCCESS", *TWO)) == "delivered"
