"""PiAPI: one task object under `data` for every model.

Source: piapi.ai/docs (unified webhook, get task).
"""

from dataclasses import replace

from reprise.providers import reasons
from reprise.providers.dialects.common import by_kind
from reprise.providers.rules import (
    Codes,
    Dialect,
    Goods,
    Outputs,
    Poll,
    Reading,
    Signal,
    everywhere,
    on,
)
from reprise.providers.verdict import Channel

_AUDIO = ("audio_url", "song_path", "url")

_FILES = Reading(
    outputs=tuple(
        Outputs(at, fields=_AUDIO, slots=True)
        for at in ("data.output", "data.output.clips", "data.output.songs")
    ),
    status=("data.status",),
    words={
        "pending": Signal.RUNNING,
        "staged": Signal.RUNNING,
        "starting": Signal.RUNNING,
        "processing": Signal.RUNNING,
        "retry": Signal.RUNNING,
        "completed": Signal.DONE,
        "success": Signal.DONE,
        "failed": Signal.FAILED,
    },
    errors=("data.error.code",),
)
_LYRICS = replace(
    _FILES,
    outputs=tuple(
        Outputs(at, Goods.TEXT, ("text", "lyrics"))
        for at in ("data.output", "data.output.lyrics", "data.output.text")
    ),
)
_VOICE = replace(_FILES, outputs=(Outputs("data.output.voice_id", Goods.TEXT, required=True),))

DIALECT = Dialect(
    name="piapi",
    source="https://piapi.ai/docs/unified-webhook",
    anchors=("data.status", "code"),
    task_ids=("data.task_id",),
    readings=on({Channel.CALLBACK, Channel.POLL, Channel.SUBMIT}, by_kind(_FILES, _LYRICS, _VOICE)),
    poll=Poll(
        base_url="https://api.piapi.ai",
        paths=everywhere("/api/v1/task/{id}"),
        key=("x-api-key", "{key}"),
    ),
    codes=Codes(at="code", optional=True),  # answers have one, webhooks have none
    error_codes=("data.error.code",),
    messages=("data.error.message", "data.error.raw_message", "message"),
    reasons={
        (None, "10000"): reasons.GENERATION,
        (Channel.SUBMIT, "401"): reasons.OURS,
        (Channel.SUBMIT, "402"): reasons.OURS,
        (Channel.SUBMIT, "429"): reasons.OURS,
    },
)
