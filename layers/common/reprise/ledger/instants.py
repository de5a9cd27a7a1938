"""Instants: aware UTC datetimes in the domain, integer milliseconds in what is stored."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(at: datetime) -> int:
    """Return milliseconds since the epoch; an instant without a zone is refused."""
    if at.tzinfo is None:
        raise ValueError("an instant must carry its time zone")
    return (at - EPOCH) // _MILLISECOND


def of_ms(ms: int) -> datetime:
    """Return the instant of a number of milliseconds since the epoch."""
    return EPOCH + ms * _MILLISECOND


def opt_ms(at: datetime | None) -> int | None:
    """Return milliseconds since the epoch, or None for never."""
    return None if at is None else to_ms(at)


def opt_instant(ms: int | None) -> datetime | None:
    """Return the instant, or None for never."""
    return None if ms is None else of_ms(ms)
