import itertools
from datetime import UTC, datetime, timedelta

import pytest
from reprise.billing.dispute import DisputeTxn, amount_out, dispute_phase, freezes
from reprise.billing.events import read_object

START = datetime(2026, 11, 7, tzinfo=UTC)


def _txns(*amounts):
    return [
        DisputeTxn(f"txn_{day}", amount, "usd", START + timedelta(days=day))
        for day, amount in enumerate(amounts)
    ]


@pytest.mark.parametrize(
    ("amounts", "out"),
    [
        ((), 0),
        ((-1740,), 1500),
        ((-1740, 1740), 0),
        ((-1740, 1740, -1740), 1500),
        ((-1740, 870), 750),
        ((-1000, -740), 1500),
        ((-1000, -740, 740), 862),
        ((-1740, 1800), 0),
        ((1740,), 0),
    ],
)
def test_what_is_out_is_the_share_of_the_most_that_ever_was(amounts, out):
    """The settlement currency is not the payment's, so only the ratio is used."""
    for order in itertools.permutations(_txns(*amounts)):
        assert amount_out(1500, [*order, *order]) == out


@pytest.mark.parametrize(
    ("seen", "phase"),
    [
        ("warning_needs_response", "inquiry"),
        ("warning_needs_response warning_under_review warning_closed", "returned"),
        ("warning_needs_response needs_response", "open"),
        ("warning_closed needs_response", "open"),
        ("needs_response under_review", "open"),
        ("needs_response under_review lost", "lost"),
        ("needs_response lost won", "returned"),
        ("lost", "lost"),
        ("prevented", "returned"),
        ("needs_response won appeal_needs_response", "open"),
        ("needs_response won appeal_under_review lost", "lost"),
        ("needs_response lost appeal_under_review lost", "lost"),
        ("needs_response lost appeal_under_review won", "returned"),
    ],
)
def test_where_a_dispute_stands_does_not_depend_on_the_order_of_arrival(seen, phase):
    sightings = [(status, START + timedelta(days=day)) for day, status in enumerate(seen.split())]
    for order in itertools.permutations(sightings):
        assert dispute_phase([*order, *order]) == phase
    assert freezes(phase) is (phase in {"inquiry", "open"})


def test_transactions_of_several_currencies_are_unreadable(body):
    found = body("dispute_won")["data"]["object"]
    found["balance_transactions"][0]["currency"] = "gbp"
    facts = read_object("charge.dispute.closed", found)
    assert facts.field == "balance_transactions"
