from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reprise.errors import BadInputError
from reprise.policy.proration import outage_credits, upgrade_credits
from reprise.policy.version import UpgradeRule

from tests.support.policy import BOUGHT, DAY, FIRST, HOUR

PERIOD = (BOUGHT, BOUGHT + 30 * DAY)


@pytest.mark.parametrize(
    ("start", "end", "credits_due"),
    [
        (1 * DAY, 4 * DAY, 50),
        (1 * DAY, 2 * DAY, 17),  # 16.67, rounded up
        (1 * DAY, 2 * DAY - timedelta(seconds=1), 0),  # shorter than the policy's day
        (-3 * DAY, 3 * DAY, 50),  # only the subscriber's own period counts
        (-9 * DAY, 99 * DAY, 500),  # never more than the plan
        (-9 * DAY, -1 * DAY, 0),
        (29 * DAY, 40 * DAY, 17),
    ],
)
def test_an_outage_is_made_good_in_proportion(start, end, credits_due):
    outage = (BOUGHT + start, BOUGHT + end)
    assert outage_credits(500, PERIOD, outage, FIRST) == credits_due


def test_the_policys_cap_is_rounded_down():
    half = replace(FIRST, outage_cap_percent=50)
    assert outage_credits(501, PERIOD, PERIOD, half) == 250


@given(st.integers(0, 10**9), st.integers(0, 10**6), st.integers(86_400, 10**7))
def test_an_outage_never_gives_more_than_the_plan(plan, start, length):
    outage = (BOUGHT + timedelta(seconds=start), BOUGHT + timedelta(seconds=start + length))
    due = outage_credits(plan, PERIOD, outage, FIRST)
    assert 0 <= due <= plan
    # Rounded up by less than one credit.
    whole = 30 * 86_400
    affected = min(whole - start, length)
    assert due * whole >= plan * affected > (due - 1) * whole


@pytest.mark.parametrize(
    ("plan", "period", "outage", "message"),
    [
        (-1, PERIOD, PERIOD, "plan_credits: must be 0 or more"),
        (1, (BOUGHT, BOUGHT), PERIOD, "period: must end"),
        (1, PERIOD, (BOUGHT, BOUGHT - HOUR), "outage: must end"),
    ],
)
def test_a_span_that_is_none_is_refused(plan, period, outage, message):
    with pytest.raises(BadInputError, match=message):
        outage_credits(plan, period, outage, FIRST)


@pytest.mark.parametrize(
    ("paid", "rule", "expected"),
    [
        (1355, UpgradeRule.PAID_SHARE, 903),
        (3000, UpgradeRule.PAID_SHARE, 1500),  # at most the difference of the plans
        (1, UpgradeRule.PAID_SHARE, 0),
        (2, UpgradeRule.PAID_SHARE, 1),
        (0, UpgradeRule.PAID_SHARE, 0),  # paid from the balance of an earlier change
        (-677, UpgradeRule.PAID_SHARE, 0),
        (1355, UpgradeRule.NONE, 0),
    ],
)
def test_an_upgrade_grants_what_its_money_paid_for(paid, rule, expected):
    granted = upgrade_credits(
        old_credits=500, new_credits=2000, new_price_minor=3000, paid_minor=paid, rule=rule
    )
    assert granted == expected


def test_a_downgrade_grants_nothing_whatever_was_paid():
    granted = upgrade_credits(
        old_credits=2000,
        new_credits=500,
        new_price_minor=1000,
        paid_minor=1000,
        rule=UpgradeRule.PAID_SHARE,
    )
    assert granted == 0


def test_a_plan_without_a_price_has_no_share_to_buy():
    with pytest.raises(BadInputError, match="new_price_minor: must be above 0"):
        upgrade_credits(
            old_credits=0,
            new_credits=1,
            new_price_minor=0,
            paid_minor=1,
            rule=UpgradeRule.PAID_SHARE,
        )
