"""Reports about generations from the bus, through a queue: each settles its charge or goes on.

A message that cannot be applied is left in the queue: it comes again, and in the end waits among
the dead letters. It never keeps back the messages beside it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from reprise.clock import Clock, clock_of
from reprise.composition.generations import generations
from reprise.errors import BadInputError
from reprise.fanout import time_left
from reprise.ledger.errors import GenerationUnknownError
from reprise.metrics import Metric
from reprise.providers.generation_events import GenerationEvent
from reprise.settings import ProviderSettings, read_settings
from reprise.telemetry import count, emit, logger
from reprise.usecases.generations.receive import ResultUnreadableError, receive
from reprise.usecases.generations.settling import Generations, Handling

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_RESERVE_MS = 35_000
"""What one message may take at worst, a provider's slow answer included."""


@dataclass(frozen=True, slots=True)
class Root:
    """What the function holds between events."""

    clock: Clock
    generations: Generations


@cache
def root() -> Root:
    """Bind the function to its surroundings, once."""
    settings = read_settings(ProviderSettings)
    return Root(clock=clock_of(settings.clock), generations=generations(settings))


def handler(batch: Mapping[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Apply a batch; name the messages that must come again."""
    # What there is no time for comes again, rather than being cut off half-way.
    has_time = time_left(context, _RESERVE_MS)
    unapplied = [
        {"itemIdentifier": record["messageId"]}
        for record in batch["Records"]
        if not (has_time() and _is_applied(record))
    ]
    return {"batchItemFailures": unapplied}


def _is_applied(record: Mapping[str, Any]) -> bool:
    """Apply one message; return whether it is done with."""
    about = {"message_id": record["messageId"]}
    try:
        event = GenerationEvent.of(json.loads(record["body"]))
        about |= {"account": event.account_id, "generation": event.generation_id}
        handling = receive(root().generations, event, root().clock(event.at))
    except GenerationUnknownError as error:
        count(Metric.UNKNOWN_GENERATION)
        logger.warning("no such charge yet", extra={**about, "error": str(error)})
    except ResultUnreadableError as error:
        count(Metric.UNKNOWN_RESULT)
        logger.warning("unreadable result kept", extra={**about, "error": str(error)})
    except (BadInputError, ValueError, RecursionError) as error:
        logger.error("unreadable report kept", extra={**about, "error": str(error)})
    except Exception:  # noqa: BLE001 - the batch's other messages have nothing to do with it
        logger.exception("report not applied", extra=about)
    else:
        _tell(event, handling, about)
        return True
    return False


def _tell(event: GenerationEvent, handling: Handling, about: Mapping[str, str]) -> None:
    emit(handling.measures)
    done = {"done": handling.done.value, "rule": handling.rule, "refunded": handling.refunded}
    logger.info("applied", extra={**about, "event": event.event_id, **done})
