"""Cases and their journal as JSON: what is stored of each value, and the value of what is stored.

Fields are stored by name. A field that is added later must have a default, so that cases stored
before it can still be read.
"""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import TypeAdapter


def state_of(value: object) -> dict[str, Any]:
    """Return what is stored of a dataclass: its fields by name, without what is default."""
    kind: Any = type(value)
    stored: dict[str, Any] = _adapter(kind).dump_python(value, mode="json", exclude_defaults=True)
    return stored


def fields_of(value: object) -> dict[str, Any]:
    """Return a dataclass with all its fields by name."""
    kind: Any = type(value)
    fields: dict[str, Any] = _adapter(kind).dump_python(value, mode="json")
    return fields


def value_of[T](kind: type[T], state: Mapping[str, Any]) -> T:
    """Return the dataclass of what is stored; the inverse of `state_of`."""
    anything: Any = kind
    value: T = _adapter(anything).validate_python(state)
    return value


@cache
def _adapter(kind: Any) -> "TypeAdapter[Any]":  # noqa: ANN401 - a class
    # Here and not above: only a function that has a case to store pays for the import.
    from pydantic import TypeAdapter  # noqa: PLC0415

    return TypeAdapter(kind)
