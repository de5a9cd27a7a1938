"""Every five minutes: ask about the generations that no report ended, refund what is overdue."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from reprise.adapters.guard import Limits
from reprise.clock import Clock, clock_of, instant_of
from reprise.composition.generations import generations
from reprise.errors import TransientError
from reprise.fanout import time_left
from reprise.ledger.entries import Cause
from reprise.metrics import Metric
from reprise.settings import ProviderSettings, read_settings
from reprise.telemetry import count, emit, logger
from reprise.usecases.generations.deadline import Run, keep_promise
from reprise.usecases.generations.settling import Done, Generations, Handling, Where

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_WORKERS = 8
_LIMITS = Limits(concurrent_max=_WORKERS, per_second_max=10.0)
_RESERVE_MS = 75_000
"""What one charge may take at worst: two slow answers of a provider and a busy ledger."""


class AccountsSkippedError(TransientError):
    """Some accounts could not be looked at; the run is repeated, and the alarm tells."""


@dataclass(frozen=True, slots=True)
class Root:
    """What the function holds between events."""

    clock: Clock
    generations: Generations


@cache
def root() -> Root:
    """Bind the function to its surroundings, once."""
    settings = read_settings(ProviderSettings)
    return Root(clock_of(settings.clock), generations(settings, _LIMITS))


def handler(event: Mapping[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Look at every open charge that is due; what there is no time for is the next run's."""
    run = Run(
        now=root().clock(instant_of(event.get("time"))),
        cause=Cause("schedule", str(event.get("id"))),
        may_go_on=time_left(context, _RESERVE_MS),
        tell=_tell,
        workers=_WORKERS,
    )
    report = keep_promise(root().generations, run)
    count(Metric.OPEN_CHARGE_AGE_SECONDS, report.oldest.total_seconds())
    done = {"looked_at": report.looked_at, "settled": report.settled, "finished": report.finished}
    logger.info("looked", extra=done)
    for account_id, error in report.failed:
        logger.error("account skipped", extra={"account": account_id, "error": error})
    if report.failed:
        raise AccountsSkippedError(f"{len(report.failed)} accounts could not be looked at")
    return done


def _tell(where: Where, handling: Handling) -> None:
    emit(handling.measures)
    if handling.done is Done.OPEN:
        return
    about = {"account": where.account_id, "generation": where.generation_id}
    done = {"done": handling.done.value, "rule": handling.rule, "refunded": handling.refunded}
    logger.info("applied", extra={**about, **done})
