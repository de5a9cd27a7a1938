"""ElevenLabs music: one call, answered with the audio itself; there is no task and no webhook.

The product reports the answer as a callback, described as `{"http_status", "headers", "body"}`.

Source: elevenlabs.io/docs/api-reference/music, github.com/elevenlabs/skills.
"""

from reprise.providers import reasons
from reprise.providers.operation import Operation
from reprise.providers.promises import Promise
from reprise.providers.rules import AudioBytes, Dialect, on
from reprise.providers.verdict import Channel

_SONGS = (Operation.MUSIC_SIMPLE, Operation.MUSIC_CUSTOM)

DIALECT = Dialect(
    name="elevenlabs",
    source="https://elevenlabs.io/docs/api-reference/music",
    anchors=("detail",),
    task_ids=(),
    readings=on({Channel.SYNC_HTTP, Channel.CALLBACK}, dict.fromkeys(_SONGS, AudioBytes())),
    error_codes=("detail.status", "detail.code"),
    messages=("detail.message", "detail"),
    reasons={
        (None, "bad_prompt"): reasons.CONTENT,
        (None, "bad_composition_plan"): reasons.CONTENT,
        (None, "quota_exceeded"): reasons.OURS,
        (None, "401"): reasons.OURS,
        (None, "429"): reasons.OURS,
    },
    promises=dict.fromkeys(_SONGS, Promise(1)),
)
