"""Text as the rules see it: folded, cut into sentences, searched for concepts."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from reprise.mail.words import any_of, word_lists

SENTENCES_MAX = 120
_SENTENCE_CHARS_MAX = 600
_GAP = r"(?:\W+[\w']+){0,4}?\W+"
_NOT = r"(?:do|does|did|is|are|was|were|has|have|had|ca|wo|would|could|should)n'?t"
_ANY_NOT = re.compile(r"(?<![a-z])n't")  # "don't" is that verb alone
_SENTENCE_END = re.compile(
    r"(?<=[^\W\d_]{2})[.!?…]+(?=\s|$)|[!?…]+(?=\s|$)"
    # A number with a dot before a capital is an item of a list or a German date.
    r"|(?<!\s\d)(?<!\s\d\d)\.(?=\s+[A-ZÀ-Þ])|\n\s*\n|\n(?=\s*(?:[-*•]|\d{1,2}[.)]))"
)
_REPLIED = re.compile(r"\s*(?:\[[^\]]{0,40}\]\s*){0,3}[^\W\d_]{1,4}(?:\[\d+\])?\s?[:\uff1a]")
# What a song is called, or sings, is no claim.
_TITLE = re.compile(
    r"(?i)\b(called|titled|named|titles?|songs?|tracks?|lyrics|lied|titel|songtext|chanson|morceau|titre"
    r"|paroles|chorus|verse|refrain|estribillo|refrao|cancion|tema|titulo|letra|musica|faixa)(\s?:?\s?)"
    r"(?:\"[^\"\n]{1,200}\"|'[^'\n]{1,200}'|[“„][^”“\n]{1,200}[”“]|«[^»\n]{1,200}»)"
)
_IN_INTENT = frozenset({"supposition", "several", "counted", "negated", "norefund", "asking"})


def own_subject(subject: str) -> str:
    """Return a subject, or nothing where a reply prefix says that it is not the sender's."""
    return "" if _REPLIED.match(subject) else subject[:300]


def fold_words(text: str) -> str:
    """Return text in lower case without accents, with plain apostrophes and no invisible signs."""
    text = re.sub("['’‘´`ʼ]", "'", text.replace("ß", "ss"))  # noqa: RUF001 - as people type them
    decomposed = unicodedata.normalize("NFKD", text)
    # Lower case comes last: where sentences end is seen by the capital that follows.
    return "".join(c for c in decomposed if unicodedata.category(c) not in {"Mn", "Cf"})


def without_titles(folded: str) -> str:
    """Return folded text without the titles and words of songs that it cites."""
    return _TITLE.sub(r"\1\2", folded)


def sentences_of(folded: str) -> list[str]:
    """Return the sentences in lower case; of what ends one, a single question mark is kept.

    One that runs on and on is cut into several; there is one more than `SENTENCES_MAX` if there
    are too many.
    """
    found: list[str] = []
    start = 0
    for end in (*_SENTENCE_END.finditer(folded), None):
        sentence = " ".join(folded[start : end.start() if end else None].lower().split())
        if sentence and end and end.group() == "?":
            sentence += "?"
        cuts = range(0, len(sentence), _SENTENCE_CHARS_MAX)
        found += [sentence[cut : cut + _SENTENCE_CHARS_MAX] for cut in cuts]
        start = end.end() if end else start
        if len(found) > SENTENCES_MAX:
            break
    return found[: SENTENCES_MAX + 1]


def all_in(text: str, concepts: tuple[str, ...], language: str) -> bool:
    """Tell whether each of the concepts occurs."""
    return all(pattern_of(concept, language).search(text) for concept in concepts)


def any_in(text: str, concepts: tuple[str, ...], language: str) -> bool:
    """Tell whether one of the concepts occurs."""
    return any(pattern_of(concept, language).search(text) for concept in concepts)


@lru_cache(maxsize=512)
def pattern_of(concept: str, language: str) -> re.Pattern[str]:
    """Compile one concept in one language."""
    group, _, name = concept.rpartition(".")
    lists: Mapping[str, Mapping[str, list[str]]] = word_lists("concepts")
    if group or concept in _IN_INTENT:
        tables = word_lists("intent")
        lists = tables[group] if group else tables
    words = [*lists[name].get(language, ()), *lists[name].get("any", ())]
    if not words:
        return re.compile(r"(?!)")
    source = any_of(words).replace(" ~", "~").replace("~", _GAP)
    source = _ANY_NOT.sub(_NOT, source)
    return re.compile(rf"(?<!\w){source}")
