"""What operators type: files, and instants."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from reprise.clock import instant_of
from reprise.errors import BadInputError


def read_file(file: Path, bytes_max: int) -> bytes:
    """Return the bytes of a file, or of standard input where the file is called `-`.

    Args:
        file: which file.
        bytes_max: of more, one byte more than this is returned, so that the caller can tell.

    Raises:
        BadInputError: it cannot be read.
    """
    try:
        stream = sys.stdin.buffer if str(file) == "-" else file.open("rb")
        with stream:
            return stream.read(bytes_max + 1)
    except OSError as error:
        raise BadInputError("FILE", f"{str(file)!r} must be readable: {error.strerror}") from error


def zoned_instant(option: str, text: str) -> datetime:
    """Return an instant that must say its zone, since something is decided by it.

    Args:
        option: which option it was given as, for the error.
        text: ISO 8601.
    """
    at = instant_of(text)
    if at is None:
        raise BadInputError(option, "must be an instant with its zone, like 2026-11-02T08:00:00Z")
    return at


def utc_instant(option: str, text: str) -> datetime:
    """Return an instant that is only looked at; in UTC where it does not say its zone.

    Args:
        option: which option it was given as, for the error.
        text: ISO 8601.
    """
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInputError(option, "must be like 2026-05-02T00:00:00Z") from error
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
