"""Cases: a schedule finds those whose time has come; each message of the queue is one to work on.

What cannot be done now raises nothing away: the message is delivered again, and what a queue gives
up on is found by the next schedule, since a case is due until it says otherwise.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from reprise.clock import Clock, clock_of, instant_of
from reprise.composition.cases import desk
from reprise.composition.waking import waker
from reprise.errors import RepriseError
from reprise.metrics import Metric
from reprise.settings import CaseActionsSettings, read_settings
from reprise.telemetry import count, logger
from reprise.usecases.cases.desk import Desk
from reprise.usecases.cases.sweeping import due
from reprise.usecases.cases.working import work
from reprise.usecases.stripe.books import Wake


@dataclass(frozen=True, slots=True)
class Root:
    """What the function holds between events."""

    clock: Clock
    desk: Desk
    wake: Wake


@cache
def root() -> Root:
    """Bind the function to its surroundings, once."""
    settings = read_settings(CaseActionsSettings)
    return Root(
        clock=clock_of(settings.clock), desk=desk(settings), wake=waker(settings.cases_queue_url)
    )


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Find what is due (a scheduled event) or work on cases (messages of the queue)."""
    if "Records" not in event:
        now = root().clock(instant_of(event.get("time")))
        found = due(root().desk.cases, now)
        count(Metric.CASE_OVERDUE, found.overdue)
        if root().desk.brake.is_held():
            count(Metric.REFUNDS_HELD)
        root().wake(found.case_ids, now)
        return {"cases": len(found.case_ids), "overdue": found.overdue}
    failed = [
        {"itemIdentifier": record["messageId"]}
        for record in event["Records"]
        if not _worked(json.loads(record["body"]))
    ]
    return {"batchItemFailures": failed}


def _worked(message: Mapping[str, Any]) -> bool:
    """Work on one case; return whether the queue may forget the message."""
    case_id = str(message["case_id"])
    try:
        done = work(root().desk, case_id, root().clock(instant_of(message.get("at"))))
    except RepriseError as error:
        logger.warning("not done yet", extra={"case": case_id, "error": str(error)})
        return False
    for metric in done.metrics:
        count(metric)
    logger.info("worked on", extra={"case": case_id, "state": done.done})
    return True
