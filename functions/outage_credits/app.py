"""Credits for an outage: the operator's call spreads the shards over a queue; each is walked once.

A shard is walked in legs. A leg that runs out of time sends the next and is done; one where an
account failed is delivered again, and finds the others served already.
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
from reprise.composition.outages import outages
from reprise.ports.ledger import SHARDS
from reprise.settings import OutageCreditsSettings, read_settings
from reprise.telemetry import logger
from reprise.usecases.outage_credits import confirmed, post_leg
from reprise.usecases.outages import Outages
from reprise.usecases.walk import Leg

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_RESERVE_MS = 10_000
"""Time kept back for answering, so that a leg ends before the function is ended."""


@dataclass(frozen=True, slots=True)
class Root:
    """What the function holds between events."""

    clock: Clock
    outages: Outages
    spread: Callable[[list[str]], None]


@cache
def root() -> Root:
    """Bind the function to its surroundings, once."""
    settings = read_settings(OutageCreditsSettings)
    queue = boto3.client("sqs", config=composition.CLIENT_CONFIG)
    return Root(
        clock=clock_of(settings.clock),
        outages=outages(settings, composition.dynamodb()),
        spread=lambda bodies: send_all(queue, settings.outage_queue_url, bodies),
    )


def handler(event: Mapping[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Spread the shards (the operator's call) or walk some (messages of the queue)."""
    if "Records" not in event:
        incident = confirmed(root().outages, str(event.get("incident")))
        at = root().clock(instant_of(event.get("at")))
        order = {"incident": incident.incident_id, "at": at.isoformat()}
        root().spread([json.dumps({**order, "shard": number}) for number in range(SHARDS)])
        return {"shards": SHARDS}
    unfinished = [
        {"itemIdentifier": record["messageId"]}
        for record in event["Records"]
        if not _walk(json.loads(record["body"]), context)
    ]
    return {"batchItemFailures": unfinished}


def _walk(message: Mapping[str, Any], context: "LambdaContext") -> bool:
    """Walk a leg and see to the next; return whether this one is done."""
    incident = confirmed(root().outages, message["incident"])
    done = post_leg(
        root().outages,
        incident,
        Leg.of(message),
        root().clock(instant_of(message["at"])),
        may_go_on=lambda: context.get_remaining_time_in_millis() > _RESERVE_MS,
    )
    about = {"incident": incident.incident_id, "shard": done.shard, **done.counts}
    for failure in done.failed:
        logger.error("account not served", extra={**about, "error": failure})
    if done.failed:
        return False
    if not done.finished:
        root().spread([json.dumps({**message, **done.next()})])
    logger.info("shard done" if done.finished else "goes on", extra=about)
    return True
