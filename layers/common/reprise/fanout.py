"""What functions share: how long they may go on, and calls that become messages of a queue."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from reprise.telemetry import logger
from reprise.usecases.walk import Leg

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

type Message = Mapping[str, Any]
type Spread = Callable[[Iterable[Message]], None]
"""Sends each message to the function's own queue."""


def is_batch(event: Mapping[str, Any]) -> bool:
    """Return whether the event is messages of the queue, and not the call that spreads them."""
    return "Records" in event


def time_left(context: "LambdaContext", reserve_ms: int) -> Callable[[], bool]:
    """Return what says whether there is time to go on, and still to answer.

    Args:
        context: the invocation's.
        reserve_ms: time kept back, so that work ends before the function is ended.
    """
    return lambda: context.get_remaining_time_in_millis() > reserve_ms


def work_off(batch: Mapping[str, Any], is_done: Callable[[Message], bool]) -> dict[str, Any]:
    """Work on each message of a batch; answer with those that are to be delivered again.

    Args:
        batch: SQS's event.
        is_done: works on one message; returns whether the queue may forget it.
    """
    unfinished = [
        {"itemIdentifier": record["messageId"]}
        for record in batch["Records"]
        if not is_done(json.loads(record["body"]))
    ]
    return {"batchItemFailures": unfinished}


def hand_over(leg: Leg, message: Message, spread: Spread, about: Message, failed: str) -> bool:
    """See to the next leg of a walk; return whether this one is done.

    A leg that ran out of time sends the next and is done; one with failures is delivered again.

    Args:
        leg: how far the walk came.
        message: what asked for this leg.
        spread: sends the next.
        about: what the logs say beside shard and counts.
        failed: what the log calls a failure.
    """
    about = {**about, "shard": leg.shard, **leg.counts}
    for failure in leg.failed:
        logger.error(failed, extra={**about, "error": failure})
    if leg.failed:
        return False
    if not leg.finished:
        spread([{**message, **leg.next()}])
    logger.info("shard done" if leg.finished else "goes on", extra=about)
    return True
