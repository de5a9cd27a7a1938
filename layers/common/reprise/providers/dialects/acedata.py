"""AceData: `success` decides, an error object says why.

A look-up answers with the task's record, where the result stands under `response`: files without
`success` there are previews, `success: false` without an error's code may pass, and `success`
outside of it is about the look-up.

Source: github.com/AceDataCloud: SunoAPI, SunoMCP (`core/utils.py`), SDK (`runtime/tasks.ts`).
"""

from reprise.providers import reasons
from reprise.providers.dialects.common import by_kind
from reprise.providers.operation import Operation
from reprise.providers.rules import Dialect, Goods, Outputs, Poll, Reading, Signal, everywhere, on
from reprise.providers.verdict import Channel

_RESULT = "response"


def _readings(within: str, refused: Signal) -> dict[Operation, Reading]:
    def reading(*outputs: Outputs) -> Reading:
        return Reading(
            outputs=outputs,
            status=(f"{within}success",),
            words={"true": Signal.DONE, "false": refused},
            errors=(f"{within}error.code",),
        )

    data = f"{within}data"
    return by_kind(
        files=reading(Outputs(data, fields=("audio_url", "file_url", "url"), slots=True)),
        lyrics=reading(Outputs(data, Goods.TEXT, ("text", "lyric", "lyrics"))),
        voice=reading(Outputs(f"{data}.voice_id", Goods.TEXT, required=True)),
    )


DIALECT = Dialect(
    name="acedata",
    source="https://github.com/AceDataCloud/SunoAPI",
    anchors=("success", "task_id"),
    task_ids=("task_id", f"{_RESULT}.task_id", "id"),
    readings=on(set(Channel) - {Channel.POLL}, _readings("", Signal.FAILED))
    | on({Channel.POLL}, _readings(f"{_RESULT}.", Signal.RUNNING)),
    poll=Poll(
        base_url="https://api.acedata.cloud",
        paths=everywhere("/suno/tasks"),
        body={"id": "{id}", "action": "retrieve"},
        finished=f"{_RESULT}.success",
    ),
    error_codes=("error.code", f"{_RESULT}.error.code"),
    messages=("error.message", f"{_RESULT}.error.message", "message"),
    reasons={
        (None, "bad_request"): reasons.INVALID,
        (None, "forbidden"): reasons.CONTENT,  # moderation and copyright alike
        (None, "api_error"): reasons.UPSTREAM,
        (None, "timeout"): reasons.TIMEOUT,
    },
)
