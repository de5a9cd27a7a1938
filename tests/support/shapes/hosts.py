"""Answers of the providers that a product fails over to, in their own shapes."""

from tests.support.shapes.shape import URL, Shape, Shapes, urls

SOURCES = {
    "fal": "fal.ai/docs: webhooks, queue, request errors; what a model returns is its own",
    "replicate": "replicate.com/docs: webhooks, predictions, HTTP errors",
    "piapi": "piapi.ai/docs: unified webhook, get task; outputs as Suno and Udio list them",
    "acedata": "github.com/AceDataCloud/SunoAPI: audios callback, tasks, error codes",
    "musicapi": "docs.musicapi.ai: get music, webhook guide; musicapi-ai/sunoapi-js-sdk",
    "elevenlabs": "elevenlabs.io/docs: compose music, errors",
}
SONGS = ("music_simple", "music_custom", "extend", "add_vocals", "add_instrumental")
BOTH = ("callback", "poll")
HTTP_ERRORS = (401, 403, 404, 429, 500, 502, 503)
REFUSALS = (400, 401, 402, 403, 404, 422, 429)


def shapes() -> Shapes:
    """Every answer of every one of them."""
    groups = {
        "fal": (*_fal_callbacks(), *_fal_polls()),
        "replicate": (*_replicate(), *_replicate_calls()),
        "piapi": _piapi(),
        "acedata": _acedata(),
        "musicapi": _musicapi(),
        "elevenlabs": _elevenlabs(),
    }
    for provider, found in groups.items():
        for operation, channel, body, says, *rest in found:
            http_status, count = (*rest, None, None)[:2]
            told = (SOURCES[provider], provider, operation, channel, body, says)
            yield Shape(*told, http_status or 200, count)


def _fal_callbacks():
    def done(payload, **more):
        return (
            {"request_id": "r1", "gateway_request_id": "r1", "status": "OK"}
            | {
                "payload": payload,
                "error": None,
            }
            | more
        )

    def file(url=f"{URL}a.wav", **more):
        return {"url": url, "content_type": "audio/wav", "file_size": 9} | more

    whole = (file(), [file(), file(f"{URL}b.wav")], f"{URL}a.mp3")
    for operation in SONGS:
        for audio in whole:
            yield operation, "callback", done({"audio": audio, "seed": 3}), "delivered"
        yield operation, "callback", done({"audio_file": file(), "lyrics": "la"}), "delivered"
        for audio in (None, [], {}, "", file(""), file(None), file(file_size=0)):
            yield operation, "callback", done({"audio": audio, "lyrics": "la"}), "empty"
        for payload in ({}, {"seed": 3}, None):
            yield operation, "callback", done(payload), "empty"
    unsent = done(None, payload_error="not serialisable")
    yield "music_simple", "callback", unsent, "unknown"
    for stems, count in (
        ((file(), file(f"{URL}b")), 2),
        ((file(), file("")), 1),
        ((file(), None), 1),
    ):
        says = "delivered" if count == 2 else "partial"
        named = {"vocals": stems[0], "other": stems[1]}
        yield "stems_2", "callback", done(named), says, 200, (count, 2)
    yield "stems_2", "callback", done({"stems": [file(), file(f"{URL}b")]}), "delivered"
    kinds = ("request_timeout", "startup_timeout", "runner_disconnected", "internal_error")
    causes = ({"detail": "x", "error_type": kind} for kind in kinds)
    schema = {"detail": [{"loc": ["body", "prompt"], "msg": "required", "type": "missing"}]}
    for payload in (None, {}, schema, *causes, {"audio": file()}):
        for error in ("Invalid status code: 422", "x", None):
            failed = {"request_id": "r1", "status": "ERROR", "error": error, "payload": payload}
            yield "music_simple", "callback", failed, "failed"


def _fal_polls():
    def queue(says, **more):
        return {"status": says, "request_id": "r1", "logs": None} | more

    for says in ("IN_QUEUE", "IN_PROGRESS"):
        yield "music_simple", "poll", queue(says), "progress"
        waits = queue(says, queue_position=2, response_url=URL, status_url=URL, cancel_url=URL)
        yield "music_simple", "poll", waits, "progress", 202
    elsewhere = queue("COMPLETED", response_url=URL, metrics={"inference_time": 3.1})
    for body in (elsewhere, elsewhere | {"error": None, "error_type": None}, queue("COMPLETED")):
        yield "music_simple", "poll", body, "unknown"
    for error in ({"error": "Request timed out"}, {"error_type": "request_timeout"}):
        yield "music_simple", "poll", elsewhere | error, "failed"
    for says in ("FAILED", "CANCELED"):
        yield "music_simple", "poll", queue(says), "failed"
    for status in HTTP_ERRORS:
        yield "music_simple", "poll", {"detail": "x"}, "unknown", status
    for status in REFUSALS:
        yield "music_simple", "submit", {"detail": "x"}, "failed", status
    accepted = {"request_id": "r1", "gateway_request_id": "r1", "status": "IN_QUEUE"}
    yield "music_simple", "submit", accepted, "progress"
    yield from (("music_simple", "submit", body, "unknown", 502) for body in ("<html>", None))


def _replicate():
    def prediction(says, output=None, **more):
        fields = {"id": "p1", "version": "v", "status": says, "input": {}, "output": output}
        return fields | {"error": None, "logs": "", "metrics": {}} | more

    one, two = f"{URL}1.mp3", f"{URL}2.mp3"
    for channel in BOTH:
        for says in ("starting", "processing"):
            for output in (None, [one]):
                yield "music_simple", channel, prediction(says, output), "progress"
        for output in (one, [one], [one, two], {"audio": one}, {"url": one}):
            for operation in SONGS:
                yield operation, channel, prediction("succeeded", output), "delivered"
        for output in (None, [], "", " ", {}, [""], [None], {"audio": None}, {"audio": ""}):
            yield "music_custom", channel, prediction("succeeded", output), "empty"
            yield "stems_12", channel, prediction("succeeded", output), "empty"
        removed = prediction("succeeded", data_removed=True)
        yield "music_simple", channel, removed, "unknown"
        kept = prediction("succeeded", one, data_removed=False)
        yield "music_simple", channel, kept, "delivered"
        for says in ("failed", "canceled", "aborted"):
            for output, error in ((None, None), (None, "CUDA out of memory"), ([one], "x")):
                yield "extend", channel, prediction(says, output, error=error), "failed"
        for says in (None, "", "archived", 3):
            yield "music_simple", channel, prediction(says, [one]), "unknown"
        for output in ([one, two], {"vocals": one, "accompaniment": two}):
            yield "stems_2", channel, prediction("succeeded", output), "delivered", 200, (2, 2)
        for output in ([one], {"vocals": one, "other": None}, [one, one]):
            yield "stems_2", channel, prediction("succeeded", output), "partial", 200, (1, 2)
        names = ("vocals", "drums", "bass", "guitar", "piano", "other")
        for number in range(1, 7):
            output = urls(*names[:number], of=names)
            label = ("delivered",) if number >= 4 else ("partial", 200, (number, 12))
            yield "stems_12", channel, prediction("succeeded", output), *label
        for output in ("[Verse] la", ["[Verse] la"], {"lyrics": "la"}):
            yield "lyrics", channel, prediction("succeeded", output), "delivered"
        for operation in ("wav", "midi"):
            yield operation, channel, prediction("succeeded", one), "delivered"


def _replicate_calls():
    for status in HTTP_ERRORS:
        yield "wav", "poll", {"title": "x", "detail": "y", "status": status}, "unknown", status
    for status in REFUSALS:
        yield "wav", "submit", {"title": "x", "detail": "y", "status": status}, "failed", status
    yield "wav", "submit", {"id": "p1", "status": "starting", "output": None}, "progress", 201
    yield "wav", "submit", "<html>", "unknown", 502


def _piapi():
    def task(channel, says, output=None, code=0):
        error = {"code": code, "message": "", "raw_message": ""}
        data = {"task_id": "t1", "model": "suno", "status": says, "output": output, "error": error}
        called = channel == "callback"
        return {"data": data} | (
            {"timestamp": 1} if called else {"code": 200, "message": "success"}
        )

    def clip(n, **more):
        url = f"{URL}{n}.mp3"
        return {"id": f"c{n}", "audio_url": url, "status": "complete"} | more

    two = [clip(1), clip(2)]
    sung = [{"song_path": f"{URL}{n}.mp3", "finished": True} for n in (1, 2)]
    for channel in BOTH:
        for says in ("pending", "processing", "staged", "Pending", "Processing", "Staged"):
            for output in (None, [], [clip(1, status="streaming")]):
                yield "music_custom", channel, task(channel, says, output), "progress"
        for output in (two, {"clips": {"a": clip(1), "b": clip(2)}}, {"songs": sung}):
            for says in ("completed", "Completed"):
                done = task(channel, says, output)
                yield "music_custom", channel, done, "delivered", 200, (2, 2)
        for second in (clip(2, audio_url=""), clip(2, status="error"), None):
            short = task(channel, "completed", [clip(1), second])
            yield "music_custom", channel, short, "partial", 200, (1, 2)
        for output in (None, [], {}, [clip(1, audio_url=""), clip(2, audio_url=None)]):
            yield "music_custom", channel, task(channel, "completed", output), "empty"
        for says in ("failed", "Failed"):
            for output, code in ((None, 10000), (None, 0), ([clip(1)], 10000)):
                yield "music_custom", channel, task(channel, says, output, code), "failed"
        yield "music_custom", channel, task(channel, "archived", two), "unknown"
    for status in HTTP_ERRORS:
        for http_status in (200, status):
            body = {"code": status, "message": "x", "data": None}
            yield "music_custom", "poll", body, "unknown", http_status
    for status in REFUSALS:
        yield "music_custom", "submit", {"code": status, "message": "x"}, "failed", status
    accepted = {"code": 200, "data": {"task_id": "t1", "status": "pending"}, "message": "success"}
    yield "music_custom", "submit", accepted, "progress"


def _acedata():
    def song(n, **more):
        return {"id": f"s{n}", "audio_url": f"{URL}{n}.mp3", "state": "succeeded"} | more

    def done(*songs):
        return {"success": True, "task_id": "t1", "trace_id": "x", "data": list(songs)}

    blank = {"audio_url": "", "lyric": "[Verse] la"}
    waits = [song(n, state="pending", audio_url="") for n in (1, 2)]
    results = [
        (done(song(1), song(2)), "delivered", 200, (2, 2)),
        (done(song(1)), "partial", 200, (1, 2)),
        (done(song(1), song(2, **blank)), "partial", 200, (1, 2)),
        (done(song(1), song(2, state="failed")), "partial", 200, (1, 2)),
        (done(), "empty"),
        (done() | {"data": None}, "empty"),
        (done(song(1, **blank), song(2, **blank)), "empty"),
        (done(*waits), "progress"),
        (done(song(1), waits[1]), "progress"),
    ]
    for code in (
        "bad_request",
        "forbidden",
        "api_error",
        "timeout",
        "used_up",
        "too_many_requests",
    ):
        error = {"code": code, "message": "no"}
        results.append(({"success": False, "task_id": "t1", "error": error}, "failed"))
    hiccup = {"success": False, "task_id": "t1"}
    yield "extend", "callback", hiccup, "failed"
    yield "extend", "poll", {"id": "t1", "request": {}, "response": hiccup}, "progress"
    for body, *label in results:
        for operation in SONGS:
            yield operation, "callback", body, *label
            yield operation, "poll", {"id": "t1", "request": {}, "response": body}, *label
    for body in ({"id": "t1", "request": {}, "response": None}, {"id": "t1"}):
        yield "extend", "poll", body, "progress"
    for body in ({}, {"success": False, "error": {"code": "api_error", "message": "fetch failed"}}):
        yield "extend", "poll", body, "unknown"
    for status in HTTP_ERRORS:
        yield "extend", "poll", {"error": {"code": "api_error"}, "trace_id": "x"}, "unknown", status
    for status in REFUSALS:
        refused = {"success": False, "error": {"code": "used_up", "message": "x"}}
        yield "extend", "submit", refused, "failed", status
    yield "extend", "submit", {"task_id": "t1"}, "progress"


def _musicapi():
    def clip(n, **more):
        return {"clip_id": f"c{n}", "state": "succeeded", "audio_url": f"{URL}{n}.mp3"} | more

    waits = [clip(n, state=state, audio_url="") for n, state in ((1, "pending"), (2, "running"))]
    blank = [clip(1, audio_url=""), clip(2, audio_url=None)]
    failed = [clip(n, state="failed", audio_url="") for n in (1, 2)]
    for clips, says in (
        *(([clip(1), clip(2)], "delivered"), ([clip(1)], "delivered"), (waits, "progress")),
        *(([clip(1), waits[1]], "progress"), ([clip(1), blank[1]], "partial"), (blank, "empty")),
        *(
            ([clip(1), failed[1]], "partial"),
            (failed, "failed"),
            ([], "unknown"),
            (None, "unknown"),
        ),
    ):
        body = {"code": 200, "data": clips, "message": "success"}
        yield from ((song, channel, body, says) for song in SONGS for channel in BOTH)
    for status in HTTP_ERRORS:
        yield "music_simple", "poll", {"code": status, "message": "x"}, "unknown", status
    yield "music_simple", "poll", {"type": "not_ready", "message": "x"}, "progress", 202
    yield "music_simple", "submit", {"message": "success", "task_id": "t1"}, "progress"


def _elevenlabs():
    def answer(status, body=None, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return {"http_status": status, "headers": named, "body": body}

    answers = []
    for length, says in (("99", "delivered"), ("0", "empty"), (None, "unknown")):
        answers.append((answer(200, content_type="audio/mpeg", content_length=length), says))
    shown = answer(200, {"detail": "x"}, content_type="application/json", content_length="99")
    answers.append((shown, "unknown"))
    for status, word in (
        *((401, "quota_exceeded"), (401, "invalid_api_key"), (422, "bad_prompt"), (400, "x")),
        *((422, "bad_composition_plan"), (429, "system_busy"), (403, "x"), (500, "x"), (503, "x")),
    ):
        told = {"detail": {"status": word, "message": "no"}}
        answers += [(answer(status, body), "failed") for body in (told, None)]
    for body, says in answers:
        for operation in ("music_simple", "music_custom"):
            for channel in ("sync_http", "callback"):
                yield operation, channel, body, says
