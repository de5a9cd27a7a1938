from datetime import UTC, datetime, timedelta

import pytest
from reprise.catalogue.reading import example_catalogue
from reprise.policy.entitlements import Entitlements, entitlements

END = datetime(2026, 10, 31, 12, tzinfo=UTC)
FREE, PRO = example_catalogue().plan("free"), example_catalogue().plan("pro")
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("paid_through", "now", "expected"),
    [
        (END, END - SECOND, Entitlements("pro", True, True, True, END)),
        (END, END, Entitlements("free", False, False, False, None)),
        (END, END + SECOND, Entitlements("free", False, False, False, None)),
        (None, END, Entitlements("free", False, False, False, None)),
    ],
)
def test_benefits_hold_to_the_end_of_paid_time_and_no_longer(paid_through, now, expected):
    assert entitlements(free=FREE, plan=PRO, paid_through=paid_through, now=now) == expected
