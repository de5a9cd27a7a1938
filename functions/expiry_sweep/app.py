"""The expiry sweep: a schedule spreads the index shards over a queue; each message is one shard.

A shard that is not finished in time is a failed message: its next delivery goes on where this one
stopped, since what was swept has left the index.
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
from reprise.ledger.entries import Cause
from reprise.metrics import Metric
from reprise.ports.ledger import SHARDS
from reprise.settings import ExpirySweepSettings, read_settings
from reprise.telemetry import count, logger
from reprise.usecases.ledger import Ledger
from reprise.usecases.sweep import sweep_shard

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_RESERVE_MS = 10_000
"""Time kept back for answering, so that a sweep ends before the function is ended."""


@dataclass(frozen=True, slots=True)
class Root:
    """What the function holds between events."""

    clock: Clock
    ledger: Ledger
    spread: Callable[[list[str]], None]


@cache
def root() -> Root:
    """Bind the function to its surroundings, once."""
    settings = read_settings(ExpirySweepSettings)
    queue = boto3.client("sqs", config=composition.CLIENT_CONFIG)
    return Root(
        clock=clock_of(settings.clock),
        ledger=composition.ledger(settings, composition.dynamodb()),
        spread=lambda bodies: send_all(queue, settings.sweep_queue_url, bodies),
    )


def handler(event: Mapping[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Spread the shards (a scheduled event) or sweep some (messages of the queue)."""
    if "Records" not in event:
        at = root().clock(instant_of(event.get("time")))
        shards = [
            {"shard": n, "at": at.isoformat(), "id": str(event.get("id"))} for n in range(SHARDS)
        ]
        root().spread([json.dumps(shard) for shard in shards])
        return {"shards": SHARDS}
    unfinished = [
        {"itemIdentifier": record["messageId"]}
        for record in event["Records"]
        if not _sweep(json.loads(record["body"]), context)
    ]
    return {"batchItemFailures": unfinished}


def _sweep(message: Mapping[str, Any], context: "LambdaContext") -> bool:
    """Sweep one shard; return whether nothing due is left in it."""
    report = sweep_shard(
        root().ledger,
        int(message["shard"]),
        root().clock(instant_of(message["at"])),
        Cause("schedule", message["id"]),
        may_go_on=lambda: context.get_remaining_time_in_millis() > _RESERVE_MS,
    )
    if report.lots:
        count(Metric.EXPIRY_LAG_SECONDS, report.lag.total_seconds())
    for account_id, error in report.failed:
        logger.error("account not swept", extra={"account": account_id, "error": error})
    done = {"shard": message["shard"], "lots": report.lots, "credits": report.credits}
    logger.info("swept", extra=done)
    return report.finished and not report.failed
