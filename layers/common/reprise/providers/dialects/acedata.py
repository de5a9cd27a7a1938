"""AceData: `success` decides, an error object says why; task look-ups wrap it in `response`.

Source: github.com/AceDataCloud/SunoAPI (integration guide).
"""

from dataclasses import replace

from reprise.providers import reasons
from reprise.providers.dialects.common import by_kind
from reprise.providers.rules import Dialect, Goods, Outputs, Reading, Signal, on
from reprise.providers.verdict import Channel

_FILES = Reading(
    outputs=(Outputs("data", fields=("audio_url", "file_url", "url"), slots=True),),
    status=("success",),
    words={"true": Signal.DONE, "false": Signal.FAILED},
    errors=("error.code",),
)
_LYRICS = replace(_FILES, outputs=(Outputs("data", Goods.TEXT, ("text", "lyric", "lyrics")),))
_VOICE = replace(_FILES, outputs=(Outputs("data.voice_id", Goods.TEXT, required=True),))

DIALECT = Dialect(
    name="acedata",
    source="https://github.com/AceDataCloud/SunoAPI",
    anchors=("success", "task_id"),
    task_ids=("task_id",),
    readings=on(set(Channel), by_kind(_FILES, _LYRICS, _VOICE)),
    error_codes=("error.code",),
    messages=("error.message", "message"),
    reasons={
        (None, "bad_request"): reasons.INVALID,
        (None, "forbidden"): reasons.CONTENT,  # moderation and copyright alike
        (None, "api_error"): reasons.UPSTREAM,
        (None, "timeout"): reasons.TIMEOUT,
    },
)
