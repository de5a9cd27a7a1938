"""Sending to a queue, all or an error."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from reprise.errors import TransientError

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

_BATCH_MAX = 10


def send_all(client: "SQSClient", queue_url: str, bodies: Sequence[str]) -> None:
    """Send every body as a message of its own.

    Args:
        client: an SQS client.
        queue_url: the queue.
        bodies: what to send; each at most 256 KB.

    Raises:
        TransientError: some were not taken; sending all again is for the caller, whose messages
            are idempotent.
    """
    for start in range(0, len(bodies), _BATCH_MAX):
        batch = bodies[start : start + _BATCH_MAX]
        try:
            answer = client.send_message_batch(
                QueueUrl=queue_url,
                Entries=[{"Id": str(at), "MessageBody": body} for at, body in enumerate(batch)],
            )
        except (ClientError, BotoCoreError) as error:
            raise TransientError(f"the queue did not answer: {error}") from error
        if answer.get("Failed"):
            raise TransientError(f"{len(answer['Failed'])} messages were not taken")
