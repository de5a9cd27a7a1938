"""What kie.ai and sunoapi.org share: one API, two dialects of it.

Every body is `{code, msg, data}` and HTTP says 200 even for errors, so the code in the body counts.
Callbacks carry a stage (`callbackType`), records a `status` or `successFlag`; both are read by one
table, because relays send records where callbacks are expected.

Sources: docs.kie.ai/suno-api, docs.sunoapi.org/suno-api.
"""

from collections.abc import Mapping
from dataclasses import replace

from reprise.providers import reasons
from reprise.providers.operation import STEMS, TRACKS, Operation
from reprise.providers.rules import Codes, Goods, Outputs, Poll, Reading, Readings, Signal, on
from reprise.providers.verdict import Channel

CODES = Codes(at="code", benign=frozenset({409}), unknown_id=frozenset({404, 422}))
TASK_IDS = ("data.task_id", "task_id", "data.response.task_id")
ERROR_CODES = ("data.error_code", "data.fail_code")
MESSAGES = ("data.error_message", "data.fail_msg", "data.error", "msg", "message")
_ERRORS = ("data.error_code", "data.fail_code", "data.error")

_STAGES = {
    "text": Signal.RUNNING,
    "first": Signal.RUNNING,
    "second": Signal.RUNNING,  # undocumented, seen in one public client
    "complete": Signal.DONE,
    "error": Signal.FAILED,
}
_RECORD = {
    "pending": Signal.RUNNING,
    "waiting": Signal.RUNNING,
    "queuing": Signal.RUNNING,
    "processing": Signal.RUNNING,
    "generating": Signal.RUNNING,
    "text_success": Signal.RUNNING,
    "first_success": Signal.RUNNING,
    "success": Signal.DONE,
    "成功": Signal.DONE,  # observed where the documentation says SUCCESS
    "create_task_failed": Signal.FAILED,
    "generate_audio_failed": Signal.FAILED,
    "generate_lyrics_failed": Signal.FAILED,
    "generate_wav_failed": Signal.FAILED,
    "generate_midi_failed": Signal.FAILED,
    "sensitive_word_error": Signal.FAILED,
    "fail": Signal.FAILED,
    "failed": Signal.FAILED,
    # The provider could not reach *us*; what became of the task is in the record's outputs.
    "callback_exception": Signal.UNSURE,
}
# 2 is left out: MIDI records mean "creation failed" by it, other records "still generating".
_NUMBERS = {"0": Signal.RUNNING, "1": Signal.DONE, "3": Signal.FAILED}
_MIDI_NUMBERS = {**_NUMBERS, "2": Signal.FAILED}
_VOICE = {
    "wait_processing": Signal.RUNNING,
    "processing": Signal.RUNNING,
    "processing_validate": Signal.RUNNING,
    "processing_validate_fail": Signal.FAILED,
    "wait_validating": Signal.USER,
    "success": Signal.DONE,
    "fail": Signal.FAILED,
    "failed": Signal.FAILED,
    # The availability check of a finished voice has no status, its answer is the output.
    "true": Signal.DONE,
    "false": Signal.DONE,
}
_WORDS = {**_STAGES, **_RECORD}
_FLAGGED = ("data.success_flag", "data.status", "data.state", "data.callback_type")

_AUDIO = ("audio_url", "source_audio_url")
# Where kie.ai's newest models leave their result, as text; what is in it is described in part only.
_JOB_RESULT = "data.result_json"
_LYRIC = ("text", "lyrics")
_STEM = ("audio_url", "url")
_STEM_OBJECTS = ("data.vocal_separation_info", "data.vocal_removal_info", "data.response")

_TRACK = Reading(
    outputs=tuple(
        Outputs(at, fields=_AUDIO)
        for at in (
            *("data.data", "data.response.suno_data", "data.response.data", "data.suno_data"),
            *(f"{_JOB_RESULT}.{name}" for name in ("result_urls", "suno_data", "data")),
        )
    ),
    status=("data.callback_type", "data.status", "data.success_flag", "data.state"),
    words=_WORDS,
    errors=_ERRORS,
    elsewhere=(_JOB_RESULT,),
)
_LYRICS = Reading(
    outputs=tuple(
        Outputs(at, Goods.TEXT, _LYRIC)
        for at in (
            "data.data",
            "data.lyrics_data",
            "data.response.data",
            "data.response.lyrics_data",
        )
    ),
    status=("data.callback_type", "data.status", "data.success_flag"),
    words=_WORDS,
    stageless=True,
    errors=_ERRORS,
)


def _stems(only: frozenset[str]) -> Reading:
    """Stems are named fields; an advanced separation lists them under `originData` as well."""
    named = tuple(Outputs(at, fields=_STEM, slots=True, only=only) for at in _STEM_OBJECTS)
    listed = tuple(
        Outputs(f"{at}.origin_data", fields=_STEM, slots=True) for at in (*_STEM_OBJECTS, "data")
    )
    return Reading(
        outputs=named + listed,
        status=_FLAGGED,
        words={**_WORDS, **_NUMBERS},
        stageless=True,
        errors=_ERRORS,
    )


_WAV = Reading(
    outputs=tuple(
        Outputs(at)
        for at in ("data.audio_wav_url", "data.response.audio_wav_url", "data.response.wav_url")
    ),
    status=_FLAGGED,
    words={**_WORDS, **_NUMBERS},
    stageless=True,
    errors=_ERRORS,
)
_MIDI = Reading(
    outputs=tuple(
        Outputs(at, Goods.NOTES, ("notes",))
        for at in ("data.instruments", "data.midi_data.instruments", "data.response.instruments")
    ),
    status=(*_FLAGGED, "data.midi_data.state"),
    words={**_WORDS, **_MIDI_NUMBERS},
    stageless=True,
    errors=_ERRORS,
)
_VOICE_CLONE = Reading(
    outputs=(Outputs("data.voice_id", Goods.TEXT), Outputs("data.is_available", Goods.FLAG)),
    status=("data.status", "data.is_available"),
    words=_VOICE,
    errors=_ERRORS,
    phrase="data.validate_info",
)

# Operations in one row share the place of their outputs; those of another row stand elsewhere.
_KINDS: tuple[Mapping[Operation, Reading], ...] = (
    dict.fromkeys(TRACKS, _TRACK),
    {
        Operation.STEMS_2: _stems(frozenset({"vocal", "vocals", "instrumental"})),
        Operation.STEMS_12: _stems(frozenset()),
    },
    {Operation.LYRICS: _LYRICS},
    {Operation.WAV: _WAV},
    {Operation.MIDI: _MIDI},
    {Operation.VOICE_CLONE: _VOICE_CLONE},
)


def _others(kind: Mapping[Operation, Reading]) -> tuple[Outputs, ...]:
    readings = (reading for other in _KINDS if other is not kind for reading in other.values())
    return tuple(dict.fromkeys(place for reading in readings for place in reading.outputs))


READINGS: Readings = on(
    {Channel.CALLBACK, Channel.POLL, Channel.SUBMIT},
    {
        operation: replace(reading, others=_others(kind))
        for kind in _KINDS
        for operation, reading in kind.items()
    },
)

_RECORD_PATHS = {
    **dict.fromkeys(TRACKS, ("generate/record-info",)),
    **dict.fromkeys(STEMS, ("vocal-removal/record-info",)),
    Operation.LYRICS: ("lyrics/record-info",),
    Operation.WAV: ("wav/record-info",),
    Operation.MIDI: ("midi/record-info",),
    # A voice has two tasks, the phrase and the voice; the charge may hold the id of either.
    Operation.VOICE_CLONE: ("voice/record-info", "voice/validate-info"),
}


def poll(base_url: str) -> Poll:
    """Return how one of the two is asked."""
    return Poll(
        base_url=base_url,
        paths={
            operation: tuple(f"/api/v1/{path}?taskId={{id}}" for path in paths)
            for operation, paths in _RECORD_PATHS.items()
        },
    )


REASONS: dict[tuple[Channel | None, str], str] = {
    (None, "400"): reasons.INVALID,
    (None, "408"): reasons.TIMEOUT,
    (None, "422"): reasons.INVALID,
    (None, "451"): reasons.DOWNLOAD,
    (None, "455"): reasons.OURS,
    (None, "500"): reasons.UPSTREAM,
    (None, "501"): reasons.GENERATION,
    (None, "505"): reasons.OURS,
    (None, "531"): reasons.GENERATION,  # what it refunded is our account, not the customer's
    (None, "SENSITIVE_WORD_ERROR"): reasons.CONTENT,
    (None, "GENERATE_AUDIO_FAILED"): reasons.GENERATION,
    (None, "GENERATE_LYRICS_FAILED"): reasons.GENERATION,
    (None, "GENERATE_WAV_FAILED"): reasons.GENERATION,
    (None, "CREATE_TASK_FAILED"): reasons.UPSTREAM,
    (Channel.SUBMIT, "401"): reasons.OURS,
    (Channel.SUBMIT, "402"): reasons.OURS,
    (Channel.SUBMIT, "404"): reasons.OURS,
    (Channel.SUBMIT, "405"): reasons.OURS,
    (Channel.SUBMIT, "429"): reasons.OURS,
    (Channel.SUBMIT, "430"): reasons.OURS,
}
