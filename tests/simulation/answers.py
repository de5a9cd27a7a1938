"""What the providers say about each of the twelve operations, in callbacks and in records."""

from copy import deepcopy
from functools import cache

from tests.simulation.truth import COSTS, PARTLY
from tests.support.files import sample

PROVIDERS = dict.fromkeys(COSTS, "kie") | {"add_instrumental": "sunoapi", "voice_clone": "sunoapi"}
TRACKS = ("music_simple", "music_custom", "extend", "add_vocals", "add_instrumental")
OUTCOMES = ("delivered", "partial", "failed", "empty")


def outcomes_of(operation):
    """How an operation can end."""
    return [one for one in OUTCOMES if one != "partial" or operation in PARTLY]


def callback(operation, task, outcome):
    """The body of the callback that says how a task ended."""
    code, message = (501, "generation failed") if outcome == "failed" else (200, "success")
    data = {"task_id": task, "taskId": task} | _stage(operation, outcome)
    data |= {"data": None} if outcome == "failed" else _result(operation, outcome)
    return {"code": code, "msg": message, "data": data}


def _stage(operation, outcome):
    """Where a callback says that the task is."""
    if operation == "voice_clone":
        return {"status": "fail" if outcome == "failed" else "success"}
    if operation in {"stems_2", "stems_12", "wav", "midi"}:
        return {}
    failed = outcome == "failed" and operation != "lyrics"
    return {"callbackType": "error" if failed else "complete"}


def _result(operation, outcome):
    """What a callback brings."""
    if operation in {"stems_2", "stems_12"}:
        return {"vocal_separation_info": _stems(operation, outcome)}
    if operation == "wav":
        return {"audioWavUrl": _url(1) if outcome == "delivered" else ""}
    if operation == "midi":
        return {"state": "complete", "instruments": _notes(outcome)}
    if operation == "voice_clone":
        return {"voiceId": "voice_1" if outcome == "delivered" else "", "errorCode": 0}
    return {"data": _outputs(operation, outcome)}


def first_track(task):
    """The callback that says that one of two tracks is there."""
    body = callback("music_simple", task, "partial")
    body["data"] |= {"callbackType": "first", "data": [_track(1)]}
    return body


def waiting(task):
    """The callback that asks the customer to read a phrase aloud."""
    body = deepcopy(_sample("sunoapi-voice_clone-progress-waiting_for_user"))
    body["data"]["taskId"] = task
    return body


def record(operation, task, outcome):
    """The provider's record of a task; `outcome` may be pending or waiting, too."""
    if operation == "voice_clone":
        return _voice(task, outcome)
    if operation == "midi":
        flags = {"pending": 0, "failed": 3}
        data = {"taskId": task, "successFlag": flags.get(outcome, 1)}
        if outcome in {"delivered", "empty"}:
            data["midiData"] = {"state": "complete", "instruments": _notes(outcome)}
        return {"code": 200, "msg": "success", "data": data}
    word = {"pending": "PENDING", "failed": "GENERATE_AUDIO_FAILED"}.get(outcome, "SUCCESS")
    data = {"taskId": task, "status": word, "response": None, "errorCode": None}
    if word == "SUCCESS":
        data["response"] = {"taskId": task} | _response(operation, outcome)
    if outcome == "failed":
        data |= {"errorCode": 501, "errorMessage": "generation failed"}
    return {"code": 200, "msg": "success", "data": data}


def _response(operation, outcome):
    if operation in {"stems_2", "stems_12"}:
        return _camel(_stems(operation, outcome))
    if operation == "wav":
        return {"audioWavUrl": _url(1) if outcome == "delivered" else ""}
    if operation == "lyrics":
        return {"data": _outputs(operation, outcome)}
    return {"sunoData": [_camel(one) for one in _outputs(operation, outcome)]}


def _voice(task, outcome):
    if outcome == "waiting":
        return waiting(task)
    word = {"pending": "processing", "failed": "fail"}.get(outcome, "success")
    data = {"taskId": task, "status": word, "voiceId": "voice_1" if outcome == "delivered" else ""}
    return {"code": 200, "msg": "success", "data": data}


def _outputs(operation, outcome):
    """Tracks or lyrics of a result."""
    if operation == "lyrics":
        texts = {"delivered": ("la", "lo"), "partial": ("la", ""), "empty": ("", "")}[outcome]
        states = {True: "complete", False: "failed"}
        return [{"text": text, "title": "Harbour", "status": states[bool(text)]} for text in texts]
    if outcome == "empty":
        return []
    if operation == "replace_section":
        return [_track(1)]
    return [_track(1), _track(2) if outcome == "delivered" else _track(2, url="")]


def _stems(operation, outcome):
    names = ("vocal", "instrumental")
    if operation == "stems_12":
        names = ("vocal", "drums", "bass", "guitar", "keyboard", "strings", "brass", "synth")
    some = {"delivered": len(names), "partial": 1 if len(names) == 2 else 2, "empty": 0}[outcome]
    found = {f"{name}_url": _url(n) if n < some else None for n, name in enumerate(names)}
    return {"origin_url": ""} | found


def _notes(outcome):
    note = {"pitch": 57, "start": 0.5, "end": "0.75", "velocity": 0.8}
    return [{"name": "Piano", "notes": [note]}] if outcome == "delivered" else []


def _track(number, url=None):
    url = _url(number) if url is None else url
    return {"id": f"t{number}", "audio_url": url, "title": "Harbour", "duration": 120.5}


def _url(number):
    return f"https://cdn.music.example/t{number}.mp3"


def _camel(given):
    first, *rest = zip(*[(key.split("_"), value) for key, value in given.items()], strict=True)
    names = [head + "".join(word.title() for word in tail) for head, *tail in first]
    return dict(zip(names, *rest, strict=True))


@cache
def _sample(name):
    return sample(f"provider_events/{name}")["detail"]["payload"]
