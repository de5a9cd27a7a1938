"""A record that says its result is elsewhere, and what was answered there, as one body."""

from collections.abc import Mapping
from typing import Final

from reprise.providers.values import plain

_OK = range(200, 300)
_INVALID: Final = 422
_ABSENT: Final = frozenset({400, 404})
_POINTER: Final = plain("response_url")


def joined(record: object, status: int, result: object) -> Mapping[str, object] | None:
    """Return the record with its result under `payload`, as the same provider's webhook holds it.

    Args:
        record: the answer about the task.
        status: HTTP status of the answer where the result is.
        result: that answer, parsed from JSON.

    Returns:
        The record as it is, where nothing that can be a result was there; None if the status says
        nothing about the task.
    """
    if not isinstance(record, Mapping) or status in _ABSENT:
        return record if isinstance(record, Mapping) else None
    if status not in _OK and status != _INVALID:
        return None
    if not isinstance(result, Mapping):
        return record
    rest = {name: value for name, value in record.items() if plain(str(name)) != _POINTER}
    # What the model refused ends with its refusal where its result would be.
    error = {"error": f"Invalid status code: {status}"} if status == _INVALID else {}
    return {**rest, "payload": result, **error}
