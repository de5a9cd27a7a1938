"""Waking the function that works on cases."""

from collections.abc import Callable, Sequence
from datetime import datetime

from reprise.composition.queues import sender

type Wake = Callable[[Sequence[str], datetime], None]


def waker(queue_url: str) -> Wake:
    """Return what puts cases into the queue of those to work on, and says when it did."""
    send = sender(queue_url)

    def wake(case_ids: Sequence[str], now: datetime) -> None:
        send([{"case_id": one, "at": now.isoformat()} for one in case_ids])

    return wake
