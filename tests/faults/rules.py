"""The faults that are injected, as rules for microburst: what AWS really answers, and worse."""

LATE_MS = 5_500
"""Longer than the functions' clients wait: what they gave up is carried out after all."""

_LOST = {"response": {"abort_frac": 0}}
"""The call is carried out and its answer never comes: what a retry must tell from a duplicate."""
_CUT = {"response": {"truncate_frac": 0.5}}
_RESET = {"reset": True}
_SLOW = {"latency": {"min": 20, "max": 400}}
_LATE = {"latency": LATE_MS}


def _error(code, status=None, **fields):
    error = {"code": code, "message": "injected"}
    return {"error": error | ({"status": status} if status else {}) | {"fields": fields}}


def _cancelled(*codes):
    return _error("TransactionCanceledException", CancellationReasons=[{"Code": c} for c in codes])


_THROTTLED = _error("ProvisionedThroughputExceededException")
# Service, operation or None for any, name, weight of the chance, effect.
_ALL = (
    ("dynamodb", "TransactWriteItems", "conflict", 3, _cancelled("None", "TransactionConflict")),
    ("dynamodb", "TransactWriteItems", "cancelled, throttled", 1, _cancelled("ThrottlingError")),
    ("dynamodb", "TransactWriteItems", "in progress", 1, _error("TransactionInProgressException")),
    ("dynamodb", "TransactWriteItems", "answer lost", 4, _LOST),
    ("dynamodb", "TransactWriteItems", "late write", 0.3, _LATE),
    ("dynamodb", "UpdateItem", "conflict", 2, _error("TransactionConflictException")),
    ("dynamodb", "UpdateItem", "late write", 0.3, _LATE),
    ("dynamodb", "PutItem", "conflict", 2, _error("TransactionConflictException")),
    ("dynamodb", None, "throttled", 2, _THROTTLED),
    ("dynamodb", None, "500", 1, _error("InternalServerError", 500)),
    ("dynamodb", None, "answer lost", 1, _LOST),
    ("dynamodb", None, "answer cut short", 0.3, _CUT),
    ("dynamodb", None, "reset", 1, _RESET),
    ("dynamodb", None, "slow", 2, _SLOW),
    ("sqs", "SendMessage", "throttled", 2, _error("RequestThrottled", 403)),
    ("sqs", "SendMessage", "500", 2, _error("InternalError", 500)),
    ("sqs", "SendMessage", "answer lost", 2, _LOST),
    ("sqs", "SendMessage", "reset", 1, _RESET),
    ("s3", "GetObject", "throttled", 3, _error("SlowDown", 503)),
    ("s3", "GetObject", "500", 2, _error("InternalError", 500)),
    ("s3", "GetObject", "answer cut short", 2, {"response": {"abort_frac": 0.5}}),
    ("s3", "GetObject", "reset", 2, _RESET),
    ("ses", "SendEmail", "throttled", 4, _error("TooManyRequestsException", 429)),
    ("ses", "SendEmail", "500", 2, _error("InternalFailure", 500)),
    ("ses", "SendEmail", "answer lost", 2, _LOST),
    ("ses", "SendEmail", "reset", 2, _RESET),
    ("events", "PutEvents", "throttled", 4, _error("ThrottlingException", 400)),
    ("events", "PutEvents", "500", 3, _error("InternalException", 500)),
    ("events", "PutEvents", "answer lost", 4, _LOST),
    ("events", "PutEvents", "reset", 2, _RESET),
    ("secretsmanager", "GetSecretValue", "throttled", 4, _error("ThrottlingException", 400)),
    ("secretsmanager", "GetSecretValue", "500", 4, _error("InternalServiceError", 500)),
    ("secretsmanager", "GetSecretValue", "answer lost", 2, _LOST),
    ("secretsmanager", "GetSecretValue", "reset", 2, _RESET),
)


def storm(rate):
    """Return everything at once: each fault with its weight times the rate.

    Args:
        rate: chance of a fault of weight one, per call.
    """
    return [
        (f"{service} {name}", _rule(service, operation, effect, rate * weight))
        for service, operation, name, weight, effect in _ALL
    ]


def outage(service, operation):
    """Return a service that answers nothing but errors."""
    effect = _error("ServiceUnavailable", 503)
    return [(f"{service} outage", _rule(service, operation, effect, 1))]


def slowly(low_ms, high_ms):
    """Return a DynamoDB so slow that a worker is sure to be met at its work."""
    effect = {"latency": {"min": low_ms, "max": high_ms}}
    return [("dynamodb slow", _rule("dynamodb", None, effect, 1))]


def _rule(service, operation, effect, chance):
    named = {"operation": operation} if operation else {}
    return {"service": service, **named, "probability": min(chance, 1), **effect}
