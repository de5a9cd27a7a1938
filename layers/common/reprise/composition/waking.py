"""Waking the function that works on cases."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime

import boto3

from reprise import composition
from reprise.adapters.queue import send_all

type Wake = Callable[[Sequence[str], datetime], None]


def waker(queue_url: str) -> Wake:
    """Return what puts cases into the queue of those to work on, and says when it did."""
    queue = boto3.client("sqs", config=composition.CLIENT_CONFIG)

    def wake(case_ids: Sequence[str], now: datetime) -> None:
        messages = [json.dumps({"case_id": one, "at": now.isoformat()}) for one in case_ids]
        send_all(queue, queue_url, messages)

    return wake
