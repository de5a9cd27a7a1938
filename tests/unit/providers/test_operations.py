"""Each operation's outputs, each charge's promise, submit calls, and words for the customer."""

import copy
import json

import pytest
from reprise.errors import BadInputError, InvariantViolationError
from reprise.providers.operation import Operation
from reprise.providers.verdict import Outcome, Step, Verdict

from tests.support.provider_bodies import CALLBACK, POLL, SUBMIT, callback, outcome, read, song


@pytest.mark.parametrize(
    ("body", "status", "expected", "step"),
    [
        ({"code": 200, "data": {"taskId": "t"}}, 200, "progress", Step.ACCEPTED),
        ({"code": "200", "data": {"task_id": "t"}}, 200, "progress", Step.ACCEPTED),
        ({"code": 200, "data": None}, 200, "unknown", Step.SHAPE),
        ({"code": 409, "msg": "exists", "data": None}, 200, "progress", Step.ALREADY_EXISTS),
        ({"code": 409, "msg": "exists", "data": None}, 409, "progress", Step.ALREADY_EXISTS),
        ({"code": 455, "msg": "maintenance"}, 200, "failed", Step.ERROR_CODE),
        ({"code": 402, "data": {"taskId": "t"}}, 200, "failed", Step.ERROR_CODE),
        ({"code": 500}, 500, "failed", Step.ERROR_CODE),
        (None, 401, "failed", Step.HTTP),
        ("<html>Bad gateway</html>", 502, "unknown", Step.SHAPE),
        ({"code": 200, "data": {"taskId": "t"}}, 502, "unknown", Step.SHAPE),
        ({"code": 1000, "data": {"taskId": "t"}}, 200, "unknown", Step.SHAPE),
    ],
)
def test_a_rejected_submit_is_a_failure_and_a_broken_one_is_not(body, status, expected, step):
    verdict = read(body, channel=SUBMIT, http_status=status)
    assert (verdict.outcome.value, verdict.step) == (expected, step)


@pytest.mark.parametrize(
    ("operation", "data", "expected"),
    [
        ("wav", {"audio_wav_url": "https://c.example/a.wav"}, "delivered"),
        ("wav", {"audioWavUrl": " "}, "empty"),
        ("wav", {}, "unknown"),
        ("lyrics", {"taskId": "t", "lyricsData": [{"text": "la la"}]}, "delivered"),
        ("lyrics", {"callbackType": "complete", "data": [{"text": "[Verse]"}]}, "delivered"),
        ("lyrics", {"callbackType": "complete", "data": ["la la", " "]}, "partial"),
        ("stems_2", {"vocal_removal_info": {"vocalUrl": "https://c.example/v"}}, "partial"),
        ("stems_2", {"vocal_separation_info": {"origin_url": "https://c.example/o"}}, "empty"),
        ("stems_2", {"vocal_separation_info": 3}, "unknown"),
        ("stems_2", {"taskId": "t"}, "unknown"),
        (
            "stems_2",
            {
                "vocal_removal_info": {
                    "origin_data": [
                        {"extract": "https://c.example/1", "remove": "https://c.example/2"}
                    ]
                }
            },
            "delivered",
        ),
        ("midi", {"state": "complete", "instruments": [{"notes": []}]}, "empty"),
        ("midi", {"state": "complete", "instruments": None}, "empty"),
        ("midi", {"state": "processing", "instruments": []}, "progress"),
        ("midi", {"state": "complete", "instruments": "none yet"}, "unknown"),
        ("midi", {"instruments": [{"notes": [{"pitch": 1}]}]}, "delivered"),
        ("voice_clone", {"status": "success", "voiceId": "v"}, "delivered"),
        ("voice_clone", {"status": "success", "voiceId": None}, "empty"),
        ("voice_clone", {"status": "success", "validateInfo": "sing this"}, "unknown"),
        ("voice_clone", {"status": "FAILED", "voiceId": ""}, "failed"),
        ("voice_clone", {"status": "processing_validate"}, "progress"),
    ],
)
def test_each_operation_reads_its_own_outputs(operation, data, expected):
    body = {"code": 200, "msg": "", "data": data}
    assert outcome(body, Operation(operation), provider="sunoapi") == expected


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        ("SUCCESS", "delivered"),
        (1, "delivered"),
        ("1", "delivered"),
        (0, "progress"),
        ("PENDING", "progress"),
        (3, "failed"),
        ("GENERATE_WAV_FAILED", "failed"),
        (2, "unknown"),  # providers disagree about 2 outside MIDI
        ("成功", "delivered"),
        (None, "unknown"),
    ],
)
def test_success_flags_come_as_words_and_as_numbers(flag, expected):
    data = {"taskId": "t", "successFlag": flag, "response": {"audioWavUrl": "https://c.example/a"}}
    assert outcome({"code": 200, "data": data}, Operation.WAV, POLL) == expected


def test_a_midi_flag_of_two_is_a_failure():
    body = {"code": 200, "data": {"taskId": "t", "successFlag": 2, "midiData": None}}
    assert outcome(body, Operation.MIDI, POLL) == "failed"


def test_midi_data_may_come_as_text():
    midi = json.dumps({"state": "complete", "instruments": [{"notes": [{"pitch": 60}]}]})
    body = {"code": 200, "data": {"taskId": "t", "successFlag": 1, "midiData": midi}}
    assert outcome(body, Operation.MIDI, POLL) == "delivered"


@pytest.mark.parametrize(("count", "expected"), [(0, "empty"), (3, "partial"), (4, "delivered")])
def test_twelve_stems_are_kept_from_a_threshold(count, expected):
    info = {f"stem{n}_url": f"https://c.example/{n}" for n in range(count)} | {"bass_url": None}
    body = {"code": 200, "data": {"task_id": "t", "vocal_separation_info": info}}
    verdict = read(body, Operation.STEMS_12)
    assert (verdict.outcome.value, verdict.delivered, verdict.promised) == (expected, count, 12)
    assert outcome(body, Operation.STEMS_12, enough=5) == ("partial" if count else "empty")


def test_a_phrase_to_record_waits_for_the_customer():
    data = {"taskId": "t", "status": "wait_validating", "validateInfo": "sing", "errorCode": 0}
    body = {"code": 200, "data": data}
    voice = Operation.VOICE_CLONE
    assert read(body, voice).waiting_for_user
    without = copy.deepcopy(body)
    del without["data"]["validateInfo"]
    assert read(without, voice, POLL).waiting_for_user
    body["data"]["validateInfo"] = ""
    assert not read(body, voice).waiting_for_user


def test_a_charge_may_promise_something_else():
    body = callback(song(1))
    assert outcome(body, promised=1) == "delivered"
    verdict = read(body, promised=3)
    assert (verdict.outcome, verdict.delivered, verdict.promised) == (Outcome.PARTIAL, 1, 3)


@pytest.mark.parametrize("field", ["promised", "enough"])
def test_a_promise_of_nothing_is_refused(field):
    with pytest.raises(BadInputError, match=f"{field}: must be at least 1"):
        read(callback(), **{field: 0})


def test_more_than_promised_is_as_promised():
    verdict = read(callback(song(1), song(2), song(3)))
    assert (verdict.delivered, verdict.promised) == (2, 2)


@pytest.mark.parametrize(
    ("code", "message", "channel", "words"),
    [
        (400, "Song Description contained artist name", CALLBACK, "names an artist"),
        (400, "Lyrics contained copyrighted material", CALLBACK, "copyrighted"),
        (400, "flagged for moderation", CALLBACK, "content rules"),
        (400, "section too short", CALLBACK, "settings or material"),
        (408, "", CALLBACK, "no result in time"),
        (531, "generation failed, credits refunded", CALLBACK, "failed to make it"),
        (402, "Insufficient Credits", SUBMIT, "on our side"),
        (429, "copyright of policy", SUBMIT, "on our side"),
        (499, "", CALLBACK, "reported an error"),
    ],
)
def test_reasons_are_for_customers(code, message, channel, words):
    """They name the cause, and never repeat what a provider says about our account there."""
    verdict = read({"code": code, "msg": message, "data": None}, channel=channel)
    assert words in verdict.reason
    assert "credits" not in verdict.reason.casefold()
    assert (verdict.code, verdict.detail) == (str(code), message)


def test_a_verdict_cannot_contradict_itself():
    with pytest.raises(InvariantViolationError):
        Verdict(outcome=Outcome.FAILED, delivered=1, promised=2, reason="", rule="kie.poll.status")
