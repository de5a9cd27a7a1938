"""Who sent these bytes: Stripe's webhook signature, checked on exactly what arrived.

Source: docs.stripe.com/webhooks#verify-manually. The official package is not used here because it
costs more than the whole handler to import and lets three things through that this does not:
timestamps from the future, non-ASCII headers and invalid UTF-8 that end as unhandled errors.
"""

import base64
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from reprise.errors import BadInputError, PermanentError

HEADER = "Stripe-Signature"
BODY_BYTES_MAX = 1_048_576
HEADER_CHARS_MAX = 4_096
TOLERANCE_S = 300

_TIMESTAMP_DIGITS_MAX = 12


class SignatureInvalidError(BadInputError):
    """The request was not signed by Stripe, or not recently."""


class SignatureMismatchError(SignatureInvalidError):
    """Well formed and recent, but signed with none of the secrets: they may have been rolled."""


def verify(
    raw: bytes,
    header: str | None,
    secrets: Sequence[str],
    now: datetime,
    tolerance_s: int = TOLERANCE_S,
) -> None:
    """Return if one of the secrets signed these bytes close to now; raise otherwise.

    During a rotation Stripe sends one `v1` per active secret, so any pair that matches suffices.

    Args:
        raw: the body, byte for byte as it was sent.
        header: the value of `Stripe-Signature`.
        secrets: the endpoint's live secrets; surrounding blanks are ignored, empty ones too (an
            empty key is one that anybody can sign with).
        now: the time of receipt.
        tolerance_s: how far the signature's time may be from now, in either direction; seconds.

    Raises:
        SignatureInvalidError: no, garbled, stale or premature signature.
        SignatureMismatchError: none of the secrets made it.
        PermanentError: no secret is configured.
    """
    keys = [secret.strip().encode() for secret in secrets if secret.strip()]
    if not keys:
        raise PermanentError("Stripe's signing secret: configure at least one")
    timestamp, signatures = _parse(header)
    if abs(int(now.timestamp()) - int(timestamp)) > tolerance_s:
        raise SignatureInvalidError(HEADER, f"must be signed within {tolerance_s} s of now")
    signed = timestamp.encode() + b"." + raw
    expected = [hmac.new(key, signed, sha256).hexdigest() for key in keys]
    # Every pair is compared, so the time taken says nothing about which secret came close.
    matches = [hmac.compare_digest(one, other) for one in expected for other in signatures]
    if not any(matches):
        raise SignatureMismatchError(HEADER, "must be made with this endpoint's signing secret")


def _parse(header: str | None) -> tuple[str, list[str]]:
    if not header:
        raise SignatureInvalidError(HEADER, "must be present")
    if len(header) > HEADER_CHARS_MAX or not header.isascii():
        raise SignatureInvalidError(HEADER, f"must be ASCII, at most {HEADER_CHARS_MAX} characters")
    pairs = [(key.strip(), value.strip()) for key, _, value in _split(header)]
    times = [value for key, value in pairs if key == "t"]
    if len(times) != 1 or not times[0].isdigit() or len(times[0]) > _TIMESTAMP_DIGITS_MAX:
        raise SignatureInvalidError(HEADER, "must hold one t=<seconds since 1970>")
    signatures = [value for key, value in pairs if key == "v1"]
    if not signatures:
        raise SignatureInvalidError(HEADER, "must hold at least one v1=<signature>")
    return times[0], signatures


def _split(header: str) -> list[tuple[str, str, str]]:
    return [item.partition("=") for item in header.split(",")]


def request_header(event: Mapping[str, object], name: str = HEADER) -> str | None:
    """Return a header of an API Gateway HTTP API event (format 2.0), whatever its case.

    Source: docs.aws.amazon.com/apigateway, "payload format version": repeated headers arrive
    joined by commas, so headers that differ in case only are joined likewise.
    """
    headers = event.get("headers")
    if not isinstance(headers, Mapping):
        return None
    values = [
        value
        for key, value in headers.items()
        if isinstance(key, str) and key.lower() == name.lower() and isinstance(value, str)
    ]
    return ",".join(values) or None


def request_bytes(event: Mapping[str, object], bytes_max: int = BODY_BYTES_MAX) -> bytes:
    """Return the exact body of an API Gateway HTTP API event (format 2.0).

    Args:
        event: the event as Lambda received it.
        bytes_max: a longer body is refused before it is decoded; bytes.

    Raises:
        BadInputError: the body is not text, is too long, or is not what `isBase64Encoded` says.
    """
    body = event.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise BadInputError("body", "must be text")
    encoded = event.get("isBase64Encoded") is True
    if len(body) > (4 * -(-bytes_max // 3) if encoded else bytes_max):
        raise BadInputError("body", f"must be at most {bytes_max} bytes")
    try:
        raw = base64.b64decode(body, validate=True) if encoded else body.encode()
    except ValueError as error:
        fix = "must be base64, as isBase64Encoded says" if encoded else "must be Unicode text"
        raise BadInputError("body", fix) from error
    if len(raw) > bytes_max:
        raise BadInputError("body", f"must be at most {bytes_max} bytes")
    return raw
