"""What DynamoDB's refusals mean. Everything that is not known is raised as it came."""

from typing import Any, Never

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004 - botocore's name
    HTTPClientError,
)

from reprise.ports.ledger import EntryExistsError, HeadMovedError, StoreBusyError

_BUSY = frozenset(
    {
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
_BUSY_REASONS = frozenset(
    {"ProvisionedThroughputExceeded", "ThrottlingError", "TransactionConflict"}
)
_ENTRY_POSITION = 0
"""The entry is the first action of every transaction of the ledger."""


def raise_for(error: ClientError | BotoCoreError) -> Never:
    """Raise what the error means for a writer of the ledger.

    Raises:
        EntryExistsError: the entry's condition failed: done before.
        HeadMovedError: another condition failed: somebody else wrote first.
        StoreBusyError: throttled, in conflict, or the answer never came; trying again is safe.
    """
    if not isinstance(error, ClientError):
        if isinstance(error, (ConnectionError, HTTPClientError)):
            raise StoreBusyError(str(error)) from error
        raise error
    code = error.response["Error"]["Code"]
    if code == "ConditionalCheckFailedException":
        raise HeadMovedError(str(error)) from error
    if code == "TransactionCanceledException":
        _raise_for_reasons(error)
    status = error.response["ResponseMetadata"].get("HTTPStatusCode", 0)
    if code in _BUSY or status >= 500:  # noqa: PLR2004 - HTTP's own boundary
        raise StoreBusyError(str(error)) from error
    raise error


def _raise_for_reasons(error: ClientError) -> None:
    """Raise by the positional reasons of a cancelled transaction, if they are known ones."""
    response: Any = error.response
    codes = [reason.get("Code", "None") for reason in response.get("CancellationReasons", [])]
    failed = [at for at, code in enumerate(codes) if code == "ConditionalCheckFailed"]
    if _ENTRY_POSITION in failed:
        raise EntryExistsError(str(error)) from error
    if failed:
        raise HeadMovedError(str(error)) from error
    if codes and set(codes) - {"None"} <= _BUSY_REASONS:
        raise StoreBusyError(str(error)) from error
