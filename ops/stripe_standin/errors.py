"""Refusals, worded as Stripe words them. Source: docs.stripe.com/api/errors, /error-codes."""

from dataclasses import dataclass


@dataclass(slots=True)
class ApiError(Exception):
    """An answer other than 200.

    Args:
        status: of HTTP.
        code: Stripe's error code; empty where Stripe gives none.
        message: for people.
        param: the parameter that is at fault, if one is.
        kind: Stripe's error type.
    """

    status: int
    code: str
    message: str
    param: str = ""
    kind: str = "invalid_request_error"

    def body(self) -> dict[str, object]:
        """Return the JSON of the answer."""
        fields = {
            "type": self.kind,
            "code": self.code,
            "message": self.message,
            "param": self.param,
        }
        return {"error": {key: value for key, value in fields.items() if value}}


def missing(kind: str, object_id: str, param: str = "id") -> ApiError:
    """Return the refusal of an id that names nothing."""
    return ApiError(404, "resource_missing", f"No such {kind}: '{object_id}'", param)


def unknown(param: str) -> ApiError:
    """Return the refusal of a parameter that Stripe, or this stand-in, does not know."""
    return ApiError(400, "parameter_unknown", f"Received unknown parameter: {param}", param)


def rate_limited() -> ApiError:
    """Return the refusal of one request too many."""
    return ApiError(429, "rate_limit", "Too many requests made to the API too quickly")


def broken() -> ApiError:
    """Return Stripe's own fault."""
    return ApiError(500, "", "An unknown error occurred", kind="api_error")


_REFUSALS = {
    "401": (401, "Invalid API Key provided."),
    "403": (403, "The provided key does not have the required permissions."),
    "charge_already_refunded": (400, "Charge has already been refunded."),
    "charge_disputed": (400, "Charge has been charged back; cannot issue a refund."),
    "balance_insufficient": (400, "Insufficient funds in your Stripe balance to refund."),
    "insufficient_funds": (402, "The balance is not enough for this refund."),
    "lock_timeout": (429, "This object cannot be accessed right now."),
}


def refusal(code: str) -> ApiError:
    """Return a refusal by its code; card declines are 402."""
    status, message = _REFUSALS.get(code, (402, f"Refused: {code}"))
    card = status == 402  # noqa: PLR2004 - Payment Required
    return ApiError(status, code, message, kind="card_error" if card else "invalid_request_error")
