"""Order and transaction ids in mail, however mangled; matched against the sender's own only.

An id is recognised liberally and believed narrowly: separators, case, line breaks, invisible
characters and look-alike signs are folded away in the text and in the sender's own ids, and only
an own id that is found is an id at all.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from reprise.mail.model import ReadMail
from reprise.mail.redact import redact

_PLACE_CHARS_MAX = 400_000
_CANDIDATES_MAX = 200
# From this folded length on an id is its own evidence: it may touch other letters, as in a URL.
_UNMISTAKABLE_CHARS = 16
_OWN_CHARS_MIN = 6
_ELIDED_CHARS_MIN = 10
_PREFIXES = (
    "cs|ch|pi|in|sub|re|py|pyr|pm|seti|cus|evt|txn|dp|du|cn|ii|il|si|prod|price|plink|req|acct"
    "|order|ord"
)
_SHAPED = re.compile(
    rf"(?i)(?<![a-z0-9])(?:{_PREFIXES})[_-](?:test[_-]|live[_-]|sched[_-])?"
    r"(?=[a-z0-9]{0,30}\d)[a-z0-9]{12,255}"
)
_LABELS = (
    "receipt|invoice|order|transaction|quittung|beleg|rechnung|bestell|reçu|facture|commande"
    "|recibo|factura|pedido|fatura|encomenda"
)
_NUMBER_WORDS = r"number|nummer|no\.?|nr\.?|num[eé]ro|n[°ºo]\.?|id|is|#"
_LABELLED = re.compile(
    rf"(?i)\b(?:{_LABELS})[\w.]{{0,12}}(?:[ \t]{{0,2}}(?:{_NUMBER_WORDS})){{0,4}}[ \t:#-]{{0,5}}"
    r"(?P<id>\d{4}-\d{4}|[A-Z0-9]{3,12}-\d{4,6}(?:-CN-\d\d)?)(?![\w-])"
)
_ELIDED = re.compile(
    rf"(?i)(?<![a-z0-9])(?P<head>(?:{_PREFIXES})[_-]?[a-z0-9]{{2,80}})[ \t]?"
    r"(?:\.{2,5}|…|\*{2,30}|⋯)[ \t]?(?P<tail>[a-z0-9]{3,80})"
)
_SOFT_BREAK = re.compile(r"=\n")
_ESCAPES = (
    (re.compile(r"(?i)%25"), "%"),
    (re.compile(r"=5F|&#95;|&lowbar;|&#x5f;|\\_", re.IGNORECASE), "_"),
    (re.compile(r"=3D|&#61;", re.IGNORECASE), "="),
)
_QUOTE_BREAK = re.compile(r"\n[ \t]*(?:>[ \t]?)+")
_ALNUM = re.compile(r"[a-z0-9]+")
# Letters that look like Latin ones and get into ids through keyboards and pasted pages.
_LOOKALIKES = str.maketrans(
    "асеорхуіѕԁһјкмтвнАСЕОРХУІЅКМТВНαοριυΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aceopxyisdhjkmtbhaceopxyiskmtbhaopiuabezhikmnoptyx",
)


# Signs that people who type an id from a picture mistake for one another.
_MISTYPED = str.maketrans("01i", "oll")


class Place(StrEnum):
    """Where in a mail something was found; what is quoted is a hint, never sole evidence."""

    BODY = "body"
    SUBJECT = "subject"
    QUOTED = "quoted"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something with the shape of an id.

    Args:
        text: as found, with invisible characters and escapes undone.
        folded: lower-case letters and digits only.
    """

    text: str
    folded: str
    place: Place


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as lower-case letters and digits only, and where its words begin and end.

    Args:
        elided: heads and tails of ids whose middle was left out.
        typed: the text with the signs alike that are mistaken for one another.
    """

    place: Place
    text: str
    edges: tuple[int, ...]
    elided: tuple[tuple[str, str], ...] = ()
    typed: str = ""

    def holds(self, own: str) -> bool:
        """Tell whether a folded own id is in the text, at the edges of words if it is short."""
        if any(own.startswith(head) and own.endswith(tail) for head, tail in self.elided):
            return True
        if len(own) >= _UNMISTAKABLE_CHARS:
            return own.translate(_MISTYPED) in self.typed
        at = self.text.find(own)
        while at >= 0:
            if self._is_edge(at) and self._is_edge(at + len(own)):
                return True
            at = self.text.find(own, at + 1)
        return False

    def _is_edge(self, position: int) -> bool:
        index = bisect_left(self.edges, position)
        return index < len(self.edges) and self.edges[index] == position


@dataclass(frozen=True, slots=True)
class MailIds:
    """What a mail holds by way of ids: shaped ones, and folded text to look own ids up in."""

    candidates: tuple[Candidate, ...]
    places: tuple[Folded, ...]


@dataclass(frozen=True, slots=True)
class IdMatch:
    """Which of the sender's own orders a mail names.

    Args:
        orders: named in the sender's own words, in the order of `own`.
        hints: named in quoted text only.
        foreign: shaped like an id, but none of the sender's; existing or not is not asked.
    """

    orders: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """Return "matched", "ambiguous" (several: never guess), or "none"."""
        return {0: "none", 1: "matched"}.get(len(self.orders), "ambiguous")


def extract_ids(mail: ReadMail) -> MailIds:
    """Collect what may be an id from subject, body, links and quotes."""
    body = Place.QUOTED if mail.text_is_quoted else Place.BODY
    # The names of attachments and link targets are shown with the body or not at all.
    sources = (
        (body, "\n".join((mail.text, *mail.links))),
        (Place.SUBJECT, mail.subject),
        # The whole text, for an id that a wrapped quote tears apart.
        (Place.QUOTED, mail.full_text),
    )
    candidates: dict[tuple[str, Place], Candidate] = {}
    places = []
    for place, source in sources:
        text = readable(redact(source[:_PLACE_CHARS_MAX]))
        places.append(_folded(place, text))
        for found in _candidates(text, place):
            if len(candidates) < _CANDIDATES_MAX:
                candidates.setdefault((found.folded, place), found)
    return MailIds(tuple(candidates.values()), tuple(places))


def readable(text: str) -> str:
    """Undo what mail, markup and keyboards do to an id, short of folding it."""
    text = unicodedata.normalize("NFKC", text).translate(_LOOKALIKES)
    text = "".join(text.split("\u00ad"))
    if not text.isascii():
        text = "".join(c for c in text if c.isascii() or unicodedata.category(c) != "Cf")
    text = _SOFT_BREAK.sub("", text)
    for pattern, plain in _ESCAPES:
        text = pattern.sub(plain, text)
    return _QUOTE_BREAK.sub("\n", unquote(text, errors="ignore") if "%" in text else text)


def fold(text: str) -> str:
    """Return an id as lower-case ASCII letters and digits only."""
    return "".join(_ALNUM.findall(readable(text).lower()))


def _folded(place: Place, text: str) -> Folded:
    runs = _ALNUM.findall(text.lower())
    edges, position = [0], 0
    for run in runs:
        position += len(run)
        edges.append(position)
    elided = ((fold(m["head"]), fold(m["tail"])) for m in _ELIDED.finditer(text))
    enough = tuple(pair for pair in elided if len("".join(pair)) >= _ELIDED_CHARS_MIN)
    joined = "".join(runs)
    return Folded(
        place, joined, tuple(edges), enough[:_CANDIDATES_MAX], joined.translate(_MISTYPED)
    )


def _candidates(text: str, place: Place) -> Iterable[Candidate]:
    for found in _SHAPED.finditer(text):
        yield Candidate(found[0], fold(found[0]), place)
    for found in _LABELLED.finditer(text):
        yield Candidate(found["id"], fold(found["id"]), place)


def match_ids(ids: MailIds, own: Mapping[str, str]) -> IdMatch:
    """Match a mail against the sender's own orders.

    Args:
        ids: from `extract_ids`.
        own: every id and alias of the proven sender's own orders, each mapped to its order id.

    Returns:
        All orders named; never a choice among them.
    """
    folded_own = {alias: fold(alias) for alias in own}
    usable = {alias: key for alias, key in folded_own.items() if len(key) >= _OWN_CHARS_MIN}
    own_words = [place for place in ids.places if place.place is not Place.QUOTED]
    quoted = [place for place in ids.places if place.place is Place.QUOTED]
    named = {own[a]: None for a, key in usable.items() if any(p.holds(key) for p in own_words)}
    hinted = {own[a]: None for a, key in usable.items() if any(p.holds(key) for p in quoted)}
    keys = tuple(usable.values())
    foreign = (
        found.text
        for found in ids.candidates
        if found.place is not Place.QUOTED and not any(_same(found.folded, key) for key in keys)
    )
    hints = tuple(order for order in hinted if order not in named)
    return IdMatch(tuple(named), hints, tuple(dict.fromkeys(foreign)))


def _same(found: str, own: str) -> bool:
    """A candidate may be cut short by a line break or run on into a secret or a path."""
    found, own = found.translate(_MISTYPED), own.translate(_MISTYPED)
    return found.startswith(own) or own.startswith(found)
