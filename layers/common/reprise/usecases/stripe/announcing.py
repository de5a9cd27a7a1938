"""Objects of Stripe's lists, told as the events that would have announced them."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reprise.billing.events import NEWEST_VERSION, StripeEvent, read_event
from reprise.ports.stripe_feed import Found, StripeFeed


def announced(
    event_type: str, found: Found, *, livemode: bool, at: datetime | None = None
) -> dict[str, Any]:
    """Return the event that announces an object, made up under an id that is always the same.

    Args:
        event_type: which event says what the object now is.
        found: the object, in the shape of the API version that the package asks for.
        livemode: the mode of the key that listed it, for objects that do not say.
        at: when it came to be so; when the object was made where it is not given.
    """
    return {
        "id": f"reconcile_{found['id']}",
        "object": "event",
        "type": event_type,
        "api_version": NEWEST_VERSION,
        "created": found["created"] if at is None else int(at.timestamp()),
        "livemode": found.get("livemode", livemode),
        "data": {"object": found},
    }


def completed(feed: StripeFeed, event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the event with every line of its invoice, where it carries only the first ones."""
    data = _part(event, "data")
    found = _part(data, "object")
    lines = _part(found, "lines")
    if event.get("type") != "invoice.paid" or lines.get("has_more") is not True:
        return event
    every = {**lines, "data": feed.lines(str(found["id"])), "has_more": False}
    return {**event, "data": {**data, "object": {**found, "lines": every}}}


def _part(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = whole.get(name)
    return part if isinstance(part, Mapping) else {}


def told(event: Mapping[str, Any]) -> tuple[bytes, StripeEvent]:
    """Return an event as the webhook would have it: its bytes, and its envelope.

    Raises:
        BadInputError: it is no snapshot event.
    """
    raw = json.dumps(event, separators=(",", ":")).encode()
    return raw, read_event(raw)
