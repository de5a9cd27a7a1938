"""What a change costs DynamoDB, as far as it is a promise; `make bench` prints the figures."""

import pytest

from tests.bench.bench import Bench
from tests.bench.measures import capacity


@pytest.fixture(scope="module")
def costs(ministack):
    return capacity.measure(Bench(ministack))


@pytest.mark.parametrize("kind", ["charge", "refund"])
def test_a_charge_or_refund_is_two_trips_two_items_and_four_units(costs, kind):
    cost = costs[kind]
    assert (cost["round_trips"], cost["items_written"]) == (2, 2)
    assert cost["wcu"] <= 4


def test_a_grant_writes_its_order_besides(costs):
    cost = costs["grant"]
    assert (cost["round_trips"], cost["items_written"]) == (2, 3)
    assert cost["wcu"] <= 6


def test_a_replay_sends_no_write_at_all(costs):
    assert costs["replay"] == {"round_trips": 1, "items_written": 0, "wcu": 0, "index_wcu": 0}
