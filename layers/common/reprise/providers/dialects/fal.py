"""fal.ai queue: the model's result stands under `payload`.

A result that cannot be sent as JSON comes as `OK` with `payload: null` and `payload_error`; it is
not lost but waits in the queue, so that is no empty success. The queue's status page says
`COMPLETED` for failures too, beside their error, and holds no result: that is at `response_url`,
bare. Its address holds the model's name (`fal-ai/<model>/requests/<id>`), so it is what the product
reports as the id of the task.
Source: fal.ai/docs (webhooks, queue, request errors), github.com/fal-ai/fal-js (queue client).
"""

from dataclasses import replace

from reprise.providers import reasons
from reprise.providers.dialects.common import TRACKS_AS_LISTED, by_kind
from reprise.providers.rules import Dialect, Goods, Outputs, Poll, Reading, Signal, everywhere, on
from reprise.providers.verdict import Channel

_FILES = Reading(
    outputs=tuple(
        Outputs(at, fields=("url", "audio_url"), slots=True, required=True)
        for at in ("payload", "payload.output", "payload.stems")
    ),
    status=("status",),
    words={
        "in_queue": Signal.RUNNING,
        "in_progress": Signal.RUNNING,
        "completed": Signal.DONE,
        "ok": Signal.DONE,
        "error": Signal.FAILED,
        "failed": Signal.FAILED,
        "canceled": Signal.FAILED,
        "cancelled": Signal.FAILED,
    },
    errors=("error", "error_type", "payload.error_type"),
    elsewhere=("payload_error", "response_url"),
)
_LYRICS = replace(
    _FILES,
    outputs=tuple(
        Outputs(at, Goods.TEXT, ("text", "lyrics"), required=True)
        for at in ("payload.lyrics", "payload.output", "payload.text")
    ),
)
_VOICE = replace(
    _FILES,
    outputs=tuple(
        Outputs(at, Goods.TEXT, required=True)
        for at in ("payload.voice_id", "payload.custom_voice_id")
    ),
)

DIALECT = Dialect(
    name="fal",
    source="https://fal.ai/docs/model-endpoints/webhooks",
    anchors=("status", "request_id"),
    task_ids=("request_id",),
    readings=on({Channel.CALLBACK, Channel.POLL, Channel.SUBMIT}, by_kind(_FILES, _LYRICS, _VOICE)),
    poll=Poll(
        base_url="https://queue.fal.run",
        paths=everywhere("/{id}/status"),
        key=("Authorization", "Key {key}"),
        path_ids=r"(?:[A-Za-z0-9][\w.-]*/){2,4}requests/[A-Za-z0-9-]{1,64}",
        result="/{id}",
    ),
    error_codes=("payload.error_type", "error_type", "error"),
    messages=("payload.detail", "payload_error", "error", "detail"),
    reasons={
        (None, "request_timeout"): reasons.TIMEOUT,
        (None, "startup_timeout"): reasons.TIMEOUT,
        (None, "runner_scheduling_failure"): reasons.UPSTREAM,
        (None, "runner_connection_timeout"): reasons.TIMEOUT,
        (None, "runner_disconnected"): reasons.UPSTREAM,
        (None, "Invalid status code: 422"): reasons.INVALID,
    },
    promises=TRACKS_AS_LISTED,
)
