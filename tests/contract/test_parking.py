"""Every parking lot keeps the same promises: the fake, and the template's cases table."""

import boto3
import pytest
from moto import mock_aws
from reprise.adapters.dynamodb.parking import DynamoParkingLot
from reprise.ports.parking import MemoryParkingLot, Parked

from tests.support.ledger import MINUTE, T0
from tests.support.tables import make_table


@pytest.fixture(params=["memory", "moto"])
def lot(request):
    if request.param == "memory":
        yield MemoryParkingLot()
        return
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        yield DynamoParkingLot(client, make_table(client, "CasesTable", "cases"))


def parked(number=1, waits_for=None):
    return Parked(
        parked_id=f"evt_{number}",
        source="stripe",
        kind="refund.created",
        field="payment_intent",
        reason="must be known",
        waits_for=waits_for,
        body=b"{}",
        parked_at=T0 + number * MINUTE,
    )


def test_what_is_parked_waits_oldest_first_until_it_is_done(lot):
    for number in (3, 1, 2):
        lot.park(parked(number))
        lot.park(parked(number))
    first = lot.parked(2)
    rest = lot.parked(2, first.cursor)
    assert [p.parked_id for p in first.items + rest.items] == ["evt_1", "evt_2", "evt_3"]
    lot.retried(first.items[0], None)
    lot.retried(first.items[1], T0)
    left = lot.parked(10).items
    assert [(p.parked_id, p.attempts) for p in left] == [("evt_1", 1), ("evt_3", 0)]


def test_an_event_that_waits_for_an_id_is_found_by_it(lot):
    lot.park(parked(1, waits_for="pi_1"))
    lot.park(parked(2))
    assert lot.waiting_for("pi_1") == [parked(1, waits_for="pi_1")]
    lot.retried(parked(1, waits_for="pi_1"), T0)
    assert lot.waiting_for("pi_1") == []
