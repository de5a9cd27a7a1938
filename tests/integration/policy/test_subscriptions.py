"""Subscriptions: "until the end of the period you already paid for", "for 60 days", "never expire".

Told to webhook, sweep and API together; the laws of each part are in the tests of that part.
"""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.story import Story

BOUGHT = datetime(2027, 3, 9, 12, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest.fixture
def story():
    return Story(BOUGHT, country="US")


def ends(story, name, period, plan="pro"):
    story.subscription(name, period, plan, kind="deleted", ended_at=story.now)


def test_cancelled_returned_and_cancelled_again_leaves_sixty_days_from_the_last_paid_day(story):
    _, first = story.subscribes(country="US")
    story.buys_pack(country="US")
    story.after(days=5).subscription("sub_1Ada", first, cancel_at=first[1])
    assert story.at(first[1] - SECOND).plan == "pro"
    ends(story.at(first[1]), "sub_1Ada", first)
    assert (story.plan, story.available) == ("free", 1500)
    _, second = story.at(first[1] + 59 * DAY).subscribes("sub_2Ada", country="US")
    assert story.at(first[1] + 61 * DAY).available == 2000
    ends(story.at(second[1]), "sub_2Ada", second)
    assert story.at(second[1] + 60 * DAY - SECOND).available == 2000
    assert story.at(second[1] + 60 * DAY).available == 1000
    assert story.after(days=800).available == 1000
    story.holds_together()


def test_an_immediate_end_takes_no_day_that_was_paid_for(story):
    _, period = story.subscribes(country="US")
    ends(story.after(days=2), "sub_1Ada", period)
    assert story.at(period[1] - SECOND).plan == "pro"
    assert (story.at(period[1]).plan, story.available) == ("free", 500)
    assert story.at(period[1] + 60 * DAY - SECOND).available == 500
    assert story.at(period[1] + 60 * DAY).available == 0
    story.holds_together()


def test_while_another_subscription_is_paid_for_nothing_runs_out(story):
    _, small = story.subscribes(country="US")
    _, large = story.after(days=10).subscribes("sub_2Ada", plan="premier", country="US")
    ends(story.at(small[1]), "sub_1Ada", small)
    assert (story.plan, story.available) == ("premier", 2500)
    ends(story.at(large[1]), "sub_2Ada", large, "premier")
    assert story.at(large[1] + 60 * DAY - SECOND).available == 2500
    assert story.at(large[1] + 60 * DAY).available == 0
    story.holds_together()


def test_a_year_from_a_leap_day_ends_when_it_was_paid_until(story):
    period = (datetime(2028, 2, 29, 12, tzinfo=UTC), datetime(2029, 2, 28, 12, tzinfo=UTC))
    story.at(period[0]).subscription("sub_1Ada", period, kind="created")
    story.pays_invoice("sub_1Ada", period, first=True, country="US")
    assert story.at(period[1] - SECOND).plan == "pro"
    assert story.at(period[1]).plan == "free"


def test_an_end_that_is_heard_of_late_still_leaves_a_week(story):
    """Leftovers would have been gone ten days ago; nobody loses them without notice."""
    _, period = story.subscribes(country="US")
    ends(story.at(period[1] + 70 * DAY), "sub_1Ada", period)
    assert story.at(period[1] + 77 * DAY - SECOND).available == 500
    assert story.at(period[1] + 77 * DAY).available == 0
    story.holds_together()


def test_mid_period_nothing_goes_back_where_no_law_gives_more(story):
    order, _ = story.subscribes(country="US")
    words = "I just cancelled Pro, can you refund the rest of this billing period? Order {}"
    case = story.after(days=3).writes(words.format(order.partition("/")[0]))
    assert (case.state, case.decision.rule) == ("denied", "mid_period")
    assert "We don't auto-refund mid-period." in story.said
    assert (story.refunded, story.available, story.plan) == (0, 500, "pro")
