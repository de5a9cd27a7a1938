"""The MIME structure of a message: offsets into the raw bytes, found within bounds.

The standard library's feed parser recurses once per nesting and holds every part's text; here a
part is a range, each level is one search for its boundary, and depth and count are bounded.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from reprise.mail.headers import HeaderBlock, content_type, disposition, read_headers
from reprise.mail.model import Header, ReadLimits

_GUESS_BYTES = 16 * 1024
_GUESSED = re.compile(
    rb"(?:^|\n)--([^\s]{1,70}(?: [^\s]{1,70})*)[ \t]*\r?\n(?=Content-)", re.IGNORECASE
)
_DIGEST_DEFAULT = Header("content-type", "message/rfc822")


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


@dataclass(frozen=True, slots=True)
class Structure:
    """The means of taking one message apart."""

    raw: bytes
    limits: ReadLimits
    budget: Budget

    def part(self, block: HeaderBlock, end: int, depth: int = 0) -> Part:
        """Return the part whose header is `block` and whose body ends at `end`."""
        kind, charset, boundary, name = content_type(block.first("content-type"))
        disposed, filename = disposition(block.first("content-disposition"))
        children: tuple[Part, ...] = ()
        if kind.startswith("multipart/") or kind in {"message/rfc822", "message/global"}:
            kind, children = self._contained(kind, block.body_start, end, boundary, depth)
        encoding = block.first("content-transfer-encoding").partition(";")[0]
        return Part(
            kind=kind,
            charset=charset,
            encoding=encoding.strip(" \t\"'").lower(),
            filename=filename or name,
            attached=disposed == "attachment",
            start=block.body_start,
            end=end,
            children=children,
        )

    def _contained(
        self, kind: str, start: int, end: int, boundary: str | None, depth: int
    ) -> tuple[str, tuple[Part, ...]]:
        """Return what a container is to be taken for, and what is in it."""
        if depth >= self.limits.depth_max:
            self.budget.truncated.add("depth")
            return "application/octet-stream", ()
        if not kind.startswith("multipart/"):
            return kind, (self._nested(start, end, depth),)
        ranges = self._ranges(start, end, boundary)
        children = tuple(self._children(ranges, depth, digest=kind == "multipart/digest"))
        if children:
            return kind, children
        self.budget.defects.add("a multipart without parts")
        return "text/plain", ()

    def _nested(self, start: int, end: int, depth: int) -> Part:
        while start < end and self.raw[start] in b"\r\n":
            start += 1
        return self.part(read_headers(self.raw, start, end, self.limits), end, depth + 1)

    def _children(
        self, ranges: Iterator[tuple[int, int]], depth: int, *, digest: bool
    ) -> Iterator[Part]:
        for start, end in ranges:
            if self.budget.parts_left <= 0:
                self.budget.truncated.add("parts")
                return
            self.budget.parts_left -= 1
            block = read_headers(self.raw, start, end, self.limits)
            if digest and not block.first("content-type"):
                # Parts of a digest are messages unless they say otherwise.
                message = HeaderBlock((_DIGEST_DEFAULT,), block.body_start)
                yield self.part(message, end, depth + 1)
            else:
                yield self.part(block, end, depth + 1)

    def _ranges(self, start: int, end: int, boundary: str | None) -> Iterator[tuple[int, int]]:
        """Yield the ranges between boundary lines; a lost boundary is guessed from the body."""
        mark = boundary.encode("utf-8", "replace") if boundary else b""
        if not mark or self.raw.find(b"--" + mark, start, end) < 0:
            guess = _GUESSED.search(self.raw, max(start - 1, 0), min(end, start + _GUESS_BYTES))
            if guess is None:
                return
            self.budget.defects.add("boundary not declared as used")
            mark = guess[1]
        line = re.compile(rb"\n--" + re.escape(mark) + rb"(--)?[ \t]*+\r?(?:\n|\Z)")
        # The line break before the first boundary is that of the header.
        begin, search_from = None, max(start - 1, 0)
        while found := line.search(self.raw, search_from, end):
            if begin is not None:
                yield begin, self._before_break(begin, found.start())
            if found[1]:
                return
            begin, search_from = found.end(), found.end() - 1
        if begin is not None:
            self.budget.defects.add("last part not closed")
            yield begin, end

    def _before_break(self, begin: int, stop: int) -> int:
        ends_in_return = stop > begin and self.raw[stop - 1 : stop] == b"\r"
        return stop - 1 if ends_in_return else max(begin, stop)
