"""What the outside world does through its stand-ins: Stripe and the providers, over HTTP."""

import json
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from ops.demo.stage import Stage, StoryError
from ops.stack import tools
from ops.stack.product import send

_EVENTS: Final = tools.ROOT / "events"
_DELIVERED_SECONDS_MAX: Final = 20


def stripe_tells(stage: Stage, *events: dict[str, Any], deliver: bool = True) -> None:
    """Let these things have happened at Stripe, and wait until its webhooks were taken.

    Args:
        stage: of the story.
        events: Stripe events; their objects can be asked for from now on.
        deliver: false where the webhooks get lost.
    """
    for event in events:
        stage.info.stripe.tell("events", event=event, deliver=deliver)
        delivered(stage)


def stripe_refunds(stage: Stage, payment_intent: str, amount: int) -> None:
    """Give money back in Stripe's dashboard, which goes through the same API, and tell of it."""
    form = urlencode({"payment_intent": payment_intent, "amount": amount}).encode()
    headers = {"Authorization": "Bearer sk_test_dashboard"}
    answer = send("POST", f"{stage.info.stripe.url}/v1/refunds", form, headers)
    if answer.status != HTTPStatus.OK:
        raise StoryError(f"Stripe refused the refund: {answer.body}")
    delivered(stage)


def scheduled(stage: Stage, function: str, sample: str, at: datetime) -> None:
    """Let the schedule of a function fire at an instant of the story."""
    event = json.loads((_EVENTS / function / f"{sample}.json").read_text("utf-8"))
    stage.invoke(function, event | {"time": at.strftime("%Y-%m-%dT%H:%M:%SZ")})


def generation_event(name: str, account_id: str, generation_id: str) -> dict[str, Any]:
    """Return the detail of a sample report as one about this generation, vouched for."""
    sample = json.loads((_EVENTS / "provider_events" / f"{name}.json").read_text("utf-8"))
    detail: dict[str, Any] = sample["detail"]
    mine = {"account_id": account_id, "generation_id": generation_id, "authenticated": True}
    return detail | mine


def delivered(stage: Stage) -> None:
    """Wait until every webhook of Stripe was taken."""
    if not stage.info.stripe.tell("idle", seconds_max=_DELIVERED_SECONDS_MAX)["idle"]:
        raise StoryError("a webhook of Stripe is not taken")
    tried = stage.info.stripe.tell("log")["deliveries"]
    refused = [one for one in tried if one["status"] != HTTPStatus.OK]
    if refused:
        raise StoryError(f"a webhook of Stripe was refused: {refused[0]}")
