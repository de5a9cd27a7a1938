"""Answers about lyrics, stems, WAV, MIDI and voices, as kie.ai and sunoapi.org shape them."""

import json

from tests.support.shapes.shape import SUNO, URL, Shape, Shapes, envelope, urls

LYRICS = "docs.kie.ai and docs.sunoapi.org: lyrics callbacks and details, the Chinese pages too"
STEMS = "docs.kie.ai and docs.sunoapi.org: vocal separation callbacks and details"
WAV = "docs.kie.ai and docs.sunoapi.org: WAV callbacks and details"
MIDI = "docs.kie.ai and docs.sunoapi.org: MIDI callbacks and details"
VOICE = "docs.sunoapi.org: Suno Voice callbacks, validate-info, record-info, check-voice"
OURS = "made up: contradictions and what a serialiser leaves out"
ERROR_CODES = (400, 408, 413, 451, 500, 501, 531)
NAMES = (
    *("vocal", "backingVocals", "drums", "bass", "guitar", "piano", "keyboard", "percussion"),
    *("strings", "synth", "fx", "brass", "woodwinds"),
)
STEM_URLS = tuple(f"{name}Url" for name in NAMES)
STEM_FIELDS = tuple(f"{name}_url" for name in (*NAMES[:1], "backing_vocals", *NAMES[2:]))
NOTE = {"pitch": 60, "start": "0.03", "end": 0.2, "velocity": 1}
NOTES = {"state": "complete", "instruments": [{"name": "Drums", "notes": [NOTE]}]}


def flagged(flag, response=None, **more):
    """A record with a success flag."""
    fields = {"taskId": "t1", "callbackUrl": URL, "response": response, "successFlag": flag}
    return envelope(fields | {"errorCode": None, "errorMessage": None} | more)


def shapes() -> Shapes:
    """Every answer, for both dialects."""
    for provider in SUNO:
        groups = {
            "lyrics": _lyrics(provider),
            "wav": _wav(),
            "midi": _midi(),
            "voice_clone": _voice(),
        }
        groups |= {"stems_2": _stems_2(), "stems_12": _stems_12()}
        for operation, found in groups.items():
            for source, channel, body, says, *count in found:
                amounts = count[0] if count else None
                yield Shape(source, provider, operation, channel, body, says, count=amounts)


def _lyrics(provider):
    def text(says="complete", words="[Verse] la", **more):
        error = "error_message" if provider == "kie" else "errorMessage"
        return {"text": words, "title": "", "status": says, error: ""} | more

    def called(data, stage="complete", code=200):
        task = {"task_id": "t1"} if provider == "kie" else {"taskId": "t1"}
        return envelope({"callbackType": stage, "data": data} | task, code)

    def record(says, response=None, **more):
        fields = {"taskId": "t1", "status": says, "response": response, "type": "LYRICS"}
        return envelope(fields | {"errorCode": None} | more)

    whole = ([text(), text()], [text()], [{"text": "la", "title": ""}])
    short = ([text(), text("failed", "")], [text(), text("failed")], [text(), text(words=" \n")])
    nothing = (
        *([], [None], [{}], [text("failed", "")], [text("failed"), text("failed")]),
        *([text(words="")], [text(words=None)], [text(words=" ")]),
    )
    for data in whole:
        yield LYRICS, "callback", called(data), "delivered", (len(data), len(data))
        yield LYRICS, "poll", record("SUCCESS", {"taskId": "t1", "data": data}), "delivered"
        yield LYRICS, "poll", record("CALLBACK_EXCEPTION", {"data": data}), "delivered"
    for data in short:
        yield LYRICS, "callback", called(data), "partial", (1, 2)
        yield LYRICS, "poll", record("SUCCESS", {"data": data}), "partial", (1, 2)
    for data in (None, *nothing):
        yield LYRICS, "callback", called(data), "empty"
        yield LYRICS, "poll", record("SUCCESS", {"data": data}), "empty"
    for response in (None, {}, {"taskId": "t1"}):
        yield LYRICS, "poll", record("SUCCESS", response), "empty"
    old = "docs.sunoapi.org, an earlier page: lyricsData instead of data, no stage"
    for data, says in (([{"text": "la"}], "delivered"), ([], "empty"), (None, "empty")):
        yield old, "callback", envelope({"taskId": "t1", "lyricsData": data}), says
    for code in ERROR_CODES:
        for stage in ("complete", "error"):
            yield LYRICS, "callback", called(None, stage, code), "failed"
    for says in ("CREATE_TASK_FAILED", "GENERATE_LYRICS_FAILED", "SENSITIVE_WORD_ERROR"):
        yield LYRICS, "poll", record(says), "failed"
        yield LYRICS, "poll", record(says, errorCode=400, errorMessage="moderation"), "failed"
    yield LYRICS, "poll", record("PENDING"), "progress"
    yield OURS, "poll", record("PENDING", errorCode=400, errorMessage="moderation"), "failed"
    yield LYRICS, "poll", record("CALLBACK_EXCEPTION"), "unknown"
    yield OURS, "callback", called([{"id": "s1", "audio_url": URL}, None]), "unknown"


def _flags(source, failures):
    """What the records of stems and WAV share."""
    yield source, "poll", flagged("PENDING"), "progress"
    yield source, "poll", flagged("CALLBACK_EXCEPTION"), "unknown"
    yield from ((source, "poll", flagged("SUCCESS", empty), "empty") for empty in (None, {}))
    for flag in failures:
        yield source, "poll", flagged(flag), "failed"
        yield source, "poll", flagged(flag, errorCode=500, errorMessage="no"), "failed"
    yield OURS, "poll", flagged("PENDING", errorCode=500), "failed"
    yield from ((OURS, "poll", flagged(flag), "unknown") for flag in (None, "", "ARCHIVED", True))
    yield OURS, "poll", envelope(None), "unknown"


def _any_stems(stem):
    yield from _flags(STEMS, ("CREATE_TASK_FAILED", "GENERATE_AUDIO_FAILED"))
    origin = ({"origin_url": ""}, {"origin_url": URL}, {"id": "x", "origin_data": []})
    blank = ({stem: ""}, {stem: None, "origin_url": URL}, {stem: " "})
    for key in ("vocal_separation_info", "vocal_removal_info"):
        for info in (None, {}, *origin, *blank):
            yield STEMS, "callback", envelope({"task_id": "t1", key: info}), "empty"
        for code in ERROR_CODES:
            yield STEMS, "callback", envelope({"task_id": "t1", key: None}, code), "failed"
    for code in ERROR_CODES:
        yield STEMS, "callback", envelope({"task_id": "t1"}, code), "failed"
        yield STEMS, "callback", envelope(None, code), "failed"
    yield OURS, "callback", envelope({"task_id": "t1"}), "unknown"
    yield OURS, "callback", envelope({"callbackType": "complete", "audioWavUrl": URL}), "unknown"


def _stems_2():
    yield from _any_stems("vocal_url")
    both = ("vocal_url", "instrumental_url")
    for key in ("vocal_separation_info", "vocal_removal_info"):

        def called(info, key=key):
            return envelope({"task_id": "t1", key: info})

        whole = urls(*both, of=both) | {"origin_url": ""}
        yield STEMS, "callback", called(whole), "delivered", (2, 2)
        for absent in (None, ""):
            short = urls("vocal_url", of=both, absent=absent) | {"origin_url": URL}
            yield STEMS, "callback", called(short), "partial", (1, 2)
        advanced = [{"extract": f"{URL}a", "remove": f"{URL}b"}]
        yield STEMS, "callback", called({"origin_data": advanced}), "delivered", (2, 2)
        yield STEMS, "callback", called({"origin_data": [advanced[0] | {"remove": ""}]}), "partial"
    null = dict.fromkeys(STEM_URLS[1:])
    for found, says in (({"vocalUrl", "instrumentalUrl"}, "delivered"), ({"vocalUrl"}, "partial")):
        response = null | urls(*found, of=("vocalUrl", "instrumentalUrl")) | {"originUrl": URL}
        yield STEMS, "poll", flagged("SUCCESS", response), says, (len(found), 2)
    yield STEMS, "poll", flagged("SUCCESS", null | {"originUrl": URL}), "empty"
    whole = {"vocalUrl": f"{URL}v", "instrumentalUrl": f"{URL}i"}
    yield STEMS, "poll", flagged("CALLBACK_EXCEPTION", whole), "delivered"


def _stems_12():
    """Up to twelve: from four on it counts as delivered."""
    yield from _any_stems("drums_url")
    for number in range(1, len(NAMES) + 1):
        label = ("delivered",) if number >= 4 else ("partial", (number, 12))
        named = urls(*STEM_FIELDS[:number], of=STEM_FIELDS) | {"origin_url": ""}
        for key in ("vocal_separation_info", "vocal_removal_info"):
            yield STEMS, "callback", envelope({"task_id": "t1", key: named}), *label
        response = urls(*STEM_URLS[:number], of=STEM_URLS) | {"originUrl": URL}
        yield STEMS, "poll", flagged("SUCCESS", response | {"instrumentalUrl": None}), *label
        listed = [{"audio_url": f"{URL}{n}", "stem_type_group_name": f"{n}"} for n in range(number)]
        yield STEMS, "poll", flagged("SUCCESS", {"originUrl": None, "originData": listed}), *label
    yield STEMS, "poll", flagged("SUCCESS", {"originData": [{"audio_url": ""}]}), "empty"


def _wav():
    yield from _flags(WAV, ("CREATE_TASK_FAILED", "GENERATE_WAV_FAILED"))
    for key in ("audioWavUrl", "audio_wav_url"):
        for url, says in ((URL, "delivered"), (None, "empty"), ("", "empty"), (" ", "empty")):
            yield WAV, "callback", envelope({key: url, "task_id": "t1"}), says
            yield WAV, "poll", flagged("SUCCESS", {key: url}), says
        for code in ERROR_CODES:
            yield WAV, "callback", envelope({key: None, "task_id": "t1"}, code), "failed"
    for code in ERROR_CODES:
        yield WAV, "callback", envelope(None, code), "failed"
    yield WAV, "callback", envelope(None), "empty"
    # That is what an accepted submit call is answered with.
    yield OURS, "callback", envelope({"task_id": "t1"}), "unknown"
    yield WAV, "poll", flagged("CALLBACK_EXCEPTION", {"audioWavUrl": URL}), "delivered"
    yield WAV, "submit", envelope({"taskId": "t1"}, 409), "progress"
    tracks = {"callbackType": "complete", "task_id": "t1", "data": [{"id": "s1", "audio_url": URL}]}
    yield OURS, "callback", envelope(tracks), "unknown"
    yield OURS, "poll", flagged("SUCCESS", {"sunoData": [{"audioUrl": URL}]}), "unknown"


def _midi():
    def instruments(*notes):
        return {"state": "complete", "instruments": [{"name": "", "notes": one} for one in notes]}

    nothing = (
        *({"state": "complete"}, {"state": "complete", "instruments": None}, instruments()),
        *(instruments([]), instruments([], []), instruments(None)),
    )
    found = [(NOTES, "delivered"), (instruments([], [NOTE]), "delivered")]
    for data, says in (*found, *((data, "empty") for data in nothing)):
        yield MIDI, "callback", envelope(data) | {"task_id": "t1"}, says
        yield MIDI, "callback", envelope(data | {"taskId": "t1"}), says
        for one in (1, "1"):
            yield MIDI, "poll", flagged(one, midiData=data), says
            yield OURS, "poll", flagged(one, midiData=json.dumps(data)), says
    for empty in (None, {}):
        yield MIDI, "poll", flagged(1, midiData=empty), "empty"
    for code in (500, 501, 400):
        yield MIDI, "callback", envelope(None, code) | {"task_id": "t1"}, "failed"
        yield MIDI, "callback", envelope({"taskId": "t1"}, code), "failed"
    yield OURS, "callback", envelope(None) | {"task_id": "t1"}, "empty"
    for flag, says in ((0, "progress"), (2, "failed"), (3, "failed")):
        for spelt in (flag, str(flag)):
            yield MIDI, "poll", flagged(spelt), says
            error = {"errorCode": 500} if says == "failed" else {}
            yield MIDI, "poll", flagged(spelt, **error), says
    for flag in (None, 4, -1, 1.5, True, "one", "\uff11"):
        yield OURS, "poll", flagged(flag, midiData=NOTES if flag is not None else None), "unknown"


def _voice():
    def voice(says, code=200, error=0, **more):
        fields = {"taskId": "t1", "status": says, "errorCode": error, "errorMessage": ""}
        return envelope(fields | more, code)

    for channel in ("callback", "poll"):
        for error in (0, None, "0"):
            yield VOICE, channel, voice("success", error=error, voiceId="v1"), "delivered"
            for blank in ({"voiceId": ""}, {"voiceId": None}, {"voiceId": " "}, {}):
                yield VOICE, channel, voice("success", error=error, **blank), "empty"
            waits = voice("wait_validating", error=error, validateInfo="Please sing this line.")
            yield VOICE, channel, waits, "waiting"
            for phrase in ("", None):
                asks = voice("wait_validating", error=error, validateInfo=phrase)
                yield VOICE, channel, asks, "progress"
            for says in ("wait_processing", "processing_validate"):
                yield VOICE, channel, voice(says, error=error, voiceId=None), "progress"
        for says in ("fail", "FAIL", "processing_validate_fail"):
            for error in (0, None, 500):
                yield VOICE, channel, voice(says, error=error, voiceId=""), "failed"
        yield OURS, channel, voice("wait_processing", error=500), "failed"
        yield OURS, channel, voice("wait_validating", error=500, validateInfo="Sing."), "failed"
        yield OURS, channel, voice("archived"), "unknown"
        # The phrase's record: it does not say where the voice is.
        yield VOICE, channel, voice("success", validateInfo="Sing."), "unknown"
    for code in (400, 500):
        for says in ("fail", "processing_validate_fail"):
            yield VOICE, "callback", voice(says, code, 500), "failed"
        yield VOICE, "callback", envelope(None, code), "failed"
    yield VOICE, "poll", envelope({"isAvailable": True}), "delivered"
    yield VOICE, "poll", envelope({"isAvailable": False}), "empty"
    yield VOICE, "poll", envelope(None), "unknown"
