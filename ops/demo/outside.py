"""What the outside world does: customers sign up, Stripe and the providers tell, time passes."""

import json
import time
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from reprise.cases.answers import money

from ops.demo.samples import Customer
from ops.demo.stage import WAIT_SECONDS_MAX, Stage, StoryError
from ops.stack import tools
from ops.stack.product import send

_EVENTS: Final = tools.ROOT / "events"
_IDLE_SECONDS: Final = 10
_DASHBOARD: Final = {"Authorization": "Bearer sk_test_dashboard"}


def joins(stage: Stage, customer: Customer) -> None:
    """Let the product tell whose account it is."""
    stage.credits(customer.began).register(
        customer.account_id,
        email=customer.email,
        locale=customer.locale,
        country=customer.country,
    )


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


def stripe_repeats(stage: Stage, event: dict[str, Any]) -> None:
    """Let Stripe send an event that it sent, or lost, before."""
    stage.info.stripe.tell("redeliver", event=event["id"])
    delivered(stage)


def stripe_refunds(stage: Stage, payment_intent: str, amount: int) -> None:
    """Give money back in Stripe's dashboard, which goes through the same API, and tell of it."""
    form = urlencode({"payment_intent": payment_intent, "amount": amount}).encode()
    answer = send("POST", f"{stage.info.stripe.url}/v1/refunds", form, _DASHBOARD)
    if answer.status != HTTPStatus.OK:
        raise StoryError(f"Stripe refused the refund: {answer.body}")
    delivered(stage)


def given_back(stage: Stage, *bought: dict[str, Any]) -> str:
    """Return how much of the payments of these checkouts, all in euros, Stripe gave back."""
    total = 0
    for event in bought:
        intent = event["data"]["object"]["payment_intent"]
        url = f"{stage.info.stripe.url}/v1/refunds?payment_intent={intent}"
        total += sum(one["amount"] for one in send("GET", url, b"", _DASHBOARD).body["data"])
    return money(total, "eur")


def delivered(stage: Stage) -> None:
    """Wait until every webhook of Stripe was taken."""
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not stage.info.stripe.tell("idle", seconds_max=_IDLE_SECONDS)["idle"]:
        if time.monotonic() > deadline:
            raise StoryError("a webhook of Stripe is not taken")
    tried = stage.info.stripe.tell("log")["deliveries"]
    ended = {one["event"]: one["status"] for one in tried}  # a busy machine may need a second try
    refused = {event: status for event, status in ended.items() if status != HTTPStatus.OK}
    if refused:
        raise StoryError(f"webhooks of Stripe were refused: {refused}")


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
