"""Queues that functions send to."""

import json

import boto3

from reprise import composition
from reprise.adapters.queue import send_all
from reprise.fanout import Spread


def sender(queue_url: str) -> Spread:
    """Return what sends messages to a queue, all or an error."""
    client = boto3.client("sqs", config=composition.CLIENT_CONFIG)
    return lambda messages: send_all(client, queue_url, [json.dumps(one) for one in messages])
