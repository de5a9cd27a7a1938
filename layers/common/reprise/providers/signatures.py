"""Who sent a callback, and whether that covers its body; pure, and never raising on what is sent.

Callbacks arrive from the open internet. What is not authenticated, or is authenticated without its
body, may wake us but settles nothing: a terminal result in it is confirmed by polling. The endpoint
that receives them is the product's: docs/wiring.md shows how it uses this.

| provider | covers the body | scheme |
|---|---|---|
| kie | **no**: the task id and the time only | HMAC-SHA256 over `id.time`, base64 |
| replicate | yes | HMAC-SHA256 over `id.time.body`, base64, several signatures |
| fal | yes | Ed25519 over request id, user id, time and the body's SHA-256 |
| elevenlabs, musicapi | yes | HMAC-SHA256 over `time.body`, hex |
| piapi | **no**: a shared secret, echoed | `x-webhook-secret` |
| sunoapi, acedata | no | none: never authenticated |

Sources: docs.kie.ai/webhook-verification, replicate.com/docs/topics/webhooks/verify-webhook,
fal.ai/docs/model-endpoints/webhooks, elevenlabs.io/docs (webhooks), docs.musicapi.ai/webhook-guide,
piapi.ai/docs/unified-webhook.
"""

import base64
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from reprise.providers import ed25519
from reprise.providers.dialects import DIALECTS
from reprise.providers.values import identifier, unwrap

HEADER_CHARS_MAX = 4_096
BODY_BYTES_MAX = 1_048_576
SIGNATURES_MAX = 16

_TIMESTAMP_DIGITS_MAX = 12


@dataclass(frozen=True, slots=True)
class Authentication:
    """What is known about the sender of a callback.

    Args:
        sender: somebody who holds the provider's key made this request, and recently.
        covers_body: and the body is the one they sent.
        reason: which check decided, for operators.
        task_id: the id that the signature speaks for, if it speaks for one alone.
    """

    sender: bool
    covers_body: bool
    reason: str
    task_id: str | None = None

    @property
    def settles(self) -> bool:
        """Whether a terminal result may settle a charge without a poll."""
        return self.sender and self.covers_body


@dataclass(frozen=True, slots=True)
class _Request:
    headers: Mapping[str, object]
    raw: bytes
    keys: tuple[str, ...]
    now: datetime

    def header(self, name: str) -> str:
        """Return a header, whatever its case; empty if absent, repeated or not plain text."""
        found = [
            value.strip()
            for key, value in self.headers.items()
            if isinstance(key, str) and key.lower() == name and isinstance(value, str)
        ]
        usable = len(found) == 1 and found[0].isascii() and len(found[0]) <= HEADER_CHARS_MAX
        return found[0] if usable else ""

    def is_recent(self, timestamp: str, window_s: int) -> bool:
        """Return whether a time in unix seconds is within the window, before or after now."""
        if not timestamp.isdecimal() or len(timestamp) > _TIMESTAMP_DIGITS_MAX:
            return False
        return abs(self.now.timestamp() - int(timestamp)) <= window_s


def authenticate(
    provider: str,
    headers: Mapping[str, object],
    raw: bytes,
    keys: Sequence[str],
    now: datetime,
) -> Authentication:
    """Return what a callback's signature says.

    Args:
        provider: name of the dialect.
        headers: the request's headers, in any case.
        raw: the body, byte for byte as it was sent.
        keys: the live keys, several during a rotation; blank ones are ignored, because anybody can
            sign with them. For fal: the public keys, see `fal_keys`.
        now: the time of receipt, aware.
    """
    scheme = _SCHEMES.get(provider)
    if scheme is None:
        return _refused(f"{provider} does not sign its callbacks")
    usable = tuple(key.strip() for key in keys if key.strip())
    if not usable:
        return _refused(f"no key of {provider} is configured")
    if len(raw) > BODY_BYTES_MAX:
        return _refused(f"the body is longer than {BODY_BYTES_MAX} bytes")
    return scheme(_Request(headers, raw, usable, now))


def fal_keys(jwks: object) -> tuple[str, ...]:
    """Return the public keys of fal's key set (rest.fal.ai/.well-known/jwks.json).

    Args:
        jwks: the parsed document; whatever is not an Ed25519 key in it is left out.
    """
    listed = jwks.get("keys") if isinstance(jwks, Mapping) else None
    if not isinstance(listed, list):
        return ()
    curve = [key for key in listed if isinstance(key, Mapping) and key.get("crv") == "Ed25519"]
    return tuple(key["x"] for key in curve if isinstance(key.get("x"), str))


def _refused(reason: str) -> Authentication:
    return Authentication(sender=False, covers_body=False, reason=reason)


def _signed(reason: str) -> Authentication:
    return Authentication(sender=True, covers_body=True, reason=reason)


def _hmacs(request: _Request, signed: bytes, decode: Callable[[str], bytes | None]) -> list[bytes]:
    keys = [key for one in request.keys if (key := decode(one))]
    return [hmac.new(key, signed, sha256).digest() for key in keys]


def _any_matches(expected: Sequence[bytes], given: Sequence[bytes | None]) -> bool:
    """Compare every pair, so that the time taken says nothing about which came close."""
    known = [one for one in given if one]
    return sum(hmac.compare_digest(one, other) for one in expected for other in known) > 0


def _base64(text: str, altchars: bytes | None = None) -> bytes | None:
    padded = text + "=" * (-len(text) % 4)
    try:
        return base64.b64decode(padded, altchars, validate=True)
    except ValueError:
        return None


def _hex(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None


def _kie(request: _Request) -> Authentication:
    """The id and the time are signed, the body is not: whoever saw one callback can alter it."""
    timestamp = request.header("x-webhook-timestamp")
    # kie states no window; its retries of one callback come within minutes.
    if not request.is_recent(timestamp, 900):
        return _refused("x-webhook-timestamp is missing or not recent")
    task_id = _task_id("kie", request.raw)
    if not task_id:
        return _refused("the body names no task, or two")
    expected = _hmacs(request, f"{task_id}.{timestamp}".encode(), str.encode)
    if not _any_matches(expected, [_base64(request.header("x-webhook-signature"))]):
        return _refused("x-webhook-signature does not match")
    reason = "the task id is signed, the body is not: confirm by polling"
    return Authentication(sender=True, covers_body=False, reason=reason, task_id=task_id)


def _task_id(provider: str, raw: bytes) -> str | None:
    """Return the id that `classify` will read, so that the two never speak of different tasks."""
    dialect = DIALECTS[provider]
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return identifier(unwrap(body, dialect.anchors), dialect.task_ids)


def _replicate(request: _Request) -> Authentication:
    timestamp = request.header("webhook-timestamp")
    if not request.is_recent(timestamp, 300):
        return _refused("webhook-timestamp is missing or not recent")
    signed = f"{request.header('webhook-id')}.{timestamp}.".encode() + request.raw
    expected = _hmacs(request, signed, lambda key: _base64(key.removeprefix("whsec_")))
    pairs = [one.partition(",") for one in request.header("webhook-signature").split()]
    given = [_base64(value) for version, _, value in pairs[:SIGNATURES_MAX] if version == "v1"]
    if not _any_matches(expected, given):
        return _refused("webhook-signature does not match")
    return _signed("webhook-signature matches")


def _elevenlabs(request: _Request) -> Authentication:
    header = request.header("elevenlabs-signature").split(",")
    pairs = [one.strip().partition("=") for one in header[:SIGNATURES_MAX]]
    times = [value for key, _, value in pairs if key == "t"]
    if len(times) != 1 or not request.is_recent(times[0], 1_800):
        return _refused("elevenlabs-signature has no recent time")
    expected = _hmacs(request, f"{times[0]}.".encode() + request.raw, str.encode)
    if not _any_matches(expected, [_hex(value) for key, _, value in pairs if key == "v0"]):
        return _refused("elevenlabs-signature does not match")
    return _signed("elevenlabs-signature matches")


def _musicapi(request: _Request) -> Authentication:
    timestamp = request.header("x-webhook-timestamp")
    if not request.is_recent(timestamp, 300):
        return _refused("x-webhook-timestamp is missing or not recent")
    expected = _hmacs(request, f"{timestamp}.".encode() + request.raw, str.encode)
    version, _, signature = request.header("x-webhook-signature").partition("=")
    if version != "sha256" or not _any_matches(expected, [_hex(signature)]):
        return _refused("x-webhook-signature does not match")
    return _signed("x-webhook-signature matches")


def _fal(request: _Request) -> Authentication:
    names = ("request-id", "user-id", "timestamp")
    parts = [request.header(f"x-fal-webhook-{name}") for name in names]
    if not all(parts) or not request.is_recent(parts[-1], 300):
        return _refused("x-fal-webhook headers are missing or not recent")
    message = "\n".join([*parts, sha256(request.raw).hexdigest()]).encode()
    signature = _hex(request.header("x-fal-webhook-signature")) or b""
    for key in request.keys[:SIGNATURES_MAX]:
        if ed25519.is_signed(_base64(key, b"-_") or b"", message, signature):
            return _signed("x-fal-webhook-signature matches")
    return _refused("x-fal-webhook-signature does not match")


def _piapi(request: _Request) -> Authentication:
    given = request.header("x-webhook-secret").encode()
    if not _any_matches([key.encode() for key in request.keys], [given]):
        return _refused("x-webhook-secret does not match")
    # The secret says nothing about body or time, so a replay looks the same.
    reason = "the secret matches, the body is not signed: confirm by polling"
    return Authentication(sender=True, covers_body=False, reason=reason)


_SCHEMES: Mapping[str, Callable[[_Request], Authentication]] = {
    "kie": _kie,
    "replicate": _replicate,
    "fal": _fal,
    "elevenlabs": _elevenlabs,
    "musicapi": _musicapi,
    "piapi": _piapi,
}
