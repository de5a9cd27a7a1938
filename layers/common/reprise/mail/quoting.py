"""What the sender wrote and what they quoted: one pass over the lines, nothing thrown away."""

import re
from dataclasses import dataclass
from functools import lru_cache

from reprise.mail.html import QUOTE_CLOSES, QUOTE_OPENS
from reprise.mail.words import any_of, word_lists

_LINE_CHARS_MAX = 400  # a longer line is prose; the patterns look at no more of it
_LOOK_AHEAD_LINES = 4
_ATTRIBUTION_LINES_MAX = 6
_LABELS_MIN = 2
_QUOTED = re.compile(r"^\s{0,3}(?:>|&gt;|[A-Z]{1,3}>)")
_MORE_THAN = re.compile(
    r"^> ?\d{1,4} ?(?:h|hrs?|hours?|min\w*|days?|d|weeks?|tage?|std|stunden?)\b"
)
_HAS_EVIDENCE = re.compile(r"@|\d")
# The Canadian syllable is what a plug-in of Gmail's leaves below a mail.
_DECORATION = re.compile(r"^[\W_\u1427]*$")
_SIGNATURE = re.compile(r"^--\s{0,2}$")
# A rule of dashes with words in it: "----- Original message -----" in any language.
_FORWARD_RULE = re.compile(
    r"^\W{0,4}[-–—_=*]{2,}\s*[^\W\d_][^<>@]{2,70}?\s*[-–—_=*]{2,}\W{0,4}$"  # noqa: RUF001
)
# Gmail's attribution in some languages is a date and an address, without a verb.
_DATED_ADDRESS = re.compile(
    r"^\W{0,3}\d{4}[-/.年]\s?\d{1,2}[-/.月].{0,160}(?:<[^<>\s]+@[^<>\s]+>|\[mailto:\S+\]).{0,3}[:\uff1a]?$"
)
# An attribution without address or verb: a date, a time, an offset, a name.
_DATED_NAME = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)? (?:GMT|UTC)?[+-]\d\d:?\d\d [^\W\d][^:]{1,80}:?$"
)
# A line break within "<address>" leaves the bracket on a line of its own, where it is no quote.
_BRACKET_CLOSES = re.compile(r"^>[^>\n]{0,40}[:\uff1a]$")
# Where an attribution that wraps may begin without one of the listed words.
_NAMED_START = re.compile(r"^[^\n]{0,100}(?:<[^<>\s]{1,80}@|\[mailto:)|^\W{0,3}\d{4}-\d\d-\d\d\s")
_SENT_FROM_END = re.compile(r"^.{0,60}(?:gesendet|傳送|发送|geschickt)\W{0,3}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Patterns:
    wrote_end: re.Pattern[str]
    on_start: re.Pattern[str]
    from_line: re.Pattern[str]
    label_line: re.Pattern[str]
    begins_line: re.Pattern[str]
    sent_from: re.Pattern[str]


@lru_cache(maxsize=1)
def _patterns() -> _Patterns:
    words = {name: any_of(terms) for name, terms in word_lists("quote").items()}
    label = r"\s?[*_]{0,2}\s?[:\uff1a][*_]{0,2}"
    sources = (
        rf"(?<!\w){words['wrote']}(?!\w)(?:[^\n]{{0,120}}[:\uff1a])?\s*(?:-{{3,}})?$",
        rf"^\W{{0,3}}{words['on']}(?!\w)",
        rf"^[\s*_>]{{0,4}}{words['from']}{label}\s",
        rf"^[\s*_>]{{0,4}}{words['labels']}{label}(?=\s|$)",
        rf"^\W{{0,20}}{words['begins']}\W{{0,20}}$",
        rf"^[\W_]{{0,4}}{words['sent_from']}(?!\w).{{0,110}}$",
    )
    return _Patterns(*(re.compile(source, re.IGNORECASE) for source in sources))


@dataclass(frozen=True, slots=True)
class Split:
    """The sender's own lines and the ones set aside, each in order.

    Args:
        below: of what is set aside, the unquoted lines under a signature mark.
    """

    own: str
    quoted: str
    below: str = ""


def split_quoted(text: str) -> Split:
    """Set quotes, forwarded messages and signatures aside, in time linear in the text.

    Unquoted lines between quoted ones are the sender's (answers within a quote); everything below
    a header block, a forwarding rule, a signature mark or an unmarked attribution is not.
    """
    lines = text.split("\n")
    is_own = [False] * len(lines)
    below: list[str] = []
    depth, index, signed = 0, 0, False
    while index < len(lines):
        line = lines[index]
        depth = max(0, depth + line.count(QUOTE_OPENS) - line.count(QUOTE_CLOSES))
        if depth or QUOTE_CLOSES in line or _is_quoted(lines, index):
            index += 1
            continue
        if _SIGNATURE.match(line[:_LINE_CHARS_MAX]):
            signed = True
        elif _ends_own_text(lines, index):
            break
        attribution = _attribution_lines(lines, index)
        if attribution:
            index += attribution
            if not _quote_follows(lines, index):
                break
            continue
        if signed:
            below.append(line)
        is_own[index] = not signed
        index += 1
    _set_device_lines_aside(lines, is_own)
    own = [line for line, mine in zip(lines, is_own, strict=True) if mine]
    quoted = [line for line, mine in zip(lines, is_own, strict=True) if not mine]
    return Split(_trimmed(own), unmarked("\n".join(quoted)).strip(), _trimmed(below))


def _is_quoted(lines: list[str], index: int) -> bool:
    """Return whether a line is marked as a quote; "> 1 hour" among unmarked lines is a word."""
    if not _QUOTED.match(lines[index]):
        return False
    beside = [*lines[max(0, index - 1) : index], *lines[index + 1 : index + 2]]
    return not _MORE_THAN.match(lines[index]) or any(map(_QUOTED.match, beside))


def _set_device_lines_aside(lines: list[str], is_own: list[bool]) -> None:
    """Set aside what a phone or program added last; the same words further up are the sender's."""
    for index in reversed(range(len(lines))):
        if not is_own[index] or _DECORATION.match(lines[index][:_LINE_CHARS_MAX]):
            continue
        if not _sent_from(lines[index]):
            return
        is_own[index] = False


def without_heading(text: str) -> str:
    """Return a forwarded text without the lines that announce it, if any others are left."""
    lines = text.split("\n")
    start = 0
    while start < len(lines) and (not lines[start].strip() or _announces(lines[start])):
        start += 1
    labels = start
    while labels < len(lines) and lines[labels].strip():
        labels += 1
    heads = [line[:_LINE_CHARS_MAX] for line in lines[start:labels]]
    is_label = [bool(_patterns().label_line.match(line)) for line in heads]
    if sum(is_label) >= _LABELS_MIN and (is_label[0] or _patterns().from_line.match(heads[0])):
        start = labels
    return "\n".join(lines[start:]).strip() or text


def _announces(line: str) -> bool:
    head = line[:_LINE_CHARS_MAX]
    return bool(_patterns().begins_line.match(head) or _FORWARD_RULE.match(head))


def _ends_own_text(lines: list[str], index: int) -> bool:
    line = lines[index][:_LINE_CHARS_MAX]
    if not line.strip():
        return False
    if _announces(line):
        return True
    return bool(_patterns().from_line.match(line)) and _labels_follow(lines, index)


def _labels_follow(lines: list[str], index: int) -> bool:
    following = [line for line in lines[index + 1 : index + 9] if line.strip()]
    heads = following[:_LOOK_AHEAD_LINES]
    return (
        sum(bool(_patterns().label_line.match(line[:_LINE_CHARS_MAX])) for line in heads)
        >= _LABELS_MIN
    )


def _attribution_lines(lines: list[str], index: int) -> int:
    """Return how many lines from here form an attribution such as "On Monday, Jane wrote:"."""
    joined = lines[index][:_LINE_CHARS_MAX].strip()
    if not joined:
        return 0
    if _DATED_ADDRESS.match(joined) or _DATED_NAME.match(joined):
        return 1
    if _patterns().wrote_end.search(joined) and _is_attribution(lines, index, 1, joined):
        return 1
    if not (_patterns().on_start.match(joined) or _NAMED_START.match(joined)):
        return 0
    for count in range(2, _ATTRIBUTION_LINES_MAX + 1):
        following, beyond = (
            "".join(lines[at : at + 1]).strip() for at in (index + count - 1, index + count)
        )
        if not _goes_on(joined, following, beyond):
            break
        joined = f"{joined} {following}".strip()[:_LINE_CHARS_MAX].replace("< ", "<")
        if _patterns().wrote_end.search(joined) or _DATED_ADDRESS.match(joined):
            return count if _is_attribution(lines, index, count, joined) else 0
    return 0


def _goes_on(joined: str, following: str, beyond: str) -> bool:
    """Return whether a wrapped attribution may go on in a line, which no quote does.

    An address may stand apart from the name, in brackets or written out.
    """
    if not following:
        return beyond.startswith(("<", "mailto:"))
    if joined.count("<") > joined.count(">") and _BRACKET_CLOSES.match(following):
        return True
    return not _QUOTED.match(following)


def _is_attribution(lines: list[str], index: int, count: int, joined: str) -> bool:
    """An attribution names a time or an address and ends in a colon, or a quote follows it."""
    if _quote_follows(lines, index + count):
        return True
    return joined.rstrip().endswith((":", "\uff1a", "---")) and bool(_HAS_EVIDENCE.search(joined))


def _quote_follows(lines: list[str], index: int) -> bool:
    following = (line for line in lines[index : index + _LOOK_AHEAD_LINES] if line.strip())
    first = next(following, "")
    return bool(_QUOTED.match(first)) or QUOTE_OPENS in first


def _sent_from(line: str) -> bool:
    short = line.strip()
    if not short or len(short) > _LINE_CHARS_MAX:
        return False
    return bool(_patterns().sent_from.match(short) or _SENT_FROM_END.match(short))


def _trimmed(own: list[str]) -> str:
    """Join the sender's lines without the rules and dashes left around them."""
    start, stop = 0, len(own)
    while start < stop and _DECORATION.match(own[start][:_LINE_CHARS_MAX]):
        start += 1
    while start < stop and _DECORATION.match(own[stop - 1][:_LINE_CHARS_MAX]):
        stop -= 1
    return unmarked("\n".join(own[start:stop])).strip()


def unmarked(text: str) -> str:
    """Return text without the marks that HTML quotes carry until they are split off."""
    return text.replace(QUOTE_OPENS, "").replace(QUOTE_CLOSES, "")
