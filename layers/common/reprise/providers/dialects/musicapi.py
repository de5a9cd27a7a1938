"""musicapi.ai: no status but the one of each clip, in its webhooks too.

Its answers list the clips that were attempted, so every listed one is owed; a webhook also comes
while they can only be streamed. Asked is its `sonic` API, whose tasks are songs and stems: an id
does not tell if another (`producer`, `nuro`) made it. A WAV has no task: its call is answered with
its address.

Source: docs.musicapi.ai (get music, error handling, webhook guide),
musicapi.ai/docs/guides/output-endpoints, public clients for the WAV.
"""

from dataclasses import replace

from reprise.providers.dialects.common import TRACKS_AS_LISTED, by_kind
from reprise.providers.operation import STEMS, TRACKS, Operation
from reprise.providers.rules import Codes, Dialect, Goods, Outputs, Poll, Reading, Signal, on
from reprise.providers.verdict import Channel

_FILES = Reading(
    outputs=(Outputs("data", fields=("audio_url", "url")),),
    status=("type",),  # where there are no clips yet
    words={"not_ready": Signal.RUNNING},
    items_decide=True,
)
_WAV = replace(_FILES, outputs=(Outputs("data", fields=("wav_url", "audio_url", "url")),))
_LYRICS = replace(_FILES, outputs=(Outputs("data", Goods.TEXT, ("lyrics", "text")),))
_VOICE = replace(_FILES, outputs=(Outputs("data", Goods.TEXT, ("voice_id", "persona_id")),))

DIALECT = Dialect(
    name="musicapi",
    source="https://docs.musicapi.ai",
    anchors=("code", "task_id"),
    task_ids=("task_id", "data.task_id"),
    readings=on(
        {Channel.CALLBACK, Channel.POLL, Channel.SUBMIT},
        by_kind(_FILES, _LYRICS, _VOICE) | {Operation.WAV: _WAV},
    ),
    poll=Poll(
        base_url="https://api.musicapi.ai",
        paths=dict.fromkeys(TRACKS | STEMS, ("/api/v1/sonic/task/{id}",)),
    ),
    codes=Codes(
        at="code",
        optional=True,  # answers to submit calls have none
        unknown_id_http=frozenset({400, 404}),  # 400 "task not found."
    ),
    messages=("message", "error"),
    promises=TRACKS_AS_LISTED,
)
