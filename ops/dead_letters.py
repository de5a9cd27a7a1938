"""Messages that failed for good: what they were about, and back to where they came from."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

from reprise.errors import BadInputError

_ENDINGS: Final = ("DeadLettersUrl", "UnroutedUrl", "FailuresUrl")
_SOURCES: Final = {"ProviderEventsUnrouted": "ProviderEventsQueueUrl"}
"""Where messages go that no queue gave up, but a rule could not deliver."""
_BATCH_MAX: Final = 10
_WAIT_SECONDS: Final = 1
"""Any wait has SQS look on all its servers; without, it looks on some, and may find nothing."""
_HIDDEN_SECONDS: Final = 60
"""How long a message is kept from others while it is looked at or moved."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that failed for good.

    Args:
        queue: the queue's logical id.
        message_id: its id there.
        sent_at: when it came into this queue.
        kind: what it is: a detail-type, or the function that failed.
        account_id: whose, if it says so.
        generation_id: which generation, if it says so.
        body: the message itself; it may hold what a customer wrote, so it is shown on demand only.
    """

    queue: str
    message_id: str
    sent_at: datetime
    kind: str
    account_id: str | None
    generation_id: str | None
    body: str = field(repr=False)


class LeftBehindError(BadInputError):
    """Some messages stay where they are, since nobody takes them back; the others were sent.

    Args:
        fix: why.
        moved: how many were sent.
    """

    def __init__(self, fix: str, moved: int) -> None:
        super().__init__("QUEUE", fix)
        self.moved = moved


class DeadLetters:
    """The dead-letter queues of a stack.

    Args:
        outputs: what the stack says about itself.
        sqs: an SQS client.
        functions: a Lambda client.
    """

    # Any: boto3 makes its clients at run time.
    def __init__(self, outputs: Mapping[str, str], sqs: Any, functions: Any) -> None:  # noqa: ANN401
        self._outputs = outputs
        self._sqs = sqs
        self._lambda = functions
        self.urls = {
            name.removesuffix("Url"): url
            for name, url in sorted(outputs.items())
            if name.endswith(_ENDINGS)
        }

    def url(self, queue: str) -> str:
        """Return a queue's address.

        Raises:
            BadInputError: there is no such dead-letter queue.
        """
        if queue not in self.urls:
            raise BadInputError("QUEUE", f"must be one of {', '.join(self.urls)}")
        return self.urls[queue]

    def waiting(self, queue: str) -> int:
        """Return about how many messages wait in a queue."""
        name = "ApproximateNumberOfMessages"
        answer = self._sqs.get_queue_attributes(QueueUrl=self.url(queue), AttributeNames=[name])
        return int(answer["Attributes"][name])

    def look(self, queue: str, limit: int) -> list[DeadLetter]:
        """Return some messages of a queue, and leave them where they are."""
        messages = list(self._take(queue, limit))
        self._show_again(queue, messages)
        return [_letter(queue, message) for message in messages]

    def redrive(self, queue: str, limit: int) -> int:
        """Send messages back to where they failed; return how many.

        Whoever reads them there is idempotent, so one that is moved twice does no harm.

        Raises:
            LeftBehindError: nobody takes some of this queue's messages back.
        """
        moved, left, wrong = 0, [], ""
        source = cache(lambda: self._source(queue))
        for message in self._take(queue, limit):
            try:
                self._send_back(message, source)
            except BadInputError as error:
                left.append(message)
                wrong = f"{queue}: {error.fix}"
                continue
            self._sqs.delete_message(
                QueueUrl=self.url(queue), ReceiptHandle=message["ReceiptHandle"]
            )
            moved += 1
        self._show_again(queue, left)
        if wrong:
            raise LeftBehindError(wrong, moved)
        return moved

    def _send_back(self, message: Mapping[str, Any], source: Callable[[], str]) -> None:
        failed = _failed_invocation(message)
        if failed is None:
            self._sqs.send_message(QueueUrl=source(), MessageBody=message["Body"])
            return
        arn = str(failed["requestContext"]["functionArn"])
        self._demand_ours(arn.rpartition("function:")[2])
        payload = json.dumps(failed["requestPayload"]).encode()
        self._lambda.invoke(FunctionName=arn, InvocationType="Event", Payload=payload)

    def _show_again(self, queue: str, messages: Sequence[Mapping[str, Any]]) -> None:
        for message in messages:
            self._sqs.change_message_visibility(
                QueueUrl=self.url(queue),
                ReceiptHandle=message["ReceiptHandle"],
                VisibilityTimeout=0,
            )

    def _demand_ours(self, name: str) -> None:
        """Whoever may write into a queue must not choose what runs with an operator's rights."""
        ours = {one for output, one in self._outputs.items() if output.endswith("FunctionName")}
        if name.partition(":")[0] not in ours:
            raise BadInputError("QUEUE", f"{name} must be a function of the stack")

    def _source(self, queue: str) -> str:
        """Return the queue that gives up into this one.

        Raises:
            BadInputError: none does.
        """
        if queue in _SOURCES:
            return self._outputs[_SOURCES[queue]]
        answer = self._sqs.list_dead_letter_source_queues(QueueUrl=self.url(queue))
        urls = answer.get("queueUrls", [])
        if not urls:
            raise BadInputError("QUEUE", "no queue gave these up; see docs/runbook.md")
        return str(urls[0])

    def _take(self, queue: str, limit: int) -> Iterator[dict[str, Any]]:
        """Yield messages, hidden from others for a minute; what was sent meanwhile waits."""
        seen = set[str]()
        while len(seen) < limit:
            answer = self._sqs.receive_message(
                QueueUrl=self.url(queue),
                MaxNumberOfMessages=min(_BATCH_MAX, limit - len(seen)),
                VisibilityTimeout=_HIDDEN_SECONDS,
                WaitTimeSeconds=_WAIT_SECONDS,
                AttributeNames=["SentTimestamp"],
            )
            fresh = [one for one in answer.get("Messages", []) if one["MessageId"] not in seen]
            if not fresh:
                return
            for message in fresh:
                seen.add(message["MessageId"])
                yield message


def _failed_invocation(message: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return what Lambda tells its failure destination, if the message is that."""
    body = _body(message)
    return body if "requestPayload" in body and "requestContext" in body else None


def _letter(queue: str, message: Mapping[str, Any]) -> DeadLetter:
    body = _body(message)
    failed = _failed_invocation(message)
    if failed is not None:
        kind = str(failed["requestContext"]["functionArn"]).rpartition("function:")[2]
    else:
        kind = str(body.get("detail-type", "message"))
    detail = body.get("detail")
    ids = detail if isinstance(detail, Mapping) else {}
    sent = timedelta(milliseconds=int(message["Attributes"]["SentTimestamp"]))
    return DeadLetter(
        queue=queue,
        message_id=message["MessageId"],
        sent_at=datetime(1970, 1, 1, tzinfo=UTC) + sent,
        kind=kind,
        account_id=_word(ids.get("account_id")),
        generation_id=_word(ids.get("generation_id")),
        body=message["Body"],
    )


def _body(message: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        body = json.loads(message["Body"])
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, Mapping) else {}


def _word(value: object) -> str | None:
    return value if isinstance(value, str) else None
