"""An outage made good: the operator's call spreads the shards over a queue; each is walked once.

A shard is walked in legs. A leg that runs out of time sends the next and is done; one where an
account failed is delivered again, and finds the others served already.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from reprise import composition
from reprise.clock import Clock, clock_of, instant_of
from reprise.composition.outages import discounts, outages
from reprise.composition.queues import sender
from reprise.fanout import Message, Spread, hand_over, is_batch, time_left, work_off
from reprise.ports.ledger import SHARDS
from reprise.ports.stripe_discounts import StripeDiscounts
from reprise.settings import OutageCreditsSettings, read_settings
from reprise.usecases.outage_credits import Remedy, confirmed, post_leg
from reprise.usecases.outages import Outages
from reprise.usecases.walk import Leg

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_RESERVE_MS = 70_000
"""Time kept back for one account's calls of Stripe and for answering; then the leg ends."""


@dataclass(frozen=True, slots=True)
class Root:
    """What the function holds between events."""

    clock: Clock
    outages: Outages
    stripe: StripeDiscounts
    spread: Spread


@cache
def root() -> Root:
    """Bind the function to its surroundings, once."""
    settings = read_settings(OutageCreditsSettings)
    return Root(
        clock=clock_of(settings.clock),
        outages=outages(settings, composition.dynamodb()),
        stripe=discounts(settings),
        spread=sender(settings.outage_queue_url),
    )


def handler(event: Mapping[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Spread the shards (the operator's call) or walk some (messages of the queue)."""
    if is_batch(event):
        return work_off(event, lambda message: _walk(message, context))
    incident = confirmed(root().outages, str(event.get("incident")))
    at = root().clock(instant_of(event.get("at")))
    order = {"incident": incident.incident_id, "at": at.isoformat()}
    root().spread({**order, "shard": number} for number in range(SHARDS))
    return {"shards": SHARDS}


def _walk(message: Message, context: "LambdaContext") -> bool:
    """Walk a leg and see to the next; return whether this one is done."""
    incident = confirmed(root().outages, message["incident"])
    done = post_leg(
        Remedy(root().outages, root().stripe, incident),
        Leg.of(message),
        root().clock(instant_of(message["at"])),
        may_go_on=time_left(context, _RESERVE_MS),
    )
    about = {"incident": incident.incident_id}
    return hand_over(done, message, root().spread, about, "account not served")
