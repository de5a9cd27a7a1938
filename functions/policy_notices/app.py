"""Policy notices and expiry reminders: a schedule spreads the shards, each message is one shard.

A shard is walked in legs. A leg that runs out of time sends the next and is done; one where a mail
failed is delivered again, and finds what was mailed already.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from reprise import composition
from reprise.clock import Clock, clock_of, instant_of
from reprise.composition.notices import Notices, notices
from reprise.composition.queues import sender
from reprise.fanout import Message, Spread, hand_over, is_batch, time_left, work_off
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
    spread: Spread


@cache
def root() -> Root:
    """Bind the function to its surroundings, once."""
    settings = read_settings(PolicyNoticesSettings)
    return Root(
        clock=clock_of(settings.clock),
        notices=notices(settings, composition.dynamodb()),
        sends_mail=bool(settings.notice_sender),
        spread=sender(settings.notices_queue_url),
    )


def handler(event: Mapping[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Announce and spread the shards (a scheduled event) or walk some (messages of the queue)."""
    if is_batch(event):
        return work_off(event, lambda message: _walk(message, context))
    return _spread(event)


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
    root().spread({**errand, "at": now.isoformat()} for errand in errands)
    return {"errands": len(errands)}


def _walk(message: Message, context: "LambdaContext") -> bool:
    """Walk a leg and see to the next; return whether this one is done."""
    now = root().clock(instant_of(message["at"]))
    may_go_on = time_left(context, _RESERVE_MS)
    if message["errand"] == "notice":
        done = root().notices.announcing.notice_leg(message, now, may_go_on)
    else:
        done = root().notices.reminding.leg(message, now, may_go_on)
    about = {"errand": message["errand"]}
    return hand_over(done, message, root().spread, about, "not mailed")
