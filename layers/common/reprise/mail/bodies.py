"""The text of a message: chosen among alternatives, decoded up to a bound, joined in order."""

import binascii
import re
from dataclasses import dataclass, field

from reprise.mail.charsets import decode_base64, decode_text
from reprise.mail.html import html_to_text
from reprise.mail.model import Attachment, ReadLimits
from reprise.mail.parts import Budget, Part
from reprise.mail.tnef import read_tnef

_TEXTS = {"text/plain", "text/html", "text/enriched", "text/markdown", "text/x-markdown", "text"}
TNEF = {"application/ms-tnef", "application/vnd.ms-tnef"}
_TNEF_BYTES_MAX = 4 * 1024 * 1024
_FILENAME_CHARS_MAX = 200
# An alternative this much shorter than the HTML beside it is a stub ("please use an HTML client").
_STUB_RATIO, _STUB_CHARS_MAX = 5, 300
# Declared base64, but it reads like text: then it is text.
_PROSE = re.compile(rb"[A-Za-z,.!?] [A-Za-z]{2}|[<>@!?]")
# Blanks that a mail system added behind a soft line break.
_LOOSE_SOFT_BREAK = re.compile(rb"=[ \t]+(?=\r?\n)")
_UU_BEGIN = re.compile(r"^begin(?:-base64)? [0-7]{3,4} (\S[^\n]{0,200})$", re.MULTILINE)
_UU_ENDS = re.compile(r"^(?:end|====)[ \t]*$", re.MULTILINE)


@dataclass(slots=True)
class Bodies:
    """What a message says and carries, gathered part by part."""

    chunks: list[str] = field(default_factory=list)
    nested_chunks: list[str] = field(default_factory=list)
    found_links: list[str] = field(default_factory=list)
    carried: list[Attachment] = field(default_factory=list)
    nested_messages: int = 0
    chars: int = 0

    @property
    def own(self) -> str:
        """The text of the message itself."""
        return "\n\n".join(filter(None, self.chunks))

    @property
    def nested(self) -> str:
        """The text of the messages within it."""
        return "\n\n".join(filter(None, self.nested_chunks))

    @property
    def links(self) -> tuple[str, ...]:
        """Link targets in order, each once."""
        return tuple(dict.fromkeys(self.found_links))

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """Everything that is not read as text."""
        return tuple(self.carried)


def bodies_of(raw: bytes, root: Part, limits: ReadLimits, budget: Budget) -> Bodies:
    """Gather the text of a message; where it has none, that of its text attachments."""
    reader = _Reader(raw, limits, budget)
    reader.visit(root, nested=False)
    if not reader.bodies.own and not reader.bodies.nested:
        reader.last_resort(root)
    return reader.bodies


@dataclass(slots=True)
class _Reader:
    raw: bytes
    limits: ReadLimits
    budget: Budget
    bodies: Bodies = field(default_factory=Bodies)

    def visit(self, part: Part, *, nested: bool) -> None:
        """Read a part and what is in it; nesting is bounded by the structure's depth."""
        if part.kind in {"message/rfc822", "message/global"} and part.children:
            self.bodies.nested_messages += 1
            self.visit(part.children[0], nested=True)
        elif part.kind == "multipart/alternative":
            self._visit_alternative(part, nested=nested)
        elif part.children:
            for child in part.children:
                self.visit(child, nested=nested)
        elif part.kind in _TEXTS and not part.attached:
            self._add(self._text(part), nested=nested)
        else:
            self._carry(part, nested=nested)

    def _visit_alternative(self, part: Part, *, nested: bool) -> None:
        """Take the richest alternative that says something: plain unless it is a stub."""
        readings = []
        for child in part.children:
            reading = _Reader(self.raw, self.limits, self.budget)
            reading.bodies.chars = self.bodies.chars
            reading.visit(child, nested=nested)
            self.bodies.chars = reading.bodies.chars
            readings.append(reading.bodies)
        for found in readings:
            self.bodies.carried.extend(found.carried)
            self.bodies.found_links.extend(found.found_links)
            self.bodies.nested_messages += found.nested_messages
        said = [r for r in readings if (r.own or r.nested).strip()]
        if not said:
            return
        first = said[0]
        longest = max(said, key=lambda reading: len(reading.own))
        stub = len(first.own) <= _STUB_CHARS_MAX
        stub = stub and len(longest.own) > _STUB_RATIO * max(len(first.own), 40)
        chosen = longest if stub else first
        self.bodies.chunks.extend(chosen.chunks)
        self.bodies.nested_chunks.extend(chosen.nested_chunks)

    def last_resort(self, part: Part) -> None:
        """Read text attachments: a mail of nothing else was meant to be read."""
        if part.kind in _TEXTS and not part.children:
            self._add(self._text(part), nested=False)
        for child in part.children:
            self.last_resort(child)

    def _add(self, text: str, *, nested: bool) -> None:
        text = self._without_uuencode(text).strip("\n")
        (self.bodies.nested_chunks if nested else self.bodies.chunks).append(text)

    def _text(self, part: Part) -> str:
        left = self.limits.text_chars_max - self.bodies.chars
        html = part.kind in {"text/html", "text/enriched"}
        room = self.limits.html_chars_max if html and left > 0 else left
        if room <= 0:
            self.budget.truncated.add("text")
            return ""
        data, cut = _transported(self.raw, part, room)
        text, defect = decode_text(data, part.charset)
        if defect:
            self.budget.defects.add(defect)
        if html:
            rendered = html_to_text(text, self.limits)
            text, cut = rendered.text, cut or rendered.truncated
            self.bodies.found_links.extend(rendered.links)
        if cut or len(text) > left:
            self.budget.truncated.add("text")
        # Empty renderings cost time, too.
        self.bodies.chars += max(len(text[:left]), len(data) // 4 if html else 0)
        return text[:left]

    def _carry(self, part: Part, *, nested: bool) -> None:
        name = part.filename[:_FILENAME_CHARS_MAX] if part.filename else None
        self.bodies.carried.append(Attachment(name, part.kind, part.end - part.start, nested))
        winmail = part.kind in TNEF or (name or "").lower() == "winmail.dat"
        if winmail and not self.bodies.own:
            data, cut = _transported(self.raw, part, _TNEF_BYTES_MAX)
            text, html = read_tnef(data)
            if html:
                text = html_to_text(text, self.limits).text
            if cut:
                self.budget.truncated.add("attachment")
            self._add(text[: self.limits.text_chars_max], nested=nested)

    def _without_uuencode(self, text: str) -> str:
        out, position = [], 0
        while begin := _UU_BEGIN.search(text, position):
            end = _UU_ENDS.search(text, begin.end())
            stop = end.end() if end else len(text)
            out.append(text[position : begin.start()])
            self.bodies.carried.append(
                Attachment(begin[1].strip(), "application/x-uuencode", stop - begin.start())
            )
            position = stop
        return "".join(out) + text[position:] if position else text


def _transported(raw: bytes, part: Part, room: int) -> tuple[bytes, bool]:
    """Undo the transfer encoding of as much of a part as can fill `room` characters."""
    factor = 4 if part.encoding in {"base64", "quoted-printable"} else 2
    stop = min(part.end, part.start + factor * room)
    source, cut = raw[part.start : stop], stop < part.end
    if part.encoding == "base64" and not _PROSE.search(source.lstrip()[:200].partition(b"\n")[0]):
        data = decode_base64(source)
        return data[: 4 * room], cut
    if part.encoding == "quoted-printable":
        return binascii.a2b_qp(_LOOSE_SOFT_BREAK.sub(b"=", source)), cut
    if part.encoding in {"x-uuencode", "uuencode", "x-uue", "uue"}:
        return _uudecoded(source), cut
    return source, cut


def _uudecoded(source: bytes) -> bytes:
    out = []
    for line in source.split(b"\n"):
        row = line.rstrip(b"\r")
        if not row or row.startswith((b"begin ", b"end")):
            continue
        try:
            out.append(binascii.a2b_uu(row))
        except binascii.Error:
            # Some encoders write one character too many; the length byte says what counts.
            size = (((row[0] - 32) & 63) * 4 + 5) // 3
            try:
                out.append(binascii.a2b_uu(row[:size]))
            except binascii.Error:
                continue
    return b"".join(out)
