"""Cases and their journal as JSON: what is stored of each value, and the value of what is stored.

Fields are stored by name. A field that is added later must have a default, so that cases stored
before it can still be read.
"""

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeAliasType, cast, get_args, get_origin, get_type_hints

from reprise.canonical import Json
from reprise.errors import InvariantViolationError
from reprise.ledger.instants import of_ms, to_ms


def state_of(value: object) -> Json:
    """Return what is stored of a value: dataclasses by field name, without what is default."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            one.name: state_of(found)
            for one in fields(value)
            if (found := getattr(value, one.name)) is not None
            and (one.default is MISSING or found != one.default)
        }
    if isinstance(value, datetime):
        return to_ms(value)
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [state_of(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): state_of(one) for key, one in value.items()}
    if value is None or isinstance(value, (bool, int, str)):
        return value
    raise InvariantViolationError(f"{type(value).__name__} cannot be stored in a case")


def value_of[T](kind: type[T], state: Mapping[str, Any]) -> T:
    """Return the dataclass of what is stored; the inverse of `state_of`."""
    hints = _hints(cast("Any", kind))
    known = {one.name: one for one in fields(kind)}  # type: ignore[arg-type]
    values: dict[str, object] = {}
    for name, one in known.items():
        if name in state:
            values[name] = _value(hints[name], state[name])
        elif one.default is MISSING and one.default_factory is MISSING:
            values[name] = None  # only None is left out
    return kind(**values)


@cache
def _hints(kind: Any) -> dict[str, Any]:  # noqa: ANN401 - a class
    return get_type_hints(kind)


def _value(hint: Any, state: Any) -> object:  # noqa: ANN401 - types and JSON
    if isinstance(hint, TypeAliasType):
        hint = hint.__value__
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is types.UnionType:  # always `something | None`
        return None if state is None else _value(arguments[0], state)
    if origin is tuple:
        inner = arguments if arguments[-1] is not Ellipsis else (arguments[0],) * len(state)
        return tuple(_value(each, one) for each, one in zip(inner, state, strict=True))
    if origin is not None:  # Mapping[str, str]
        return dict(state)
    if is_dataclass(hint):
        return value_of(cast("type[object]", hint), state)
    if issubclass(hint, datetime):
        return of_ms(state)
    return hint(state) if issubclass(hint, StrEnum) else state
