"""Answers about the six operations that make tracks, as kie.ai and sunoapi.org shape them."""

import json

from tests.support.shapes.shape import SUNO, URL, Shape, Shapes, envelope

OPERATIONS = {
    "music_simple": 2,
    "music_custom": 2,
    "extend": 2,
    "add_vocals": 2,
    "add_instrumental": 2,
    "replace_section": 1,
}
CALLBACKS = (
    "docs.kie.ai and docs.sunoapi.org: callbacks of generate, extend, add-*, replace-section"
)
RECORDS = "docs.kie.ai and docs.sunoapi.org: get music (generation) details"
SUBMITS = "docs.kie.ai and docs.sunoapi.org: status codes of the submit calls"
SEEN = "observed in public traffic: URLs null beside SUCCESS, 413 beside PENDING, text for objects"
CLIENTS = "public clients: a status of their own, an older record"
JOBS = "docs.kie.ai: get task detail; public clients of its newest models read resultJson"
OURS = "made up: contradictions"
# Whatever is not 200 is an error about the task in a callback, and about the call in a poll.
ERROR_CODES = (400, 401, 402, 404, 405, 408, 413, 422, 429, 430, 451, 455, 500, 501, 505, 531)


def song(n, **changes):
    """Track `n` of a callback."""
    urls = {
        "audio_url": f"{URL}{n}.mp3",
        "stream_audio_url": f"{URL}s{n}",
        "image_url": f"{URL}{n}",
    }
    return {"id": f"s{n}", **urls, "prompt": "[Verse]", "title": "", "duration": 100.5} | changes


def row(n, **changes):
    """Track `n` of a record."""
    urls = {"audioUrl": f"{URL}{n}.mp3", "streamAudioUrl": f"{URL}s{n}", "imageUrl": f"{URL}{n}"}
    return {"id": f"s{n}", **urls, "prompt": "[Verse]", "title": "", "duration": 100.5} | changes


def called(data, stage="complete", code=200, **more):
    """A callback."""
    return envelope({"callbackType": stage, "task_id": "t1", "data": data} | more, code)


def record(status, response=None, **more):
    """A record; `more` goes beside the status."""
    fields = {"taskId": "t1", "param": "{}", "response": response, "status": status}
    return envelope(fields | {"type": "GENERATE", "errorCode": None, "errorMessage": None} | more)


def rows(*found):
    """A record's response."""
    return {"taskId": "t1", "sunoData": list(found)}


def shapes() -> Shapes:
    """Every answer, for both dialects and all six operations."""
    for provider in SUNO:
        for operation, promised in OPERATIONS.items():
            for source, channel, body, says, *rest in (
                *_callbacks(promised),
                *_records(promised),
                *_jobs(),
                *_faulty_polls(),
                *_submits(),
            ):
                http_status, count = (*rest, None, None)[:2]
                found = (source, provider, operation, channel, body, says, http_status or 200)
                yield Shape(*found, count)


def _callbacks(promised):
    two = [song(1), song(2)]
    stages = {"text": ([], None, [song(1, audio_url="")]), "first": ([song(1)], two)}
    for stage, tracks in stages.items():
        yield from ((CALLBACKS, "callback", called(data, stage), "progress") for data in tracks)
    all_of_it = (promised, promised)
    yield CALLBACKS, "callback", called(two[:promised]), "delivered", 200, all_of_it
    yield OURS, "callback", called([*two, song(3)]), "delivered", 200, all_of_it
    theirs = [song(n, audio_url=None, source_audio_url=f"{URL}{n}.wav") for n in (1, 2)]
    yield CALLBACKS, "callback", called(theirs), "delivered"
    nothing = (
        *(None, [], [None], [None, None], [{}, {}], [{"id": "s1"}, {"id": "s2"}]),
        [song(1, audio_url=""), song(2, audio_url=None)],
        [song(1, audio_url=" ", source_audio_url="")],
        [song(1, duration=0), song(2, duration="0.0")],
    )
    yield from ((CALLBACKS, "callback", called(data), "empty") for data in nothing)
    yield CALLBACKS, "callback", envelope({"callbackType": "complete", "task_id": "t1"}), "empty"
    seconds = (None, {}, song(1), song(2, audio_url=""), song(2, duration=0), song(2, duration=-1))
    for second in seconds if promised > 1 else ():
        yield OURS, "callback", called([song(1), second]), "partial", 200, (1, 2)
    for code in ERROR_CODES:
        for data in (None, []):
            yield CALLBACKS, "callback", called(data, "error", code), "failed"
        yield CALLBACKS, "callback", called(None, "error", str(code)), "failed"
        yield CALLBACKS, "callback", envelope(None, code), "failed"
        yield OURS, "callback", called(two, "complete", code), "failed"
    said = {"callbackType": "error", "task_id": "t1", "error": "the section is too long"}
    yield CALLBACKS, "callback", envelope(said, 500), "failed"
    yield from ((OURS, "callback", called(data, "error"), "failed") for data in (None, two))
    foreign = {"vocal_removal_info": {"vocal_url": URL}}, {"audioWavUrl": URL}, {"voiceId": "v1"}
    yield from ((OURS, "callback", called(None, **other), "unknown") for other in foreign)
    yield OURS, "callback", called([{"text": "[Verse] la", "status": "complete"}]), "unknown"


def _records(promised):
    two = [row(1), row(2)]
    done = rows(*two[:promised])
    for says in ("SUCCESS", "success"):
        yield RECORDS, "poll", record(says, done), "delivered", 200, (promised, promised)
    yield SEEN, "poll", record("SUCCESS", json.dumps(done)), "delivered"
    yield CLIENTS, "poll", record("SUCCESS", {"data": [song(1), song(2)]}), "delivered"
    yield OURS, "poll", record("SUCCESS", done, errorCode=500), "delivered"
    yield RECORDS, "poll", record("CALLBACK_EXCEPTION", done), "delivered"
    theirs = rows(*(row(n, audioUrl=None, sourceAudioUrl=f"{URL}{n}.wav") for n in (1, 2)))
    yield RECORDS, "poll", record("SUCCESS", theirs), "delivered"
    null = rows(*(row(n, audioUrl=None, sourceAudioUrl=None) for n in (1, 2)))
    nothing = (None, {}, {"taskId": "t1"}, {"sunoData": None}, {"sunoData": []}, null)
    yield from ((SEEN, "poll", record("SUCCESS", response), "empty") for response in nothing)
    yield OURS, "poll", record("SUCCESS", None, errorCode=413), "failed"
    for short in (rows(row(1)), rows(row(1), row(2, audioUrl=None))) if promised > 1 else ():
        yield RECORDS, "poll", record("SUCCESS", short), "partial", 200, (1, 2)
        yield RECORDS, "poll", record("CALLBACK_EXCEPTION", short), "unknown"
        yield OURS, "poll", record("SUCCESS", short) | {"code": 500}, "unknown"
    yield RECORDS, "poll", record("CALLBACK_EXCEPTION"), "unknown"
    yield OURS, "poll", record("CALLBACK_EXCEPTION", errorCode=500), "unknown"
    for says in ("PENDING", "TEXT_SUCCESS", "FIRST_SUCCESS", "pending"):
        yield RECORDS, "poll", record(says), "progress"
        yield RECORDS, "poll", record(says, rows(row(1), row(2, audioUrl=""))), "progress"
    yield from (
        (CLIENTS, "poll", record(says), "progress") for says in ("PROCESSING", "GENERATING")
    )
    for says in ("CREATE_TASK_FAILED", "GENERATE_AUDIO_FAILED", "SENSITIVE_WORD_ERROR"):
        for told in ({}, {"errorCode": 500}, {"errorCode": "413"}, {"response": rows(row(1))}):
            yield RECORDS, "poll", record(says, **told), "failed"
        yield RECORDS, "poll", record(says.lower()), "failed"
    for code in (400, 408, 413, 500, "500", 531):
        yield SEEN, "poll", record("PENDING", errorCode=code, errorMessage="no"), "failed"
    for code in (None, 0, "", "0", 200, "200"):
        yield SEEN, "poll", record("PENDING", errorCode=code), "progress"
    for says in (None, "", " ", "ARCHIVED", 7, True, ["SUCCESS"], {"SUCCESS": 1}):
        yield OURS, "poll", record(says, done), "unknown"


def _jobs():
    """The shape of kie.ai's other models: a state, and the result as text."""

    def job(state, result="", **more):
        fields = {"taskId": "t1", "state": state, "resultJson": result}
        return envelope(fields | {"failCode": "", "failMsg": ""} | more)

    for state in ("waiting", "queuing", "generating"):
        yield JOBS, "poll", job(state), "progress"
    tracks = [row(1), row(2)]
    for result in ({"resultUrls": [f"{URL}1", f"{URL}2"]}, {"sunoData": tracks}, {"data": tracks}):
        for channel in ("callback", "poll"):
            yield JOBS, channel, job("success", json.dumps(result)), "delivered"
        yield JOBS, "poll", record("SUCCESS", resultJson=json.dumps(result)), "delivered"
    for blank in ("", None, "{}", "null"):
        yield JOBS, "poll", job("success", blank), "empty"
    # Something was made that nobody described yet: no empty success.
    for result in ({"songs": {"a": f"{URL}1"}}, {"resultObject": {}}):
        yield JOBS, "poll", job("success", json.dumps(result)), "unknown"
        yield JOBS, "poll", record("SUCCESS", resultJson=json.dumps(result)), "unknown"
    for code in ("400", "422", "500", "501", ""):
        failed = job("fail", failCode=code, failMsg="Internal error")
        yield JOBS, "poll", failed, "failed"
        yield JOBS, "callback", failed | {"code": 501}, "failed"


def _faulty_polls():
    for code in ERROR_CODES:
        yield RECORDS, "poll", envelope(None, code), "unknown"
        yield RECORDS, "poll", envelope(None, code), "unknown", code
        yield OURS, "poll", record("SUCCESS") | {"code": code}, "unknown"
    for data in (None, {}, {"taskId": "t1"}):
        yield SEEN, "poll", envelope(data), "unknown"
    for body, status in (("<html>", 502), (None, 503), ("", 200), (None, 200), ([], 200)):
        yield OURS, "poll", body, "unknown", status


def _submits():
    yield SUBMITS, "submit", envelope({"taskId": "t1"}), "progress"
    for code in ERROR_CODES:
        yield SUBMITS, "submit", envelope(None, code), "failed"
    yield SUBMITS, "submit", envelope(None, 409), "progress"
    yield SUBMITS, "submit", envelope(None, 401), "failed", 401
    for data in (None, {}, {"taskId": ""}, {"taskId": None}, {"taskId": "a", "task_id": "b"}):
        yield OURS, "submit", envelope(data), "unknown"
    for body, status in (("<html>", 502), (None, 504), (envelope({"taskId": "t1"}), 502)):
        yield OURS, "submit", body, "unknown", status
