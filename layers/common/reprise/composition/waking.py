"""Waking the function that works on cases."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from reprise.composition.queues import sender
from reprise.usecases.stripe.books import Wake


def waker(queue_url: str) -> Wake:
    """Return what puts cases into the queue of those to work on, and says when it did.

    The client is made at the first call: few of the webhook's events ever need it.
    """
    sending = cache(lambda: sender(queue_url))

    def wake(case_ids: Sequence[str], now: datetime) -> None:
        sending()([{"case_id": one, "at": now.isoformat()} for one in case_ids])

    return wake
