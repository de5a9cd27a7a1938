"""The one place where errors become HTTP."""

from collections.abc import Mapping
from types import MappingProxyType

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

# The field to change and how, where the error itself does not say it.
_MENDS: Mapping[Kind, tuple[str, str]] = MappingProxyType(
    {
        Kind.ACCOUNT_UNKNOWN: ("account_id", "register it, or wait for its first purchase"),
        Kind.CHARGE_UNKNOWN: ("generation_id", "must be one that this account was charged for"),
        Kind.ORDER_UNKNOWN: ("order_id", "must be this account's; it appears with its payment"),
        Kind.CASE_UNKNOWN: ("case_id", "must be one of this account's that is still kept"),
        Kind.CUSTOMER_UNKNOWN: ("account_id", "must have paid through Stripe before"),
        Kind.INPUTS_DIFFER: ("generation_id", "use a new id for another operation"),
        Kind.EMAIL_TAKEN: ("email", "register the other account with another address first"),
    }
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
    if kind not in _MENDS:
        return Problem(kind, str(error))
    field, fix = _MENDS[kind]
    return Problem(kind, str(error), field=field, fix=fix)
