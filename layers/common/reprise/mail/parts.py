"""The MIME structure of a message: offsets into the raw bytes, found within bounds.

The standard library's feed parser recurses once per nesting and holds every part's text; here a
part is a range, each level is one search for its boundary, and depth and count are bounded.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from reprise.mail.headers import HeaderBlock, content_type, disposition, read_headers
from reprise.mail.model import ReadLimits

_GUESS_BYTES = 16 * 1024
_GUESSED = re.compile(rb"(?:^|\n)--([^\s]{1,70}(?: [^\s]{1,70})*)[ \t]*\r?\n(?=Content-)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One node of the structure; a leaf's body is `raw[start:end]`."""

    kind: str
    charset: str | None
    encoding: str
    filename: str | None
    attached: bool
    start: int
    end: int
    children: tuple["Part", ...] = ()


@dataclass(slots=True)
class Budget:
    """What is left of the bounds while a message is taken apart."""

    parts_left: int
    truncated: set[str] = field(default_factory=set)
    defects: set[str] = field(default_factory=set)


def part_of(
    raw: bytes, block: HeaderBlock, end: int, limits: ReadLimits, budget: Budget, depth: int = 0
) -> Part:
    """Return the part whose header is `block` and whose body ends at `end`."""
    kind, charset, boundary, name = content_type(block.first("content-type"))
    disposed, filename = disposition(block.first("content-disposition"))
    children: tuple[Part, ...] = ()
    start = block.body_start
    container = kind.startswith("multipart/") or kind in {"message/rfc822", "message/global"}
    if container and depth >= limits.depth_max:
        budget.truncated.add("depth")
        kind = "application/octet-stream"
    elif kind.startswith("multipart/"):
        ranges = _ranges(raw, start, end, boundary, budget)
        within = "message/rfc822" if kind == "multipart/digest" else "text/plain"
        children = tuple(_children(raw, ranges, within, limits, budget, depth))
        if not children:
            budget.defects.add("a multipart without parts")
            kind = "text/plain"
    elif container:
        children = (_nested(raw, start, end, limits, budget, depth),)
    return Part(
        kind=kind,
        charset=charset,
        encoding=block.first("content-transfer-encoding").partition(";")[0].strip(" \t\"'").lower(),
        filename=filename or name,
        attached=disposed == "attachment",
        start=start,
        end=end,
        children=children,
    )


def _nested(
    raw: bytes, start: int, end: int, limits: ReadLimits, budget: Budget, depth: int
) -> Part:
    while start < end and raw[start] in b"\r\n":
        start += 1
    return part_of(raw, read_headers(raw, start, end, limits), end, limits, budget, depth + 1)


def _children(
    raw: bytes,
    ranges: Iterator[tuple[int, int]],
    default: str,
    limits: ReadLimits,
    budget: Budget,
    depth: int,
) -> Iterator[Part]:
    for start, end in ranges:
        if budget.parts_left <= 0:
            budget.truncated.add("parts")
            return
        budget.parts_left -= 1
        block = read_headers(raw, start, end, limits)
        if default == "message/rfc822" and not block.first("content-type"):
            yield _nested(raw, block.body_start, end, limits, budget, depth + 1)
        else:
            yield part_of(raw, block, end, limits, budget, depth + 1)


def _ranges(
    raw: bytes, start: int, end: int, boundary: str | None, budget: Budget
) -> Iterator[tuple[int, int]]:
    """Yield the ranges between the boundary lines; a lost boundary is guessed from the body."""
    mark = boundary.encode("utf-8", "replace") if boundary else b""
    if not mark or raw.find(b"--" + mark, start, end) < 0:
        guess = _GUESSED.search(raw, start, min(end, start + _GUESS_BYTES))
        if guess is None:
            return
        budget.defects.add("boundary not declared as used")
        mark = guess[1]
    line = re.compile(rb"\n--" + re.escape(mark) + rb"(--)?[ \t]*+\r?(?:\n|\Z)")
    # The line break before the first boundary is that of the header.
    begin, search_from = None, max(start - 1, 0)
    while found := line.search(raw, search_from, end):
        if begin is not None:
            yield begin, _before_break(raw, begin, found.start())
        if found[1]:
            return
        begin, search_from = found.end(), found.end() - 1
    if begin is not None:
        budget.defects.add("last part not closed")
        yield begin, end


def _before_break(raw: bytes, begin: int, stop: int) -> int:
    return stop - 1 if stop > begin and raw[stop - 1 : stop] == b"\r" else max(begin, stop)
