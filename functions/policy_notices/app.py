"""Policy notices and expiry reminders: a schedule spreads the shards, each message is one shard.

A shard is walked in legs. A leg that runs out of time sends the next and is done; one where a mail
failed is delivered again, and finds what was mailed already.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from reprise import composition
from reprise.adapters.queue import send_all
from reprise.clock import Clock, clock_of, instant_of
from reprise.composition.notices import Notices, notices
from reprise.metrics import Metric
from reprise.ports.ledger import SHARDS
from reprise.settings import PolicyNoticesSettings, read_settings
from reprise.telemetry import count, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_RESERVE_MS = 15_000
"""Time kept back for answering and for the mail that is under way."""


@dataclass(frozen=True, slots=True)
class Root:
    """What the function holds between events."""

    clock: Clock
    notices: Notices
    sends_mail: bool
    spread: Callable[[list[str]], None]


@cache
def root() -> Root:
    """Bind the function to its surroundings, once."""
    settings = read_settings(PolicyNoticesSettings)
    queue = boto3.client("sqs", config=composition.CLIENT_CONFIG)
    return Root(
        clock=clock_of(settings.clock),
        notices=notices(settings, composition.dynamodb()),
        sends_mail=bool(settings.notice_sender),
        spread=lambda bodies: send_all(queue, settings.notices_queue_url, bodies),
    )


def handler(event: Mapping[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Announce and spread the shards (a scheduled event) or walk some (messages of the queue)."""
    if "Records" not in event:
        return _spread(event)
    unfinished = [
        {"itemIdentifier": record["messageId"]}
        for record in event["Records"]
        if not _walk(json.loads(record["body"]), context)
    ]
    return {"batchItemFailures": unfinished}


def _spread(event: Mapping[str, Any]) -> dict[str, Any]:
    now = root().clock(instant_of(event.get("time")))
    announcing = root().notices.announcing
    announcing.announce(now)
    for version in announcing.late(now):
        count(Metric.POLICY_NOTICE_LATE)
        logger.error("notices not out in time", extra={"version": version})
    if not root().sends_mail:
        return {"errands": 0}
    errands = announcing.errands(now)
    errands += [{"errand": "reminder", "shard": number} for number in range(SHARDS)]
    root().spread([json.dumps({**errand, "at": now.isoformat()}) for errand in errands])
    return {"errands": len(errands)}


def _walk(message: Mapping[str, Any], context: "LambdaContext") -> bool:
    """Walk a leg and see to the next; return whether this one is done."""
    now = root().clock(instant_of(message["at"]))

    def may_go_on() -> bool:
        return context.get_remaining_time_in_millis() > _RESERVE_MS

    if message["errand"] == "notice":
        done = root().notices.announcing.notice_leg(message, now, may_go_on)
    else:
        done = root().notices.reminding.leg(message, now, may_go_on)
    about = {"errand": message["errand"], "shard": done.shard, **done.counts}
    for failure in done.failed:
        logger.error("not mailed", extra={**about, "error": failure})
    if done.failed:
        return False
    if not done.finished:
        root().spread([json.dumps({**message, **done.next()})])
    logger.info("shard done" if done.finished else "goes on", extra=about)
    return True
