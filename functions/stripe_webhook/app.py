"""POST /stripe/webhook: verify the exact bytes, then apply the event to the ledger.

Unauthenticated input of any kind is a 400 and touches nothing. What is authentic is applied or
parked, and answered with 200; only a passing fault is a 5xx, so that Stripe delivers again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from reprise import composition
from reprise.adapters.secrets import CachedSecret
from reprise.billing.events import StripeEvent, read_event
from reprise.billing.signature import (
    SignatureInvalidError,
    SignatureMismatchError,
    request_bytes,
    request_header,
    verify,
)
from reprise.clock import Clock, clock_of, wall_clock
from reprise.composition.stripe import stripe_books
from reprise.errors import BadInputError, TransientError
from reprise.metrics import Metric
from reprise.settings import StripeWebhookSettings, read_settings
from reprise.telemetry import count, logger
from reprise.usecases.stripe.books import Books
from reprise.usecases.stripe.receive import receive


@dataclass(frozen=True, slots=True)
class Root:
    """What the function holds between events."""

    clock: Clock
    secret: CachedSecret
    books: Books


@cache
def root() -> Root:
    """Bind the function to its surroundings, once."""
    settings = read_settings(StripeWebhookSettings)
    return Root(
        clock=clock_of(settings.clock),
        secret=composition.secret(settings.stripe_webhook_secret_id),
        books=stripe_books(settings),
    )


def handler(request: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Answer one delivery."""
    return respond(root(), request)


def respond(bound: Root, request: Mapping[str, Any]) -> dict[str, Any]:
    """Answer one delivery with what the function is bound to."""
    try:
        raw, event = _authentic(bound.secret, request)
    except SignatureInvalidError as error:
        count(Metric.SIGNATURE_REJECTED)
        return _answer(400, error=str(error))
    except BadInputError as error:
        return _answer(400, error=str(error))
    except TransientError as error:
        logger.warning("not verified", extra={"error": str(error)})
        return _answer(503, error="try again")
    return _apply(bound, raw, event)


def _authentic(secret: CachedSecret, request: Mapping[str, Any]) -> tuple[bytes, StripeEvent]:
    """Return the event that Stripe signed.

    A signature is of the moment it was made, so it is judged by the wall clock always. A secret
    that was rolled a moment ago is read anew, once.
    """
    raw, header, now = request_bytes(request), request_header(request), wall_clock()
    try:
        verify(raw, header, secret.words(now), now)
    except SignatureMismatchError:
        verify(raw, header, secret.refreshed(now), now)
    try:
        return raw, read_event(raw)
    except BadInputError as error:
        logger.warning("signed, and no event that is read here", extra={"error": str(error)})
        raise


def _apply(bound: Root, raw: bytes, event: StripeEvent) -> dict[str, Any]:
    about = {"event": event.event_id, "type": event.type}
    try:
        handled = receive(bound.books, raw, event, bound.clock(event.created))
    except TransientError as error:
        logger.warning("not applied yet", extra={**about, "error": str(error)})
        return _answer(503, error="try again")
    for handling in handled:
        for metric in handling.metrics:
            count(metric)
        done = {"effect": handling.effect.value, "key": handling.key, "reason": handling.reason}
        logger.info("applied", extra={**about, "account": handling.account_id, **done})
    return _answer(200, effect=handled[0].effect.value)


def _answer(status: int, **body: str) -> dict[str, Any]:
    headers = {"content-type": "application/json"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}
