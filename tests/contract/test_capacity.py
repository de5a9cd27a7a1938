"""What a change costs DynamoDB, as far as it is a promise; `make bench` prints the figures."""

import pytest

from tests.bench.bench import Bench
from tests.bench.measures import capacity, crashes


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
    cost = costs["replay"]
    assert (cost["round_trips"], cost["items_written"], cost["wcu"]) == (1, 0, 0)


def test_a_task_is_one_write_of_the_head(costs):
    cost = costs["attach"]
    assert (cost["round_trips"], cost["items_written"], cost["index_wcu"]) == (2, 1, 0)


@pytest.mark.parametrize("kind", ["grant", "charge", "refund", "reversal", "expiry", "attach"])
def test_nothing_is_written_beyond_the_floor(costs, kind):
    """The floor is the same bytes in one conditional transaction, with nothing read."""
    for name in ("items_written", "wcu", "index_wcu"):
        assert costs[kind][name] == costs[f"floor_{kind}"][name]


def test_a_grant_survives_a_crash_at_each_of_its_writes(ministack):
    stories = crashes.measure(Bench(ministack))["crashes"]
    ours = {story: ends[0] for story, ends in stories.items() if ends[0] is not None}
    assert ours.pop("two grants at once (right is 200)") == 200
    assert set(ours.values()) == {100}
    assert "dies after write 1" in ours
