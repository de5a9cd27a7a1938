"""What a mail asks for: a category, a language, and whether the two are sure enough to act on.

Text picks a category and nothing else; amounts, dates and eligibility come from the ledger and
Stripe. Whatever is mixed, unsure, hypothetical or in a language we lack is left to a person.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from reprise.mail.claims import Hit, hits_of, suppressed
from reprise.mail.wording import (
    SENTENCES_MAX,
    fold_words,
    own_subject,
    pattern_of,
    sentences_of,
    without_titles,
)
from reprise.mail.words import word_lists
from reprise.policy.facts import Category, Preference

_TEXT_CHARS_MAX = 12_000
_SURE_PERCENT, _UNSURE_PERCENT = 95, 40
_NUMBERED = re.compile(r"(?m)^\s*(?:\d{1,2}[.)]|[-*•])\s+\S")
_NUMBERED_MIN = 2
_ANSWER_WORDS_MAX = 8  # an id and a thank-you are understood in any language
# Not the first and the second of a German month.
_ENUMERATED = re.compile(
    r"(?<![\w.,])(?<!am )(?<!vom )(?<!zum )\(?1[.)]\s(?:.{1,1000}?)(?<![\w.,])\(?2[.)]\s"
)
_WORD = re.compile(r"(?<![\w-])[^\W\d_]+(?:'[^\W\d_]+)?(?![\w-])")
_LINK = re.compile(r"https?://\S+")
LANGUAGES = ("en", "de", "fr", "es", "pt")
UNKNOWN_LANGUAGE = "unknown"


@dataclass(frozen=True, slots=True)
class Request:
    """One thing a mail asks for.

    Args:
        preference: for a pack that did not arrive; None where unsaid.
        evidence: the folded sentence that says it, for the case record.
    """

    category: Category
    preference: Preference | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Intent:
    """Everything a mail asks for.

    Args:
        requests: in the order of the text; empty where nothing was recognised.
        confident: every request is clear and nothing else is in the way; else a person reads it.
        reason: why it is, or is not, left to a person.
    """

    requests: tuple[Request, ...]
    language: str
    confident: bool
    reason: str

    @property
    def confidence_percent(self) -> int:
        """How sure the reading is, on the scale of the policy's threshold: three steps."""
        if self.confident:
            return _SURE_PERCENT
        return _UNSURE_PERCENT if self.requests else 0

    @property
    def category(self) -> Category:
        """The first category, or `OTHER`."""
        return self.requests[0].category if self.requests else Category.OTHER


def read_intent(subject: str, text: str, below: str = "") -> Intent:
    """Read what a mail asks for from its subject and the sender's own words.

    Args:
        subject: the subject.
        text: the sender's own words.
        below: what stands under a signature mark; it asks for nothing, but it may need a person.
    """
    said = fold_words(f"{own_subject(subject)}\n\n{text[:_TEXT_CHARS_MAX]}")
    folded = without_titles(said)
    sentences = sentences_of(folded)
    language, sure = _language(folded, sentences)
    if language == UNKNOWN_LANGUAGE:
        return Intent((), language, confident=False, reason="language not recognised")
    hits = hits_of(sentences, language)
    # "Refund" as a subject is a heading, not a choice between money and credits.
    words = _words(text)
    requests = tuple(_request(hit, sentences, words, language) for hit in hits)
    every = " ".join(folded.lower().split())
    doubt = (
        ("it is longer than what is read" if _goes_on(text, sentences) else "")
        or _unwanted(requests, every, language)
        or _said_below(below, language)
        or _doubt(folded, hits, language, sure=sure)
    )
    return Intent(requests, language, confident=not doubt, reason=doubt or "clear")


def _said_below(below: str, language: str) -> str:
    """Say so where the sender goes on under the signature mark; names and addresses do not."""
    words = _words(below)
    goes_on = any(pattern_of(name, language).search(words) for name in ("speaking", "moneyback"))
    goes_on = goes_on or bool(hits_of(sentences_of(fold_words(below)), language))
    return "it goes on below its signature" if goes_on else ""


def _words(text: str) -> str:
    return " ".join(fold_words(text[:_TEXT_CHARS_MAX]).lower().split())


def _goes_on(text: str, sentences: list[str]) -> bool:
    return len(text) > _TEXT_CHARS_MAX or len(sentences) > SENTENCES_MAX


def read_doubt(text: str, language: str, category: Category, below: str = "") -> str:
    """Return why a person must read a further letter of the sender's, or the empty string.

    Args:
        text: the sender's own words.
        language: the one in which we asked.
        category: what the case is about; a letter that asks for anything else is a person's.
        below: what stands under a signature mark.
    """
    intent, words = read_intent("", text), _words(text)
    preference = read_choice(text, language) if category is Category.PACK_NOT_CREDITED else None
    for tongue in dict.fromkeys((language, intent.language)):
        if tongue in LANGUAGES and (
            doubt := _speaks_of(words, tongue)
            or _refused(words, tongue, preference)
            or _said_below(below, tongue)
        ):
            return doubt
    further = {request.category for request in intent.requests} - {category, *suppressed(category)}
    if further:
        return f"it asks for something else: {', '.join(sorted(further))}"
    told = intent.language != UNKNOWN_LANGUAGE or len(_WORD.findall(words)) <= _ANSWER_WORDS_MAX
    return "" if told else "language not recognised"


def read_choice(text: str, language: str) -> Preference | None:
    """Read the answer to "credits or money?"; None where it says neither or both.

    Args:
        text: the sender's own words.
        language: the one in which we asked.
    """
    return _choice(_words(text), language if language in LANGUAGES else "en")


def _language(folded: str, sentences: list[str]) -> tuple[str, bool]:
    """Return the language and whether the text alone settles it."""
    counts = dict.fromkeys(LANGUAGES, 0)
    stopwords = {lang: _stopwords(lang) for lang in LANGUAGES}
    words = _WORD.findall(_LINK.sub(" ", folded.lower()))
    for word in words:
        for language in LANGUAGES:
            counts[language] += word in stopwords[language]
    ranked = sorted(LANGUAGES, key=lambda language: -counts[language])
    best, second = counts[ranked[0]], counts[ranked[1]]
    if best >= 3 and best * 4 >= second * 5 and best * 8 >= len(words):  # noqa: PLR2004
        return ranked[0], True
    # Too short for that: the one language in which it says something we know.
    speaking = [language for language in LANGUAGES if hits_of(sentences, language)]
    if len(speaking) > 1 and best > second and ranked[0] in speaking:
        return ranked[0], True
    return (speaking[0], True) if len(speaking) == 1 else _by_counts(ranked[0], best, second)


def _by_counts(language: str, best: int, second: int) -> tuple[str, bool]:
    return (language, False) if best > second and best > 1 else (UNKNOWN_LANGUAGE, False)


def _request(hit: Hit, sentences: list[str], words: str, language: str) -> Request:
    evidence = " . ".join(sentences[index] for index in sorted(hit.sentences))
    chooses = hit.category is Category.PACK_NOT_CREDITED
    return Request(hit.category, _choice(words, language) if chooses else None, evidence)


def _choice(words: str, language: str) -> Preference | None:
    complete, refund = (
        bool(pattern_of(concept, language).search(_affirmed(concept, words, language)))
        for concept in ("completion", "moneyback")
    )
    if complete == refund:
        return None
    return Preference.COMPLETE if complete else Preference.REFUND


def _affirmed(concept: str, words: str, language: str) -> str:
    """Return the words without a choice that is refused: "no refund needed"."""
    no, choice = (pattern_of(name, language).pattern for name in ("negated", concept))
    refused = f"{no} (?:[\\w']+ ){{0,2}}{choice}"
    return re.sub(refused, " ", words)


def _unwanted(requests: tuple[Request, ...], words: str, language: str) -> str:
    """Say so where no money is wanted and no credits instead, or nothing at all is asked for."""
    found = {request.category for request in requests}
    preference = next((request.preference for request in requests if request.preference), None)
    if refused := _refused(words, language, preference):
        return refused
    mere = found == {Category.DISLIKED_RESULT} and not pattern_of("refund", language).search(words)
    return "it asks for nothing" if mere else ""


def _refused(words: str, language: str, preference: Preference | None) -> str:
    wanted = preference is Preference.COMPLETE or not pattern_of("norefund", language).search(words)
    return "" if wanted else "no refund is wanted"


def _doubt(folded: str, hits: list[Hit], language: str, *, sure: bool) -> str:
    """Return why a person must read it, or the empty string."""
    lowered = " ".join(folded.lower().split())
    if spoken := _speaks_of(lowered, language):
        return spoken
    if not hits:
        return "nothing recognised"
    if not sure:
        return "language uncertain"
    if len(hits) == 1:
        counted = pattern_of("counted", language).search(lowered) or _ENUMERATED.search(lowered)
        return "it counts more things than one" if counted else ""
    apart = sum(len(hit.sentences) for hit in hits) == len(
        frozenset().union(*(h.sentences for h in hits))
    )
    listed = len(_NUMBERED.findall(folded)) >= _NUMBERED_MIN
    if apart and (listed or pattern_of("several", language).search(lowered)):
        return ""
    return "several readings: " + ", ".join(hit.category for hit in hits)


def _speaks_of(lowered: str, language: str) -> str:
    for name in word_lists("intent")["doubts"]:
        if pattern_of(f"doubts.{name}", language).search(lowered):
            return f"it speaks of {name.replace('_', ' ')}"
    return ""


@lru_cache(maxsize=8)
def _stopwords(language: str) -> frozenset[str]:
    return frozenset(word_lists("intent")["stopwords"][language].split())
