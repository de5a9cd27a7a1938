"""musicapi.ai: poll only, and no status but the one of each clip.

Its answers list the clips that were attempted, so every listed one is owed.
Source: github.com/musicapi-ai/sunoapi-js-sdk (README).
"""

from dataclasses import replace

from reprise.providers.dialects.common import TRACKS_AS_LISTED, by_kind
from reprise.providers.rules import Codes, Dialect, Goods, Outputs, Reading, on
from reprise.providers.verdict import Channel

_FILES = Reading(outputs=(Outputs("data", fields=("audio_url", "url")),), items_decide=True)
_LYRICS = replace(_FILES, outputs=(Outputs("data", Goods.TEXT, ("lyrics", "text")),))
_VOICE = replace(_FILES, outputs=(Outputs("data", Goods.TEXT, ("voice_id", "persona_id")),))

DIALECT = Dialect(
    name="musicapi",
    source="https://github.com/musicapi-ai/sunoapi-js-sdk",
    anchors=("code", "task_id"),
    task_ids=("task_id", "data.task_id"),
    readings=on({Channel.POLL, Channel.SUBMIT}, by_kind(_FILES, _LYRICS, _VOICE)),
    codes=Codes(at="code", optional=True),  # answers to submit calls have none
    messages=("message", "error"),
    promises=TRACKS_AS_LISTED,
)
