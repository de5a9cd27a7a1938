"""Signs event bodies as Stripe does, and wraps them as the HTTP API hands them to a function.

Source: docs.stripe.com/webhooks#verify-manually and, for the format 2.0 of the HTTP API,
docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html.
"""

import base64
import hmac
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256


def signature_header(raw: bytes, secrets: Sequence[str], at: datetime) -> str:
    """Return the `Stripe-Signature` of a body: one `v1` per secret, as during a rotation."""
    timestamp = int(at.timestamp())
    signed = f"{timestamp}.".encode() + raw
    made = [hmac.new(secret.encode(), signed, sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={timestamp}", *(f"v1={one}" for one in made)])


def http_event(
    raw: bytes, secrets: Sequence[str], at: datetime, *, encoded: bool = False
) -> dict[str, object]:
    """Return the HTTP API event of a signed delivery.

    Args:
        raw: the event's body.
        secrets: what it is signed with.
        at: the time of the delivery, which is also the time of the signature.
        encoded: whether the gateway hands the body over as base64.
    """
    return {
        "version": "2.0",
        "routeKey": "POST /stripe/webhook",
        "rawPath": "/stripe/webhook",
        "rawQueryString": "",
        "headers": {
            "content-type": "application/json; charset=utf-8",
            "stripe-signature": signature_header(raw, secrets, at),
            "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        },
        "requestContext": {
            "http": {"method": "POST", "path": "/stripe/webhook", "sourceIp": "127.0.0.1"},
            "stage": "$default",
            "timeEpoch": int(at.timestamp() * 1000),
        },
        "body": base64.b64encode(raw).decode() if encoded else raw.decode(),
        "isBase64Encoded": encoded,
    }
