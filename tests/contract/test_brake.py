"""The brake keeps the last word: the fake, and the cases table of the template."""

import boto3
import pytest
from moto import mock_aws
from reprise.adapters.dynamodb.brake import DynamoBrake
from reprise.ports.brake import MemoryBrake, Word

from tests.support.ledger import DAY, T0
from tests.support.tables import make_table


@pytest.fixture(params=["memory", "moto"])
def brake(request):
    if request.param == "memory":
        yield MemoryBrake()
        return
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        yield DynamoBrake(client, make_table(client, "CasesTable", "cases"))


def test_the_last_word_counts(brake):
    assert (brake.word(), brake.is_held()) == (None, False)
    held = Word(True, "arn:aws:iam::1:user/bea", "double refunds", T0)
    brake.say(held)
    assert (brake.word(), brake.is_held()) == (held, True)
    brake.say(Word(False, "arn:aws:iam::1:user/cid", "mended", T0 + DAY))
    assert not brake.is_held()
