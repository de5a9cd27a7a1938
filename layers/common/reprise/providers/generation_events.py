"""What the product's backend reports about generations, as it arrives from the bus.

The account and the generation are an address, no more: what was charged, and for which operation,
is read from the charge. Fields that are not known here are ignored, so that the product may grow.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, Self

from reprise.errors import BadInputError

SOURCE: Final = "music.generation"
_ID_CHARS_MAX: Final = 128
_PROVIDER_CHARS_MAX: Final = 32
_TASK_CHARS_MAX: Final = 512


class Kind(StrEnum):
    """What is reported: the detail-types of the bus."""

    SUBMITTED = "Generation Submitted"
    CALLBACK = "Generation Callback"
    REJECTED = "Generation Rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationEvent:
    """One report.

    Args:
        kind: what is reported.
        event_id: the bus's id of the report.
        at: when it was reported; for a failure, the latest instant at which it had failed.
        account_id: where the charge should be.
        generation_id: the charge.
        provider: the provider's dialect; may be empty for a rejection.
        task_id: the provider's id of the task; of a submission only, else empty.
        authenticated: whether the product verified who sent the payload, body included.
        payload: the provider's body, untouched.
        http_status: status of the refused submit call, where it is told.
    """

    kind: Kind
    event_id: str
    at: datetime
    account_id: str
    generation_id: str
    provider: str
    task_id: str = ""
    authenticated: bool = False
    payload: object = None
    http_status: int = 200

    @classmethod
    def of(cls, event: object) -> Self:
        """Return the report that an event of the bus carries.

        Raises:
            BadInputError: a field is missing, of another type, or too long.
        """
        detail = _object("detail", _object("event", event).get("detail"))
        envelope = _object("event", event)
        kind = _kind(envelope)
        optional = kind is Kind.REJECTED
        status = detail.get("http_status")
        return cls(
            kind=kind,
            event_id=_text("id", envelope.get("id"), _ID_CHARS_MAX),
            at=_instant("time", envelope.get("time")),
            account_id=_text("detail.account_id", detail.get("account_id"), _ID_CHARS_MAX),
            generation_id=_text("detail.generation_id", detail.get("generation_id"), _ID_CHARS_MAX),
            provider=_text(
                "detail.provider", detail.get("provider"), _PROVIDER_CHARS_MAX, optional=optional
            ),
            task_id=_text(
                "detail.task_id",
                detail.get("task_id"),
                _TASK_CHARS_MAX,
                optional=kind is not Kind.SUBMITTED,
            ),
            # Whatever is not plainly true is polled first.
            authenticated=detail.get("authenticated") is True,
            payload=detail.get("payload"),
            http_status=status if isinstance(status, int) else 200,
        )


def _kind(envelope: Mapping[str, object]) -> Kind:
    if envelope.get("source") != SOURCE:
        raise BadInputError("source", f"must be {SOURCE}")
    try:
        return Kind(str(envelope.get("detail-type")))
    except ValueError as error:
        raise BadInputError("detail-type", f"must be one of {', '.join(Kind)}") from error


def _object(field: str, value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise BadInputError(field, "must be a JSON object")
    return value


def _text(field: str, value: object, chars_max: int, *, optional: bool = False) -> str:
    if optional and value is None:
        return ""
    if not isinstance(value, str) or not 0 < len(value) <= chars_max or not value.isprintable():
        raise BadInputError(field, f"must be a printable text of 1 to {chars_max} characters")
    return value


def _instant(field: str, value: object) -> datetime:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise BadInputError(field, "must be an instant with its offset, like 2026-05-02T00:00:00Z")
    return at.astimezone(UTC)
