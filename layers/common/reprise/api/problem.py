"""What can go wrong, as RFC 9457 problem details; `type` is what programs tell them apart by."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from reprise.canonical import Json

MEDIA_TYPE: Final = "application/problem+json"
RETRY_AFTER_S: Final = 1
"""Told with `busy`: what held the request up is over within moments."""


class Kind(Enum):
    """Every kind of problem: its name in `type`, its HTTP status and its title."""

    BAD_INPUT = ("bad-input", 400, "A field cannot be used")
    CREDITS_MISSING = ("credits-missing", 402, "Not enough credits")
    ROUTE_UNKNOWN = ("route-unknown", 404, "No such route")
    ACCOUNT_UNKNOWN = ("account-unknown", 404, "No such account")
    CHARGE_UNKNOWN = ("charge-unknown", 404, "No such charge")
    ORDER_UNKNOWN = ("order-unknown", 404, "No such order")
    CASE_UNKNOWN = ("case-unknown", 404, "No such refund request")
    CUSTOMER_UNKNOWN = ("customer-unknown", 404, "Stripe knows no customer of the account")
    INPUTS_DIFFER = ("inputs-differ", 409, "Already recorded with other inputs")
    EMAIL_TAKEN = ("email-taken", 409, "The address belongs to another account")
    BOUND_REACHED = ("bound-reached", 409, "The account is full")
    BODY_TOO_LARGE = ("body-too-large", 413, "The body is too large")
    INTERNAL = ("internal", 500, "Something is wrong on our side")
    BUSY = ("busy", 503, "Try again in a moment")

    def __init__(self, slug: str, status: int, title: str) -> None:
        self.slug = slug
        self.status = status
        self.title = title

    @property
    def type(self) -> str:
        """The URI that names the kind."""
        return f"urn:reprise:problem:{self.slug}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of one request.

    Args:
        kind: what kind of problem.
        detail: what is wrong here, for people.
        field: the field to change, where one is.
        fix: what would mend it, where the sender can.
        missing: credits that are missing, for `credits-missing`.
        available: credits that could be spent, for `credits-missing`.
    """

    kind: Kind
    detail: str
    field: str | None = None
    fix: str | None = None
    missing: int | None = None
    available: int | None = None

    def document(self) -> dict[str, Json]:
        """Return the body of the answer; what does not apply is left out."""
        extras: dict[str, Json] = {
            "field": self.field,
            "fix": self.fix,
            "missing": self.missing,
            "available": self.available,
        }
        return {
            "type": self.kind.type,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            **{name: value for name, value in extras.items() if value is not None},
        }
