"""Queues that functions send to."""

import json

from reprise.adapters.queue import send_all
from reprise.composition import aws
from reprise.fanout import Spread


def sender(queue_url: str) -> Spread:
    """Return what sends messages to a queue, all or an error."""
    sqs = aws.client("sqs")
    return lambda messages: send_all(sqs, queue_url, [json.dumps(one) for one in messages])
