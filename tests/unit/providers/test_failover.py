"""The other providers: what their bodies mean beyond the samples."""

import pytest
from reprise.providers.classify import classify
from reprise.providers.operation import Operation

from tests.support.provider_bodies import CALLBACK, POLL, SUBMIT, SYNC, song

MUSIC, STEMS, LYRICS = Operation.MUSIC_SIMPLE, Operation.STEMS_2, Operation.LYRICS
URL = "https://media.example/a.mp3"


def fal(status="OK", **more):
    return {"request_id": "r", "status": status, **more}


def prediction(status, output=None, **more):
    return {"id": "p", "status": status, "output": output, "error": None, **more}


def task(status, output=None, error=0):
    data = {"task_id": "t", "status": status, "output": output, "error": {"code": error}}
    return {"code": 200, "data": data}


def clips(*states):
    return {"code": 200, "data": [song(n, state=state) for n, state in enumerate(states)]}


def sound(size, kind="audio/mpeg", status=200, body=None):
    headers = {"Content-Type": kind, "Content-Length": size}
    return {"http_status": status, "headers": headers, "body": body}


@pytest.mark.parametrize(
    ("operation", "channel", "body", "expected"),
    [
        (MUSIC, CALLBACK, fal(payload=None), "empty"),
        (MUSIC, CALLBACK, fal(), "unknown"),
        (MUSIC, CALLBACK, fal(payload=None, payload_error="not JSON"), "unknown"),
        (MUSIC, CALLBACK, fal(payload={"audio": {"url": URL, "file_size": 0}}), "empty"),
        (MUSIC, CALLBACK, fal(payload={"audio": {"url": URL}, "seed": 4}), "delivered"),
        (MUSIC, CALLBACK, fal(payload={"audio": [{"url": URL}, {"url": ""}]}), "partial"),
        (MUSIC, CALLBACK, fal(payload={"image": {"url": URL}}), "empty"),
        (MUSIC, CALLBACK, fal(payload={"analog_synth": {"url": URL}}), "delivered"),
        (STEMS, CALLBACK, fal(payload={"stems": {"a": {"url": URL}, "b": None}}), "partial"),
        (LYRICS, CALLBACK, fal(payload={"lyrics": "la la"}), "delivered"),
        (Operation.WAV, CALLBACK, fal(payload={"audio_url": URL}), "delivered"),
        (Operation.VOICE_CLONE, CALLBACK, fal(payload={"custom_voice_id": "v"}), "delivered"),
        (Operation.VOICE_CLONE, CALLBACK, fal(payload={"audio": {"url": URL}}), "unknown"),
        (MUSIC, CALLBACK, fal("ERROR", error="x", payload={"audio": {"url": URL}}), "failed"),
        (MUSIC, POLL, fal("COMPLETED"), "unknown"),
        (MUSIC, POLL, fal("COMPLETED", payload={"audio": {"url": URL}}), "delivered"),
        (MUSIC, POLL, fal("IN_QUEUE"), "progress"),
        (MUSIC, SUBMIT, fal("IN_QUEUE"), "progress"),
    ],
)
def test_fal(operation, channel, body, expected):
    assert classify("fal", operation, channel, body).outcome == expected


@pytest.mark.parametrize(
    ("operation", "channel", "body", "expected"),
    [
        (MUSIC, SUBMIT, prediction("starting"), "progress"),
        (MUSIC, SUBMIT, prediction("failed"), "failed"),
        (MUSIC, CALLBACK, prediction("aborted"), "failed"),
        (MUSIC, CALLBACK, prediction("succeeded", [URL, None]), "partial"),
        (MUSIC, CALLBACK, prediction("succeeded", {"audio": URL}), "delivered"),
        (MUSIC, CALLBACK, prediction("succeeded", error="late"), "failed"),
        (MUSIC, CALLBACK, {"id": "p", "status": "succeeded"}, "unknown"),
        (MUSIC, POLL, prediction("succeeded", data_removed=True), "unknown"),
        (MUSIC, POLL, prediction("succeeded", data_removed=False), "empty"),
        (MUSIC, CALLBACK, prediction("succeeded", 7), "unknown"),
        (LYRICS, CALLBACK, prediction("succeeded", "la la"), "delivered"),
        (Operation.STEMS_12, CALLBACK, prediction("succeeded", {"a": URL}), "partial"),
        (MUSIC, SYNC, prediction("processing"), "progress"),
    ],
)
def test_replicate(operation, channel, body, expected):
    assert classify("replicate", operation, channel, body).outcome == expected


@pytest.mark.parametrize(
    ("channel", "body", "expected"),
    [
        (SUBMIT, task("pending"), "progress"),
        (SUBMIT, {"code": 400, "message": "bad"}, "failed"),
        (POLL, task("Completed", {"clips": {"a": song(1), "b": song(2)}}), "delivered"),
        (POLL, task("Completed", [song(1)], 10_000), "failed"),
        (POLL, {"code": 500, "message": "oops"}, "unknown"),
        (CALLBACK, {"timestamp": 1, "data": task("Staged")["data"]}, "progress"),
    ],
)
def test_piapi(channel, body, expected):
    assert classify("piapi", MUSIC, channel, body).outcome == expected


@pytest.mark.parametrize(
    ("channel", "body", "expected"),
    [
        (SUBMIT, {"task_id": "t"}, "progress"),
        (SUBMIT, {"success": False, "error": {"code": "bad_request"}}, "failed"),
        (CALLBACK, {"success": "true", "data": [song(1), song(2)]}, "delivered"),
        (CALLBACK, {"success": True, "data": [song(1), song(2, state="pending")]}, "progress"),
        (CALLBACK, {"success": True, "data": []}, "empty"),
        (POLL, {"id": "x", "response": {"success": True, "data": [song(1)]}}, "partial"),
        (POLL, {"id": "x", "response": None}, "progress"),
        (POLL, {"id": "x", "response": {"data": [song(1), song(2)]}}, "progress"),
        (POLL, {"id": "x", "response": {"task_id": "y", "success": True}}, "empty"),
        (POLL, {"success": False, "error": {"code": "api_error"}}, "unknown"),
        (POLL, {"id": "x", "success": False, "error": {"code": "api_error"}}, "progress"),
    ],
)
def test_acedata(channel, body, expected):
    assert classify("acedata", MUSIC, channel, body).outcome == expected


@pytest.mark.parametrize(
    ("channel", "body", "expected"),
    [
        (POLL, clips("succeeded", "running"), "progress"),
        (POLL, clips("succeeded", "failed"), "partial"),
        (POLL, clips("succeeded", "succeeded"), "delivered"),
        (POLL, clips("failed"), "failed"),
        (POLL, clips(), "unknown"),
        (POLL, {"code": 403, "message": "no"}, "unknown"),
        (POLL, {"type": "not_ready", "message": "task is running"}, "progress"),
        (SUBMIT, {"message": "success", "task_id": "t"}, "progress"),
        (CALLBACK, clips("succeeded", "succeeded"), "delivered"),
        (CALLBACK, clips("streaming", "succeeded"), "progress"),
        (CALLBACK, clips("succeeded", "failed"), "partial"),
        (CALLBACK, clips("failed", "failed"), "failed"),
        (CALLBACK, {"code": 500, "message": "Algorithm error", "type": "api_error"}, "failed"),
        (CALLBACK, {"code": 200, "data": {"status": "SUCCESS"}}, "unknown"),
        (CALLBACK, {"event": "song.completed", "task_id": "t"}, "unknown"),
    ],
)
def test_musicapi(channel, body, expected):
    assert classify("musicapi", MUSIC, channel, body).outcome == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [({"wav_url": URL}, "delivered"), ({"wav_url": ""}, "empty"), ({"url": URL}, "delivered")],
)
def test_musicapi_answers_for_a_wav_at_once(data, expected):
    """There is no task; the product reports the answer as a callback."""
    body = {"code": 200, "data": data, "message": "success"}
    assert classify("musicapi", Operation.WAV, CALLBACK, body).outcome == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (sound("961245"), "delivered"),
        (sound(0), "empty"),
        (sound(9, "text/html"), "unknown"),
        (sound(None), "unknown"),
        (sound(None, body="SUQz"), "delivered"),
        (sound(9, status=503), "failed"),
        (sound(9, status=302), "unknown"),
        (None, "unknown"),
    ],
)
def test_elevenlabs(body, expected):
    assert classify("elevenlabs", MUSIC, SYNC, body).outcome == expected


@pytest.mark.parametrize(
    ("provider", "channel", "body", "status", "expected"),
    [
        ("fal", SUBMIT, {"detail": "no balance"}, 403, "failed"),
        ("replicate", SUBMIT, {"status": 422, "detail": "bad"}, 422, "failed"),
        ("replicate", SYNC, {"detail": "bad"}, 500, "failed"),
        ("replicate", SYNC, None, 302, "unknown"),
        ("replicate", POLL, {"detail": "not found"}, 404, "unknown"),
        ("elevenlabs", SYNC, {"detail": {"status": "quota_exceeded"}}, 401, "failed"),
        ("nobody", CALLBACK, {"code": 200}, 200, "unknown"),
    ],
)
def test_http_status(provider, channel, body, status, expected):
    assert classify(provider, MUSIC, channel, body, status).outcome == expected
