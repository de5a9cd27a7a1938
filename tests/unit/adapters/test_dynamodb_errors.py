"""A cancelled transaction means what its reasons say, by position; what is unknown is raised."""

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ParamValidationError
from reprise.adapters.dynamodb.errors import raise_for
from reprise.ports.ledger import EntryExistsError, HeadMovedError, StoreBusyError

FAILED, CONFLICT, NONE = "ConditionalCheckFailed", "TransactionConflict", "None"


def refusal(code, reasons=(), status=400):
    response = {
        "Error": {"Code": code, "Message": "played"},
        "ResponseMetadata": {"HTTPStatusCode": status},
        "CancellationReasons": [{"Code": one} for one in reasons],
    }
    return ClientError(response, "TransactWriteItems")


@pytest.mark.parametrize(
    ("reasons", "meaning"),
    [
        ([FAILED, NONE, NONE], EntryExistsError),
        ([FAILED, FAILED, NONE], EntryExistsError),
        ([NONE, FAILED, NONE], HeadMovedError),
        ([CONFLICT, FAILED, NONE], HeadMovedError),
        ([CONFLICT, NONE, NONE], StoreBusyError),
        ([NONE, "ThrottlingError", "ProvisionedThroughputExceeded"], StoreBusyError),
        (["ValidationError", NONE, NONE], ClientError),
        ([CONFLICT, "ItemCollectionSizeLimitExceeded"], ClientError),
        ([], ClientError),
    ],
)
def test_a_cancelled_transaction_is_told_apart_by_its_reasons(reasons, meaning):
    with pytest.raises(meaning):
        raise_for(refusal("TransactionCanceledException", reasons))


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (refusal("ConditionalCheckFailedException"), HeadMovedError),
        (refusal("ThrottlingException"), StoreBusyError),
        (refusal("TransactionConflictException"), StoreBusyError),
        (refusal("SomethingNew", status=503), StoreBusyError),
        (EndpointConnectionError(endpoint_url="x"), StoreBusyError),
        (refusal("AccessDeniedException"), ClientError),
        (refusal("ResourceNotFoundException"), ClientError),
        (ParamValidationError(report="x"), ParamValidationError),
    ],
)
def test_only_what_may_pass_is_tried_again(error, meaning):
    with pytest.raises(meaning):
        raise_for(error)
