"""Header fields of a message or part: split in linear time, every oddity noted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime

from reprise.mail.model import Header, ReadLimits
from reprise.mail.redact import is_safe_header_value

_BLANK_LINE = re.compile(rb"\n\r?\n")
_FIELD = re.compile(rb"([\x21-\x39\x3b-\x7e]{1,100}[ \t]*):")
_NAME_NOISE = re.compile(r"[^a-z0-9-]")
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,500})>")
_DATE_CHARS_MAX = 200
_PARAMETER_CHARS_MAX = 2_000


@dataclass(frozen=True, slots=True)
class HeaderBlock:
    """The fields of one message or part, and where its body begins."""

    fields: tuple[Header, ...]
    body_start: int
    truncated: bool = False
    defects: tuple[str, ...] = ()

    def first(self, name: str) -> str:
        """Return the topmost value of that (lower-case) name, or the empty string."""
        return next((field.value for field in self.fields if field.name == name), "")


def read_headers(raw: bytes, start: int, end: int, limits: ReadLimits) -> HeaderBlock:
    """Read the fields of `raw[start:end]`.

    As in the standard library, a line that is no field ends the header; it is then body.
    """
    if raw[start : start + 1] == b"\n" or raw[start : start + 2] == b"\r\n":
        return HeaderBlock((), raw.index(b"\n", start) + 1)
    blank = _BLANK_LINE.search(raw, start, end)
    block_end, body_start = (blank.start() + 1, blank.end()) if blank else (end, end)
    visible_end = min(block_end, start + limits.header_block_bytes_max)
    truncated = visible_end < block_end
    defects: list[str] = []
    lines, broken_at = _field_lines(raw, start, visible_end)
    # The last line before the bound is cut, so it may only look broken.
    if broken_at is not None and not (truncated and raw.find(b"\n", broken_at, visible_end) < 0):
        body_start = broken_at
        defects.append("a line that is no header field ends the header")
    fields = [_field(field, limits.header_value_chars_max) for field in lines[: limits.headers_max]]
    truncated = truncated or len(lines) > limits.headers_max or any(cut for _, cut in fields)
    if any(_unprintable(header.value) for header, _ in fields):
        defects.append("control characters in the header")
    return HeaderBlock(tuple(h for h, _ in fields), body_start, truncated, tuple(defects))


def _field_lines(raw: bytes, start: int, end: int) -> tuple[list[list[bytes]], int | None]:
    """Return the lines of each field, and where a line stands that belongs to none."""
    fields: list[list[bytes]] = []
    for offset, line in _lines(raw, start, end):
        if line[:1] in {b" ", b"\t"} and fields:
            fields[-1].append(line)
        elif _FIELD.match(line):
            fields.append([line])
        elif fields or not line.startswith((b"From ", b">From ")):
            return fields, offset
    return fields, None


def _lines(raw: bytes, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    while start < end:
        stop = raw.find(b"\n", start, end)
        stop = end if stop < 0 else stop
        yield start, raw[start:stop].removesuffix(b"\r")
        start = stop + 1


def _field(lines: list[bytes], chars_max: int) -> tuple[Header, bool]:
    name, _, first = lines[0].partition(b":")
    size, kept = len(first), [first]
    for line in lines[1:]:
        size += len(line)
        if size > chars_max:
            break
        kept.append(line)
    value = _text(b"".join(kept))
    header = Header(name.decode("latin-1").lower(), value[:chars_max].strip(" \t"))
    return header, size > chars_max


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _unprintable(value: str) -> bool:
    return any(char < " " and char != "\t" for char in value)


def could_be_from(name: str) -> bool:
    """Tell whether some parser would take a field of this name for From, blanks and all."""
    return _NAME_NOISE.sub("", name) == "from"


def message_ids(value: str, count_max: int) -> tuple[str, ...]:
    """Return the ids of a References-like value without brackets, first and last kept.

    Answers repeat them, so one that could break a header is none.
    """
    found = [one for one in _MESSAGE_ID.findall(value) if is_safe_header_value(one)]
    return tuple(found if len(found) <= count_max else found[:1] + found[1 - count_max :])


def message_date(value: str | None) -> datetime | None:
    """Read a Date field as an aware UTC instant; None where it says nothing usable."""
    if not value or len(value) > _DATE_CHARS_MAX:
        return None
    try:
        moment = parsedate_to_datetime(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def content_type(value: str) -> tuple[str, str | None, str | None, str | None]:
    """Return (type, charset, boundary, name) of a Content-Type value; never raises."""
    message = Message()
    message["Content-Type"] = value[:_PARAMETER_CHARS_MAX]
    kind = message.get_content_type()
    return (
        kind,
        _parameter(message, "charset"),
        _parameter(message, "boundary"),
        _parameter(message, "name"),
    )


def report_type(value: str) -> str | None:
    """Return the report-type parameter of a Content-Type value."""
    message = Message()
    message["Content-Type"] = value[:_PARAMETER_CHARS_MAX]
    return _parameter(message, "report-type")


def disposition(value: str) -> tuple[str, str | None]:
    """Return (disposition, filename) of a Content-Disposition value; never raises."""
    message = Message()
    message["Content-Disposition"] = value[:_PARAMETER_CHARS_MAX]
    kind = value.partition(";")[0].strip().lower()
    return kind, _parameter(message, "filename", "content-disposition")


def _parameter(message: Message, name: str, header: str = "content-type") -> str | None:
    try:
        value = message.get_param(name, None, header)
        if isinstance(value, tuple):  # RFC 2231: (charset, language, text)
            charset = value[0] or "us-ascii"
            value = value[2].encode("latin-1", "replace").decode(charset, "replace")
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
    return value.rstrip() if isinstance(value, str) and value.strip() else None
