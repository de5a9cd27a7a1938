import pytest
from hypothesis import given
from hypothesis import strategies as st
from reprise.ledger.allot import allot

_WEIGHTS = st.dictionaries(st.text("abcdef", min_size=1), st.integers(0, 10**9), min_size=1)
_TOTAL = st.integers(0, 10**12)


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (1000, {"a": 1000}, {"a": 1000}),
        (100, {"a": 1, "b": 1, "c": 1}, {"a": 34, "b": 33, "c": 33}),
        (1428, {"a": 1000, "b": 500}, {"a": 952, "b": 476}),
        (5, {"a": 2, "b": 1}, {"a": 3, "b": 2}),
        (7, {"a": 0, "b": 3}, {"a": 0, "b": 7}),
        (3, {"b": 0, "a": 0}, {"a": 2, "b": 1}),
        (0, {}, {}),
    ],
)
def test_a_payment_is_allotted_in_proportion(total, weights, parts):
    assert allot(total, weights) == parts


@given(_TOTAL, _WEIGHTS)
def test_the_parts_sum_to_the_total_and_none_is_a_cent_off_its_share(total, weights):
    parts = allot(total, weights)
    assert sum(parts.values()) == total
    whole = sum(weights.values())
    if whole:
        assert all(
            abs(parts[key] * whole - total * weight) < whole for key, weight in weights.items()
        )
        assert all(part >= 0 for part in parts.values())


@given(_TOTAL, _WEIGHTS, st.randoms())
def test_the_order_of_the_lines_makes_no_difference(total, weights, random):
    shuffled = list(weights.items())
    random.shuffle(shuffled)
    assert allot(total, dict(shuffled)) == allot(total, weights)


@given(_WEIGHTS)
def test_a_payment_refunded_in_full_leaves_no_line_paid(weights):
    paid = allot(sum(weights.values()), weights)
    assert allot(sum(paid.values()), paid) == paid


@pytest.mark.parametrize(("total", "weights"), [(-1, {"a": 1}), (1, {"a": -1}), (1, {})])
def test_what_cannot_be_divided_is_refused(total, weights):
    with pytest.raises(ValueError, match="must"):
        allot(total, weights)
