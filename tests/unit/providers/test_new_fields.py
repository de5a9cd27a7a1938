"""A result under a name that nobody described is not empty: ask, and refund nothing yet."""

import pytest
from reprise.providers.operation import Operation

from tests.support.provider_bodies import MUSIC, POLL, TWO, callback, outcome, record, song

FILE = "https://cdn.example/a"
MP3, WAV, MIDI = f"{FILE}.mp3", f"{FILE}.wav?token=1", f"{FILE}.MID"


def piapi(output, **more):
    return {"data": {"task_id": "t", "status": "completed", "output": output, **more}}


def prediction(output, **more):
    return {"id": "p", "status": "succeeded", "output": output, "error": None, **more}


def fal(payload):
    return {"request_id": "r", "status": "OK", "payload": payload}


def acedata(*data, **more):
    return {"success": True, "task_id": "t", "data": list(data), **more}


def midi(**data):
    return {"code": 200, "msg": "ok", "data": {"task_id": "t", "state": "complete", **data}}


NEW = [
    ("kie", MUSIC, callback({"id": "s1", "download_url": MP3})),
    ("kie", MUSIC, callback(data=[], songs=[{"mp3": MP3}])),
    ("kie", Operation.MIDI, midi(midi_url=MIDI)),
    ("piapi", MUSIC, piapi({"result": {"files": {"mp3": MP3}}})),
    ("replicate", MUSIC, prediction({"tracks": [{"file": WAV}]})),
    ("fal", MUSIC, fal({"result": {"audio": {"url": WAV}}})),
    ("acedata", MUSIC, acedata({"id": "a", "audio": {"cdn": MP3}})),
]
GONE = [
    ("kie", MUSIC, callback(song(1, audio_url="", image_url=f"{FILE}.png", stream_audio_url=MP3))),
    ("kie", MUSIC, callback(song(1, duration=0, audio_url=MP3))),
    ("kie", MUSIC, callback(song(1, status="failed", audio_url=MP3), song(2, audio_url=""))),
    ("kie", MUSIC, callback(data=[], source_url=MP3, callBackUrl="https://x.example/cb.mp3")),
    ("kie", Operation.MIDI, midi(instruments=[], originUrl=MP3)),
    ("kie", Operation.WAV, {"code": 200, "data": {"task_id": "t", "audioWavUrl": "", "cover": 1}}),
    ("piapi", MUSIC, piapi(None, input={"audio": MP3}, config={"webhook": MP3})),
    ("replicate", MUSIC, prediction([], input={"song": MP3}, logs=MP3)),
    ("fal", MUSIC, fal({"audio": {"url": WAV, "file_size": 0}})),
    ("acedata", MUSIC, acedata(request={"audio_url": MP3})),
]


@pytest.mark.parametrize(("provider", "operation", "body"), NEW)
def test_a_file_under_a_new_name_is_not_nothing(provider, operation, body):
    assert outcome(body, operation, provider=provider) == "unknown"


@pytest.mark.parametrize(("provider", "operation", "body"), GONE)
def test_what_went_in_or_came_on_the_side_makes_nothing_usable(provider, operation, body):
    assert outcome(body, operation, provider=provider) == "empty"


def test_an_explicit_error_beside_a_new_name_is_an_error():
    assert outcome(callback({"file": MP3}, error="Generation failed")) == "failed"
    assert outcome(callback({"file": MP3}, code=501, stage="error")) == "failed"


@pytest.mark.parametrize(
    "second", [{"url": MP3}, [MP3], 12, True, {"mp3": {"url": MP3}}, [{"quality": "high"}]]
)
def test_goods_of_another_kind_are_not_read_as_missing(second):
    assert outcome(callback(song(1), song(2, audio_url=second))) == "unknown"
    assert outcome(callback(*TWO, song(3, audio_url=second))) == "delivered"


def test_lyrics_in_lines_are_not_read_as_missing():
    lines = {"text": ["la", "la"], "title": "x", "status": "complete"}
    assert outcome(callback(lines), Operation.LYRICS) == "unknown"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("data:audio/mpeg;base64,SUQzBAA=", "delivered"),
        ("data:audio/wav;base64," + "UklG" * 9_000, "delivered"),
        ("data:audio/mpeg;base64,", "empty"),
        ("data:", "empty"),
        ("data:text/html,<p>no</p>", "empty"),
    ],
)
def test_a_file_within_the_answer_is_a_file(address, expected):
    """As fal answers in its sync mode, and Replicate for files that are small."""
    assert outcome(fal({"audio": {"url": address}}), provider="fal") == expected
    assert outcome(prediction(address), provider="replicate") == expected


def test_a_record_under_a_new_name_is_asked_about_again():
    body = record("SUCCESS", {"id": "s1", "fileUrl": MP3})
    assert outcome(body, channel=POLL) == "unknown"
