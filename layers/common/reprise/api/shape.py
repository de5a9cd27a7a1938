"""Frozen dataclasses from and to JSON; the limits of a field stand in its annotation.

Instead of pydantic, whose import a charge's cold start cannot afford: docs/decisions/api-shapes.md.
"""

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Annotated, Any, Protocol, Union, cast, get_args, get_origin, get_type_hints

from reprise.canonical import Json
from reprise.clock import whole_ms
from reprise.documents import array, choice, exactly, flag, instant, obj
from reprise.errors import BadInputError

_DIGITS_MAX = 18
"""Digits of a number given as text, as in a query; more would not fit a stored number."""


class Limit(Protocol):
    """What an annotation may demand of a value of the right type."""

    def check(self, field: str, value: Any) -> None:  # noqa: ANN401 - each limit knows its type
        """Raise `BadInputError` if the value is outside."""

    def schema(self) -> dict[str, Json]:
        """Return the limit in the words of JSON Schema."""


@dataclass(frozen=True, slots=True)
class Text:
    """Limits of a text.

    Args:
        chars_max: its length at most, in characters; at least one.
        pattern: regular expression of the whole text.
        says: the pattern in words, as the end of "must be".
        format: JSON Schema's name of the form, if there is one.
    """

    chars_max: int
    pattern: str
    says: str
    format: str = ""

    def check(self, field: str, value: str) -> None:
        """Raise if the text is too long or of another form."""
        # The length first: no pattern sees a text that it was not made for.
        if len(value) > self.chars_max or not re.fullmatch(self.pattern, value):
            raise BadInputError(field, f"must be {self.says}, at most {self.chars_max} characters")

    def schema(self) -> dict[str, Json]:
        """Return the limit in the words of JSON Schema."""
        named: dict[str, Json] = {"format": self.format} if self.format else {}
        limits: dict[str, Json] = {"minLength": 1, "maxLength": self.chars_max}
        return {**limits, "pattern": f"^{self.pattern}$", **named}


@dataclass(frozen=True, slots=True)
class Whole:
    """Limits of a whole number, both included."""

    least: int
    most: int

    def check(self, field: str, value: int) -> None:
        """Raise if the number is outside."""
        if not self.least <= value <= self.most:
            raise BadInputError(field, f"must be from {self.least} to {self.most}")

    def schema(self) -> dict[str, Json]:
        """Return the limits in the words of JSON Schema."""
        return {"minimum": self.least, "maximum": self.most}


@cache
def forms_of(kind: type) -> Mapping[str, Any]:
    """Return the annotation of each field of a dataclass."""
    return get_type_hints(kind, include_extras=True)


def is_optional(form: object) -> bool:
    """Return whether a field may be null."""
    return get_origin(form) in {Union, UnionType} and type(None) in get_args(form)


def read[T](kind: type[T], document: Mapping[str, Json], at: str = "", *, strict: bool = True) -> T:
    """Return a dataclass read from a JSON object.

    Args:
        kind: the dataclass; fields with a default may be left out.
        document: the object.
        at: where the object is, as a prefix of field names in errors.
        strict: refuse unknown names. Whoever reads answers is lenient: they may grow.

    Raises:
        BadInputError: a field is missing, unknown, of another type or outside its limits.
    """
    declared = fields(cast("Any", kind))
    wanted = [f.name for f in declared if f.default is MISSING]
    optional = [f.name for f in declared if f.default is not MISSING]
    known = {f.name for f in declared}
    found = document if strict else {n: v for n, v in document.items() if n in known}
    exactly(at, found, wanted, *optional)
    forms = forms_of(cast("Any", kind))
    values = {
        name: _read(forms[name], f"{at}.{name}" if at else name, value, strict=strict)
        for name, value in found.items()
    }
    return kind(**values)


def write(value: object) -> Json:
    """Return a dataclass, or a part of one, as JSON; the inverse of `read`."""
    if is_dataclass(value):
        return {f.name: write(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [write(item) for item in value]
    return cast("Json", value)


def stamp(at: datetime) -> str:
    """Return an instant as the API writes it: ISO 8601, UTC, milliseconds."""
    text = at.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _read(form: Any, field: str, value: Json, *, strict: bool) -> object:  # noqa: ANN401 - any form
    if is_optional(form):
        return None if value is None else _read(_inner(form), field, value, strict=strict)
    if get_origin(form) is Annotated:
        plain, *limits = get_args(form)
        got = _read(plain, field, value, strict=strict)
        for limit in limits:
            limit.check(field, got)
        return got
    if get_origin(form) is tuple:
        item_form = get_args(form)[0]
        items = enumerate(array(field, value))
        return tuple(_read(item_form, f"{field}.{n}", item, strict=strict) for n, item in items)
    if is_dataclass(form):
        return read(cast("type", form), obj(field, value), field, strict=strict)
    return _plain(form, field, value)


def _plain(form: Any, field: str, value: Json) -> object:  # noqa: ANN401 - any form
    if form is str:
        return _text(field, value)
    if form is int:
        return _number(field, value)
    if form is bool:
        return flag(field, value)
    if form is datetime:
        return whole_ms(instant(field, value))
    if isinstance(form, type) and issubclass(form, StrEnum):
        return choice(field, value, form)
    return obj(field, value)


def _inner(form: object) -> Any:  # noqa: ANN401 - any form
    """Return what an optional value is when it is there."""
    return next(part for part in get_args(form) if part is not type(None))


def _text(field: str, value: Json) -> str:
    if not isinstance(value, str):
        raise BadInputError(field, "must be a text")
    return value


def _number(field: str, value: Json) -> int:
    """Return a whole number; a query has only texts, so its digits count too."""
    if isinstance(value, str) and len(value) <= _DIGITS_MAX and value.isascii() and value.isdigit():
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadInputError(field, "must be a whole number")
    return value
