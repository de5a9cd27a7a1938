"""Tallies count each thing once: the fake, and the cases table of the template."""

import boto3
import pytest
from moto import mock_aws
from reprise.adapters.dynamodb.tallies import DynamoTallies
from reprise.ports.tallies import MemoryTallies

from tests.support.ledger import DAY, T0
from tests.support.tables import make_table


@pytest.fixture(params=["memory", "moto"])
def tallies(request):
    if request.param == "memory":
        yield MemoryTallies()
        return
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        yield DynamoTallies(client, make_table(client, "CasesTable", "cases"))


def test_a_mark_counts_once_from_its_first_time_on(tallies):
    for at in (T0, T0 + DAY):
        tallies.add("account#usr_1", "C1#1", at)
    tallies.add("account#usr_1", "C2#1", T0 + 2 * DAY)
    assert tallies.count("account#usr_1", T0) == 2
    assert tallies.count("account#usr_1", T0 + DAY) == 1
    assert tallies.count("account#usr_2", T0) == 0
