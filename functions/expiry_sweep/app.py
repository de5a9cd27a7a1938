"""The expiry sweep: a schedule spreads the index shards over a queue; each message is one shard.

A shard that is not finished in time is a failed message: its next delivery goes on where this one
stopped, since what was swept has left the index.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from reprise import composition
from reprise.clock import Clock, clock_of, instant_of
from reprise.composition.queues import sender
from reprise.fanout import Message, Spread, is_batch, time_left, work_off
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
    spread: Spread


@cache
def root() -> Root:
    """Bind the function to its surroundings, once."""
    settings = read_settings(ExpirySweepSettings)
    return Root(
        clock=clock_of(settings.clock),
        ledger=composition.ledger(settings, composition.dynamodb()),
        spread=sender(settings.sweep_queue_url),
    )


def handler(event: Mapping[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Spread the shards (a scheduled event) or sweep some (messages of the queue)."""
    if is_batch(event):
        return work_off(event, lambda message: _sweep(message, context))
    at = root().clock(instant_of(event.get("time"))).isoformat()
    call = {"at": at, "id": str(event.get("id"))}
    root().spread({"shard": number, **call} for number in range(SHARDS))
    return {"shards": SHARDS}


def _sweep(message: Message, context: "LambdaContext") -> bool:
    """Sweep one shard; return whether nothing due is left in it."""
    report = sweep_shard(
        root().ledger,
        int(message["shard"]),
        root().clock(instant_of(message["at"])),
        Cause("schedule", message["id"]),
        may_go_on=time_left(context, _RESERVE_MS),
    )
    if report.lots:
        count(Metric.EXPIRY_LAG_SECONDS, report.lag.total_seconds())
    for account_id, error in report.failed:
        logger.error("account not swept", extra={"account": account_id, "error": error})
    done = {"shard": message["shard"], "lots": report.lots, "credits": report.credits}
    logger.info("swept", extra=done)
    return report.finished and not report.failed
