"""Tolerant reading of JSON that somebody else shaped: nothing here raises, whatever comes.

A path is written `data.task_id`. Names are compared without case, `_` and `-`, so one path reads
`task_id`, `taskId` and `TaskID`: the providers mix them, within one body too.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping
from enum import Enum
from functools import cache
from typing import Final
from urllib.parse import urlsplit

TEXT_CHARS_MAX = 300
ID_CHARS_MAX = 200
URL_CHARS_MAX = 8_192
JSON_TEXT_CHARS_MAX = 1_000_000
NUMBER_MAX = 10**15
WRAPPERS_MAX = 4

_WHOLE = re.compile(rf"\s*[+-]?\d{{1,{len(str(NUMBER_MAX))}}}(\.0*)?\s*", re.ASCII)
_INLINE = re.compile(r"data:(?:audio|application)/[\w.+-]+(?:;[\w.+=-]+)*,[^\s]", re.IGNORECASE)
# What serialisers leave where a value is missing.
_BLANK_WORDS = frozenset({"", "null", "none", "undefined", "nan"})
# Suno's; it dies with the generation, and the file's own address takes its place.
_STREAM_HOSTS = frozenset({"audiopipe.suno.ai"})
# What relays, queues and event buses wrap a provider's body in.
_WRAPPERS = ("detail", "payload", "body", "event", "response", "result", "data")


class Absent(Enum):
    """Why a path led nowhere, where `None` would say too little."""

    MISSING = "missing"  # a key on the way is not there
    MALFORMED = "malformed"  # something on the way is no object


MISSING: Final = Absent.MISSING
MALFORMED: Final = Absent.MALFORMED


def plain(name: str) -> str:
    """Return a name without case and separators: `task_id` and `taskId` are one."""
    return name.replace("_", "").replace("-", "").casefold()


@cache
def _names(path: str) -> tuple[str, ...]:
    return tuple(plain(name) for name in path.split("."))


def is_blank(value: object) -> bool:
    """Return whether a value says nothing: null, empty, or blank text."""
    if isinstance(value, str):
        return len(value) <= ID_CHARS_MAX and value.strip().casefold() in _BLANK_WORDS
    return value is None or isinstance(value, Absent) or value in ([], {})


def opened(value: object) -> object:
    """Return the value of JSON text that holds an object or array; anything else as it is."""
    if not isinstance(value, str) or len(value) > JSON_TEXT_CHARS_MAX:
        return value
    if not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def spellings(value: object, name: str) -> list[object]:
    """Return every field of an object that has this plain name."""
    if not isinstance(value, Mapping):
        return []
    return [item for key, item in value.items() if isinstance(key, str) and plain(key) == name]


def member(value: object, name: str) -> object:
    """Return an object's field by its plain name; of several spellings the first not blank."""
    if not isinstance(value, Mapping):
        return None if is_blank(value) else MALFORMED
    found = spellings(value, name) or [MISSING]
    return next((item for item in found if not is_blank(item)), found[0])


def lookup(value: object, path: str) -> object:
    """Return what a path leads to: a value, None where null stands on the way, or why not."""
    for name in _names(path):
        value = member(opened(value), name)
        if value is None or isinstance(value, Absent):
            return value
    return value


def first(value: object, paths: Iterable[str]) -> object:
    """Return the first value under the paths that is not blank, or None."""
    for path in paths:
        found = lookup(value, path)
        if not is_blank(found):
            return found
    return None


def whole(value: object) -> int | None:
    """Return a whole number, also one written as text or with `.0`; None for anything else."""
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        value = float(value)
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if abs(value) <= NUMBER_MAX else None


def clip(value: object, chars_max: int = TEXT_CHARS_MAX) -> str:
    """Return text for people: printable, in one line, bounded; empty for what is no scalar."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        number = whole(value)
        return str(number) if number is not None else ""
    if not isinstance(value, str):
        return ""
    shown = "".join(char if char.isprintable() else " " for char in value[: 2 * chars_max])
    return " ".join(shown.split())[:chars_max]


def word(value: object) -> str:
    """Return a status word in one spelling: `In Progress` and `IN-PROGRESS` are `in_progress`."""
    return clip(value).casefold().replace(" ", "_").replace("-", "_")


def is_url(value: object) -> bool:
    """Return whether a value is an absolute web address of something to fetch."""
    if not isinstance(value, str) or len(value) > URL_CHARS_MAX:
        return False
    text = value.strip()
    if not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
        # An address that was put together from a missing id is one of nothing: `…/None.mp3`.
        name = parts.path.rpartition("/")[2].partition(".")[0]
        is_file = not name or not is_blank(name)
        return parts.scheme.casefold() in {"http", "https"} and bool(parts.hostname) and is_file
    except ValueError:
        return False


def is_inline(value: str) -> bool:
    """Return whether a value is an address that holds its file, as that of small ones may."""
    return _INLINE.match(value.lstrip()) is not None


def is_stream(value: object) -> bool:
    """Return whether a value is an address under which a song is heard while it is still made."""
    return is_url(value) and urlsplit(str(value).strip()).hostname in _STREAM_HOSTS


def identifier(body: object, paths: Iterable[str]) -> str | None:
    """Return the one id under the paths; None if there is none, empty if two disagree."""
    found = set[str]()
    for path in paths:
        above, _, name = path.rpartition(".")
        parent = lookup(body, above) if above else body
        ids = spellings(opened(parent), plain(name))
        found |= {clip(one, ID_CHARS_MAX + 1) for one in ids if not is_blank(one)} - {""}
    if len(found) > 1:
        return ""
    return next((only for only in found if len(only) <= ID_CHARS_MAX), None)


def unwrap(body: object, anchors: Iterable[str]) -> Mapping[str, object] | None:
    """Return the object that carries one of the anchors, inside at most a few wrappers.

    Relays hand bodies on as text, in a list of one, or under `payload`, `body` and the like. If no
    anchor turns up, the outermost object comes back, and the reading finds nothing in it.
    """
    anchors = tuple(anchors)
    outermost: Mapping[str, object] | None = None
    for _ in range(WRAPPERS_MAX):
        body = opened(body)
        if isinstance(body, list) and len(body) == 1:
            body = opened(body[0])
        if not isinstance(body, Mapping):
            return outermost
        outermost = outermost if outermost is not None else body
        if any(not is_blank(lookup(body, anchor)) for anchor in anchors):
            return body
        inner = (member(body, name) for name in _WRAPPERS)
        body = next((one for one in inner if not is_blank(one)), None)
    return outermost
