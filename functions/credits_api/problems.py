"""The one place where errors become HTTP."""

from reprise.api.problem import Kind, Problem
from reprise.errors import BadInputError, TransientError
from reprise.ledger.errors import (
    AccountUnknownError,
    BoundExceededError,
    CreditsInsufficientError,
    EntryConflictError,
    GenerationUnknownError,
    OrderUnknownError,
)
from reprise.ports.directory import EmailTakenError
from reprise.usecases.accounts import CaseUnknownError, CustomerUnknownError

from functions.credits_api.parsing import BodyTooLargeError, RouteUnknownError

# The first that fits decides, so what is more special stands first: unknown ids are transient to a
# queue, which may see them before their cause, and final to whoever asks over HTTP.
_KINDS: tuple[tuple[type[Exception], Kind], ...] = (
    (AccountUnknownError, Kind.ACCOUNT_UNKNOWN),
    (GenerationUnknownError, Kind.CHARGE_UNKNOWN),
    (OrderUnknownError, Kind.ORDER_UNKNOWN),
    (CaseUnknownError, Kind.CASE_UNKNOWN),
    (CustomerUnknownError, Kind.CUSTOMER_UNKNOWN),
    (RouteUnknownError, Kind.ROUTE_UNKNOWN),
    (EntryConflictError, Kind.INPUTS_DIFFER),
    (EmailTakenError, Kind.EMAIL_TAKEN),
    (BoundExceededError, Kind.BOUND_REACHED),
    (BodyTooLargeError, Kind.BODY_TOO_LARGE),
    (BadInputError, Kind.BAD_INPUT),
    (TransientError, Kind.BUSY),
)


def problem_of(error: Exception) -> Problem:
    """Return what the caller is told; of what is wrong on our side, no more than that."""
    if isinstance(error, CreditsInsufficientError):
        return Problem(
            Kind.CREDITS_MISSING,
            str(error),
            fix="add the missing credits, then charge again",
            missing=error.missing,
            available=error.available,
        )
    kind = next((kind for cls, kind in _KINDS if isinstance(error, cls)), Kind.INTERNAL)
    if isinstance(error, BadInputError):
        return Problem(kind, str(error), field=error.field, fix=error.fix)
    if kind in {Kind.INTERNAL, Kind.BUSY}:
        fix = "send the same request again; every write is done at most once"
        return Problem(kind, "it is not known whether the request was carried out", fix=fix)
    return Problem(kind, str(error))
