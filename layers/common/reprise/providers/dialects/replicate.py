"""Replicate: a webhook's body is the prediction itself, whose output is whatever the model returns.

`canceled` comes for a cancelled prediction and for one that passed its deadline: nothing was made
either way. An hour after its end a prediction is emptied (`data_removed`): what it made is gone
from Replicate, which says nothing about whether it was delivered.

Source: replicate.com/docs (webhooks, data retention), sdks.replicate.com (get a prediction).
"""

from dataclasses import replace

from reprise.providers import reasons
from reprise.providers.dialects.common import TRACKS_AS_LISTED, by_kind
from reprise.providers.rules import (
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

_FILES = Reading(
    outputs=(Outputs("output", fields=("url", "audio_url"), slots=True, required=True),),
    status=("status",),
    words={
        "starting": Signal.RUNNING,
        "processing": Signal.RUNNING,
        "succeeded": Signal.DONE,
        "failed": Signal.FAILED,
        "canceled": Signal.FAILED,
        "cancelled": Signal.FAILED,
        "aborted": Signal.FAILED,
    },
    errors=("error",),
    elsewhere=("data_removed",),
)
_LYRICS = replace(
    _FILES, outputs=(Outputs("output", Goods.TEXT, ("text", "lyrics"), required=True),)
)
_VOICE = replace(
    _FILES,
    outputs=(
        Outputs("output.voice_id", Goods.TEXT, required=True),
        Outputs("output", Goods.TEXT, ("voice_id",), required=True),
    ),
)

DIALECT = Dialect(
    name="replicate",
    source="https://replicate.com/docs/topics/webhooks",
    anchors=("status",),
    task_ids=("id",),
    readings=on(set(Channel), by_kind(_FILES, _LYRICS, _VOICE)),
    poll=Poll(base_url="https://api.replicate.com", paths=everywhere("/v1/predictions/{id}")),
    messages=("error", "detail", "title"),
    reasons={
        (None, "failed"): reasons.GENERATION,
        (None, "canceled"): "The generation was cancelled before it was finished.",
        (None, "aborted"): "The generation was cancelled before it was started.",
    },
    promises=TRACKS_AS_LISTED,
)
