"""Why a generation ended as it did, in words for the customer.

A provider's own words are kept for operators only: they speak of our account with the provider
("credits refunded" is not about the customer's credits) and of causes that nobody outside can read.
"""

from reprise.providers.verdict import Outcome, Step

CONTENT = "The provider's content rules rejected the request."
COPYRIGHT = "The material matches or contains copyrighted work."
ARTIST = "The description names an artist, which the provider does not allow."
INVALID = "The provider rejected the request's settings or material."
TIMEOUT = "The provider gave no result in time."
OURS = "The provider could not take the request; the cause is on our side."
GENERATION = "The provider failed to make it."
DOWNLOAD = "The provider could not download the source audio."
LONG = "The description or lyrics are longer than the provider allows."
PHRASE = "The voice recording could not be verified against its phrase."
UPSTREAM = "The provider had an internal error."
ERROR = "The provider reported an error."

# Providers put many causes under one code; their own words tell them apart. First match wins.
_TELLTALES = (
    (("artist name", "artist's name"), ARTIST),
    (("copyright", "existing work", "protected material"), COPYRIGHT),
    (("moderation", "sensitive", "prohibited", "flagged", "inappropriate", "policy"), CONTENT),
    (("did not match", "verification"), PHRASE),
    (("timeout", "timed out", "time out"), TIMEOUT),
)

_BY_STEP = {
    Step.ACCEPTED: "The provider accepted the request and is working on it.",
    Step.ALREADY_EXISTS: "The provider is already working on it, or has it ready.",
    Step.CALLBACK_EXCEPTION: "The provider's answer does not say how it ended; it is asked again.",
    Step.POLL_ERROR: "The provider could not be asked; it is asked again.",
    Step.PROGRESS: "It is still being made.",
    Step.RESULT_ELSEWHERE: "It is finished, but the result has to be fetched; it is asked again.",
    Step.SHAPE: "The provider's answer could not be read; it is asked again.",
    Step.UNKNOWN_ID: "The provider does not know this task yet; it is asked again.",
    Step.UNSUPPORTED: "This provider's answer to this operation is not known; a deadline decides.",
    Step.WAITING_FOR_USER: "The provider is waiting for the voice phrase to be recorded.",
}


def failure(code: str, message: str, by_code: str | None) -> str:
    """Return why it failed: by the provider's words, else by its code, else in general.

    Args:
        code: the provider's code or status word.
        message: the provider's own words.
        by_code: what the dialect says about the code, if anything.
    """
    if by_code == OURS:
        return OURS
    said = f"{message} {code}".casefold().replace("_", " ")
    told = (words for telltales, words in _TELLTALES if any(one in said for one in telltales))
    return next(told, by_code or ERROR)


def unfinished(step: Step) -> str:
    """Return why nothing is decided yet."""
    return _BY_STEP.get(step, _BY_STEP[Step.SHAPE])


def finished(outcome: Outcome, delivered: int, promised: int) -> str:
    """Return what a complete result holds."""
    if outcome is Outcome.EMPTY:
        return "The provider reported success, but nothing usable was delivered."
    outputs = "output" if promised == 1 else "outputs"
    if outcome is Outcome.PARTIAL:
        return f"{delivered} of {promised} {outputs} delivered."
    if delivered < promised:
        return f"Delivered: {delivered} of up to {promised} {outputs}."
    return f"All {promised} {outputs} delivered." if promised > 1 else "Delivered."
