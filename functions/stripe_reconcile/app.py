"""Every ten minutes: what Stripe says was paid or never delivered, against the ledger."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from reprise.clock import Clock, clock_of, instant_of
from reprise.composition.reconcile import reconciler
from reprise.errors import TransientError
from reprise.fanout import time_left
from reprise.settings import StripeReconcileSettings, read_settings
from reprise.telemetry import count, logger
from reprise.usecases.reconcile.reconciler import Reconciler
from reprise.usecases.reconcile.run import Run

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_RESERVE_MS = 60_000
"""What one object may take at worst: three slow answers of Stripe and a busy ledger."""


class UnreconciledError(TransientError):
    """Something could not be looked at; the run is repeated, and the alarm tells."""


@dataclass(frozen=True, slots=True)
class Root:
    """What the function holds between events."""

    clock: Clock
    reconciler: Reconciler


@cache
def root() -> Root:
    """Bind the function to its surroundings, once."""
    settings = read_settings(StripeReconcileSettings)
    return Root(clock_of(settings.clock), reconciler(settings))


def handler(event: Mapping[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Reconcile; what there is no time for is the next run's."""
    run = Run(
        world=root().reconciler,
        now=root().clock(instant_of(event.get("time"))),
        may_go_on=time_left(context, _RESERVE_MS),
    )
    report = run.reconcile()
    for metric, times in Counter(report.metrics).items():
        count(metric, times)
    done = asdict(report)
    del done["metrics"], done["failed"]
    logger.info("reconciled", extra=done)
    for what, error in report.failed:
        logger.error("not reconciled", extra={"what": what, "error": error})
    if report.failed:
        raise UnreconciledError(f"{len(report.failed)} could not be looked at")
    return done
