"""Logs and metrics of the functions. Logs carry ids, never addresses, bodies or secrets."""

from collections.abc import Iterable

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from reprise.metrics import NAMESPACE, Measure, Metric

logger = Logger()
"""Built at import, as the one exception: it reads its own two settings and nothing else."""

_UNITS = {
    Metric.REFUND_AGE_SECONDS: MetricUnit.Seconds,
    Metric.OPEN_CHARGE_AGE_SECONDS: MetricUnit.Seconds,
    Metric.EXPIRY_LAG_SECONDS: MetricUnit.Seconds,
}


def count(metric: Metric, value: float = 1, **dimensions: str) -> None:
    """Emit a metric at once; a crash after this line does not lose it.

    Args:
        metric: its name, one of those that the template watches.
        value: how many, or how much in the metric's unit.
        dimensions: few and bounded: a provider, an operation; never an id.
    """
    metrics = EphemeralMetrics(namespace=NAMESPACE)
    for name, word in dimensions.items():
        metrics.add_dimension(name=name, value=word)
    metrics.add_metric(name=metric.value, unit=_UNITS.get(metric, MetricUnit.Count), value=value)
    metrics.flush_metrics()


def emit(measures: Iterable[Measure]) -> None:
    """Emit what a use case measured."""
    for measure in measures:
        count(measure.metric, measure.value, **measure.dimensions)
