"""Tallies count each thing once: the fake, and the cases table of the template."""

import boto3
import pytest
from moto import mock_aws
from reprise.adapters.dynamodb.tallies import DynamoTallies
from reprise.ledger.instants import to_ms
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


class Pages:
    """A DynamoDB client whose page ends after one item, in the order of the references."""

    def __init__(self, *marked):
        self.items = [{"at": {"N": str(to_ms(at))}} for at in marked]

    def query(self, **asked):
        at = int(asked.get("ExclusiveStartKey", {"sk": {"S": "0"}})["sk"]["S"])
        more = {"LastEvaluatedKey": {"sk": {"S": str(at + 1)}}} if at + 1 < len(self.items) else {}
        return {"Items": [self.items[at]], **more}


def test_marks_of_every_page_are_counted():
    """Else a limit is never reached again once a page is full of old marks."""
    tallies = DynamoTallies(Pages(T0, T0, T0 + DAY, T0 + 2 * DAY), "cases")
    assert tallies.count("account#usr_1", T0 + DAY) == 2
