"""Reading the JSON documents that people write (policy, catalogue): errors name field and fix."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum

from reprise.canonical import Json
from reprise.errors import BadInputError

_CURRENCY_LETTERS = 3  # ISO 4217


def read_document(name: str, text: str) -> dict[str, Json]:
    """Return the object a document holds; no name twice, no number with a fraction.

    Args:
        name: what the document is called in errors.
        text: the JSON text.

    Raises:
        BadInputError: the text is not such a document.
    """
    try:
        document = json.loads(
            text,
            object_pairs_hook=_unrepeated,
            parse_float=_refused_number,
            parse_constant=_refused_number,
        )
    except (ValueError, RecursionError) as error:
        raise BadInputError(name, f"must be JSON of whole numbers: {error}") from error
    return obj(name, document)


def exactly(at: str, found: Mapping[str, object], wanted: Iterable[str], *optional: str) -> None:
    """Check that an object states what is wanted and nothing unknown (a typo is not a default).

    Raises:
        BadInputError: a name is missing or unknown.
    """
    names = tuple(wanted)
    for name in names:
        if name not in found:
            raise BadInputError(_path(at, name), "must be stated")
    for name in found:
        if name not in names and name not in optional:
            raise BadInputError(_path(at, name), "is not known; remove it or correct its name")


def obj(field: str, value: object) -> dict[str, Json]:
    """Return a JSON object."""
    if not isinstance(value, dict):
        raise BadInputError(field, "must be a JSON object")
    return value


def array(field: str, value: object) -> list[Json]:
    """Return a JSON array."""
    if not isinstance(value, list):
        raise BadInputError(field, "must be a JSON array")
    return value


def string(field: str, value: object) -> str:
    """Return a text that says something."""
    if not isinstance(value, str) or not value.strip():
        raise BadInputError(field, "must be a text that is not empty")
    return value


def strings(field: str, value: object) -> tuple[str, ...]:
    """Return an array of texts, each once."""
    texts = tuple(string(field, item) for item in array(field, value))
    if len(set(texts)) != len(texts):
        raise BadInputError(field, "must not name anything twice")
    return texts


def flag(field: str, value: object) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise BadInputError(field, "must be true or false")
    return value


def whole(field: str, value: object) -> int:
    """Return a whole number of 0 or more."""
    # bool is an int in Python, and `true` days would read as one day.
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise BadInputError(field, "must be a whole number of 0 or more")
    return value


def wholes(field: str, value: object) -> tuple[int, ...]:
    """Return an array of whole numbers."""
    return tuple(whole(field, item) for item in array(field, value))


def amounts(field: str, value: object) -> tuple[tuple[str, int], ...]:
    """Return amounts in minor units by lower-case ISO currency, sorted."""
    read = {name: whole(f"{field}.{name}", item) for name, item in obj(field, value).items()}
    for name in read:
        if len(name) != _CURRENCY_LETTERS or not (name.isascii() and name.islower()):
            raise BadInputError(f"{field}.{name}", "must be a lower-case ISO currency, like eur")
    return tuple(sorted(read.items()))


def choice[E: StrEnum](field: str, value: object, kind: type[E]) -> E:
    """Return a member of an enumeration."""
    try:
        return kind(string(field, value))
    except ValueError as error:
        raise BadInputError(field, f"must be one of {', '.join(kind)}") from error


def instant(field: str, value: object) -> datetime:
    """Return an instant in UTC."""
    try:
        read = datetime.fromisoformat(string(field, value))
        at = read.astimezone(UTC)
    except (ValueError, OverflowError) as error:  # in UTC, year 1 and 9999 can be left
        raise BadInputError(field, "must be like 2026-05-02T00:00:00Z") from error
    if read.tzinfo is None:
        raise BadInputError(field, "must say its offset, like 2026-05-02T00:00:00Z")
    return at


def _path(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


def _unrepeated(pairs: list[tuple[str, object]]) -> dict[str, object]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{name!r} is stated twice")
    return dict(pairs)


def _refused_number(digits: str) -> object:
    raise ValueError(f"{digits} is not a whole number")
