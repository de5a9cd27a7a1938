"""The one owner of the clock: functions ask it once and hand `now` down.

`now` is the wall clock. A clock driven by events exists for the local stack alone, so that a story
of ninety days can be told in a minute; a rule of `template.yaml` forbids it in production.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

type ClockSource = Literal["wall", "event"]
type Clock = Callable[[datetime | None], datetime]


def wall_clock(_event_at: datetime | None = None) -> datetime:
    """Return the time now, whatever an event says about itself; whole milliseconds, UTC."""
    return whole_ms(datetime.now(UTC))


def event_clock(event_at: datetime | None = None) -> datetime:
    """Return the event's own time, or the wall clock's where it has none."""
    return wall_clock() if event_at is None else whole_ms(event_at.astimezone(UTC))


def clock_of(source: ClockSource) -> Clock:
    """Return the clock that the setting names."""
    return event_clock if source == "event" else wall_clock


def whole_ms(at: datetime) -> datetime:
    """Return the instant as it is stored: cut to whole milliseconds."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def instant_of(text: object) -> datetime | None:
    """Return the instant of an ISO 8601 text with a zone, or None if it is none."""
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text)
        return None if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):  # in UTC, year 1 and 9999 can be left
        return None
