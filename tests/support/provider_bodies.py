"""Bodies as kie and sunoapi send them, and short ways to read them."""

from reprise.providers.classify import classify
from reprise.providers.operation import Operation
from reprise.providers.verdict import Channel

CALLBACK, POLL, SUBMIT, SYNC = Channel.CALLBACK, Channel.POLL, Channel.SUBMIT, Channel.SYNC_HTTP
MUSIC = Operation.MUSIC_SIMPLE


def song(n, **changes):
    return {"id": f"s{n}", "audio_url": f"https://cdn.example/{n}.mp3", "duration": 100} | changes


def callback(*tracks, code=200, stage="complete", **data):
    return {
        "code": code,
        "msg": "",
        "data": {"callbackType": stage, "task_id": "t1", "data": list(tracks), **data},
    }


def record(status, *tracks, **changes):
    """A record that names no task, so that it may be told of any."""
    response = {"sunoData": list(tracks)} if tracks else None
    data = {"status": status, "response": response, "errorCode": None} | changes
    return {"code": 200, "msg": "success", "data": data}


def read(body, operation=MUSIC, channel=CALLBACK, provider="kie", **more):
    return classify(provider, operation, channel, body, **more)


def outcome(*args, **more):
    return read(*args, **more).outcome.value


TWO = (song(1), song(2))
