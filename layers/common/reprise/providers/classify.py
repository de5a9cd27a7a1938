"""The one interpreter of the dialects: an answer of a provider becomes a verdict.

An explicit error is a failure, a complete result is counted against its promise, and whatever is
neither is `unknown`: nothing is guessed, the deadline is what ends a generation nobody speaks for.
"""

from collections.abc import Callable, Mapping

from reprise.errors import BadInputError
from reprise.providers import reasons
from reprise.providers.answer import Answer, is_error
from reprise.providers.dialects import DIALECTS
from reprise.providers.operation import Operation
from reprise.providers.outputs import Tally, count, holds_a_file
from reprise.providers.promises import Promise
from reprise.providers.rules import AudioBytes, Reading, Signal
from reprise.providers.values import MISSING, clip, first, is_blank, lookup, opened, whole, word
from reprise.providers.verdict import Channel, Outcome, Step, Verdict

_HTTP_OK = range(200, 300)
_HTTP_REFUSED = range(400, 500)
_HTTP_ERROR = range(400, 600)
_ERROR_CODES = range(400, 600)


def classify(
    provider: str,
    operation: Operation,
    channel: Channel,
    body: object,
    http_status: int = 200,
    *,
    promised: int | None = None,
    enough: int | None = None,
) -> Verdict:
    """Read one answer of a provider.

    Args:
        provider: name of the dialect; an unknown one gives an unknown verdict.
        operation: what was asked for.
        channel: how the answer came.
        body: the answer, parsed from JSON; any value is allowed. A call that is answered with bytes
            is described as `{"http_status", "headers", "body"}`.
        http_status: status of the HTTP response; a callback has none.
        promised: outputs that this charge promised, where that is not the operation's promise.
        enough: usable outputs from which on the promise counts as kept, where the policy of this
            charge says another number than the operation's promise.

    Raises:
        BadInputError: `promised` or `enough` is below 1.
    """
    for name, number in (("promised", promised), ("enough", enough)):
        if number is not None and number < 1:
            raise BadInputError(name, "must be at least 1")
    dialect = DIALECTS.get(provider)
    reading = dialect.readings.get((channel, operation)) if dialect else None
    if dialect is None or reading is None:
        return _unsupported(f"{provider}.{channel}", promised or 1)
    own = Promise(promised, enough)
    answer = Answer.of(dialect, operation, channel, body, http_status=http_status, own=own)
    if isinstance(reading, AudioBytes):
        return _audio(answer, reading)
    verdicts = (step(answer, reading) for step in _STEPS[answer.channel])
    return next((verdict for verdict in verdicts if verdict), answer.undecided(Step.SHAPE))


def _unsupported(where: str, promised: int) -> Verdict:
    return Verdict(
        outcome=Outcome.UNKNOWN,
        delivered=0,
        promised=promised,
        reason=reasons.unfinished(Step.UNSUPPORTED),
        rule=f"{where}.{Step.UNSUPPORTED}",
    )


def _audio(answer: Answer, audio: AudioBytes) -> Verdict:
    """Read a call that is answered with the file itself: no task exists before or after it."""
    status = str(answer.http_status)
    if answer.http_status in _HTTP_ERROR:
        return answer.failed(Step.HTTP, answer.error_code() or status)
    media_type = clip(lookup(answer.headers, "content-type")).casefold()
    if answer.http_status not in _HTTP_OK or not media_type.startswith(audio.media_types):
        return answer.undecided(Step.SHAPE, code=status)
    size = whole(lookup(answer.headers, "content-length"))
    if size is None and isinstance(answer.raw, str | bytes):
        size = len(answer.raw)
    if size is None:
        return answer.undecided(Step.SHAPE, code=status)
    return answer.result(Tally(usable=int(size > 0), listed=1, present=True), status)


def _http(answer: Answer, _: Reading) -> Verdict | None:
    """A poll or call that failed on the way says nothing about the task."""
    if answer.http_status in _HTTP_OK:
        return None
    is_unknown = answer.http_status in answer.dialect.codes.unknown_id_http
    step = Step.UNKNOWN_ID if is_unknown else Step.POLL_ERROR
    return answer.undecided(step, code=str(answer.http_status))


def _http_failed(answer: Answer, _: Reading) -> Verdict | None:
    """A call that ends with its result fails with its status: there is no task to ask about."""
    if answer.http_status in _HTTP_ERROR:
        return answer.failed(Step.HTTP, answer.error_code() or str(answer.http_status))
    return None if answer.http_status in _HTTP_OK else answer.undecided(Step.SHAPE)


def _code(answer: Answer, _: Reading) -> Verdict | None:
    """In a callback the envelope's code outranks the stage: `complete` comes with failures too."""
    if answer.succeeded:
        return None
    if answer.code in _ERROR_CODES:
        return answer.failed(Step.ERROR_CODE, str(answer.code))
    return answer.undecided(Step.SHAPE)


def _record(answer: Answer, _: Reading) -> Verdict | None:
    """A record that names its task and lacks what the finished ones hold is of one under way."""
    poll = answer.dialect.poll
    if poll is None or not poll.finished or not answer.task_id:
        return None
    is_finished = not is_blank(lookup(answer.body, poll.finished))
    return None if is_finished else answer.undecided(Step.PROGRESS, Outcome.PROGRESS)


def _poll_code(answer: Answer, reading: Reading) -> Verdict | None:
    """In a poll the record decides; without one, the envelope says why there is none."""
    codes = answer.dialect.codes
    if not codes.at or _signal(answer, reading) is not None:
        return None
    if answer.code in codes.unknown_id:
        return answer.undecided(Step.UNKNOWN_ID)
    if answer.code in codes.success:
        no_record = is_blank(lookup(answer.body, "data"))
        return answer.undecided(Step.UNKNOWN_ID) if no_record else None
    return answer.undecided(Step.SHAPE if answer.code is None else Step.POLL_ERROR)


def _submit_code(answer: Answer, reading: Reading) -> Verdict | None:
    """A submit call that the provider refused in so many words has made no task."""
    codes = answer.dialect.codes
    if answer.code in codes.benign:
        return answer.undecided(Step.ALREADY_EXISTS, Outcome.PROGRESS)
    if answer.code in _ERROR_CODES:
        return answer.failed(Step.ERROR_CODE, str(answer.code))
    if _signal(answer, reading) is Signal.FAILED:
        return answer.failed(Step.STATUS, answer.error_code() or _said(answer, reading))
    if answer.http_status in _HTTP_REFUSED:
        return answer.failed(Step.HTTP, answer.error_code() or str(answer.http_status))
    return None


def _submit(answer: Answer, _: Reading) -> Verdict | None:
    """What was not refused is accepted with a task, or nobody knows."""
    # A gateway may fail after the provider took the job, so its errors refuse nothing.
    if answer.http_status not in _HTTP_OK or not answer.succeeded or not answer.task_id:
        return answer.undecided(Step.SHAPE, code=str(answer.code or answer.http_status))
    return answer.undecided(Step.ACCEPTED, Outcome.PROGRESS)


def _said(answer: Answer, reading: Reading) -> str:
    return clip(first(answer.body, reading.status))


def _signal(answer: Answer, reading: Reading) -> Signal | None:
    return reading.words.get(word(first(answer.body, reading.status)))


def _status(answer: Answer, reading: Reading) -> Verdict | None:
    """Read the status word, and count the outputs where it says that they should be there."""
    said = _said(answer, reading)
    tally = count(answer.body, reading.outputs)
    signal = _signal(answer, reading) if said else _without_status(answer, reading, tally)
    if signal is Signal.FAILED:
        return answer.failed(Step.STATUS, answer.error_code() or said)
    if signal is Signal.DONE:
        return _done(answer, reading, tally)
    if signal is Signal.UNSURE:
        kept = tally.usable >= answer.promise(tally)[1]
        step = Step.CALLBACK_EXCEPTION
        return answer.result(tally, said) if kept else answer.undecided(step, code=said)
    if signal is None:
        if said and _is_final(_error(answer, reading)):
            return answer.failed(Step.STATUS_ERROR, answer.error_code() or said)
        return answer.undecided(Step.SHAPE, code=said)
    return _running(answer, reading, waiting=signal is Signal.USER)


def _running(answer: Answer, reading: Reading, *, waiting: bool) -> Verdict:
    said = _said(answer, reading)
    # Providers leave a record pending for minutes beside the code of an error that is final.
    if _is_final(_error(answer, reading)):
        return answer.failed(Step.PENDING_WITH_ERROR, answer.error_code() or said)
    if waiting and not _phrase_missing(answer, reading):
        return answer.undecided(Step.WAITING_FOR_USER, Outcome.PROGRESS, said)
    return answer.undecided(Step.PROGRESS, Outcome.PROGRESS, said)


def _error(answer: Answer, reading: Reading) -> object:
    """Return the explicit error inside a result, or None."""
    found = (lookup(answer.body, path) for path in reading.errors)
    return next((error for error in found if is_error(error)), None)


def _without_status(answer: Answer, reading: Reading, tally: Tally) -> Signal | None:
    if reading.stageless and answer.channel is Channel.CALLBACK and tally.present:
        return Signal.DONE
    if not reading.items_decide or not tally.listed:
        return None
    if tally.running:
        return Signal.RUNNING
    return Signal.FAILED if tally.failed == tally.listed else Signal.DONE


def _done(answer: Answer, reading: Reading, tally: Tally) -> Verdict:
    """A complete result: what was promised counts more than an error beside it, less does not."""
    code = _said(answer, reading) or str(answer.code or "")
    if tally.usable >= answer.promise(tally)[1]:
        return answer.result(tally, code)
    if _error(answer, reading) is not None:
        return answer.failed(Step.CONTRADICTION, answer.error_code() or code)
    gap = _gap(answer, reading, tally)
    if gap is None:
        return answer.result(tally, code)
    outcome = Outcome.PROGRESS if gap is Step.PROGRESS else Outcome.UNKNOWN
    return answer.undecided(gap, outcome, code)


def _gap(answer: Answer, reading: Reading, tally: Tally) -> Step | None:
    """Return why outputs are missing here and yet may exist; None where they are owed."""
    if not answer.succeeded:
        # A poll's own error, beside which nothing that is missing means anything.
        return Step.POLL_ERROR
    if tally.running:
        return Step.PROGRESS
    notes = (opened(lookup(answer.body, path)) for path in reading.elsewhere)
    if not all(is_blank(note) or note is False for note in notes):
        return Step.RESULT_ELSEWHERE
    return Step.SHAPE if tally.malformed or _is_another(answer, reading, tally) else None


def _is_another(answer: Answer, reading: Reading, tally: Tally) -> bool:
    """Return whether a result that lacks outputs is not about this operation, or not as we know."""
    if tally.usable:
        return False
    if holds_a_file(answer.body):
        return True
    if not tally.present:
        told = reading.phrase and lookup(answer.body, reading.phrase) is not MISSING
        if told or any(place.required for place in reading.outputs):
            return True
    return count(answer.body, reading.others).usable > 0


def _is_final(error: object) -> bool:
    number = whole(error)
    return error is not None and (number is None or number in _ERROR_CODES)


def _phrase_missing(answer: Answer, reading: Reading) -> bool:
    phrase = lookup(answer.body, reading.phrase) if reading.phrase else MISSING
    return phrase is not MISSING and is_blank(phrase)


type _Step = Callable[[Answer, Reading], Verdict | None]

_STEPS: Mapping[Channel, tuple[_Step, ...]] = {
    Channel.CALLBACK: (_code, _status),
    Channel.POLL: (_http, _record, _poll_code, _status),
    Channel.SUBMIT: (_submit_code, _submit),
    Channel.SYNC_HTTP: (_http_failed, _code, _status),
}
