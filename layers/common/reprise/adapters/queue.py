"""Sending to a queue, all or an error."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from reprise.errors import TransientError

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient


def send_all(client: "SQSClient", queue_url: str, bodies: Sequence[str]) -> None:
    """Send every body as a message of its own.

    One by one: a few per schedule, and a batch may be taken in part.

    Args:
        client: an SQS client.
        queue_url: the queue.
        bodies: what to send; each at most 256 KB.

    Raises:
        TransientError: some were not taken; sending all again is for the caller, whose messages
            are idempotent.
    """
    try:
        for body in bodies:
            client.send_message(QueueUrl=queue_url, MessageBody=body)
    except (ClientError, BotoCoreError) as error:
        raise TransientError(f"the queue did not answer: {error}") from error
