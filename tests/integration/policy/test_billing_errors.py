"""Billing errors: "charged after a confirmed cancellation", "sort it within one business day"."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.story import Story

BOUGHT = datetime(2027, 3, 9, 12, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
AFTER = (
    "I cancelled my Pro subscription last month and received a confirmation email. Today I was"
    " charged again. The order id is {}. Please refund this."
)
TWICE = "Hi team, I was double charged for my order {}. Can you refund the duplicate?"


@pytest.fixture
def story():
    return Story(BOUGHT, country="US")


def test_what_was_charged_after_a_confirmed_cancellation_goes_back_without_a_person(story):
    """Benefits hold to the end of what was paid for and kept, and the rest is as it was."""
    _, period = story.subscribes(country="US")
    story.after(days=5).subscription("sub_1Ada", period, cancel_at=period[1])
    assert story.at(period[1] - SECOND).plan == "pro"
    assert story.at(period[1]).plan == "free"
    again = (period[1], period[1] + 30 * DAY)
    story.subscription("sub_1Ada", again, cancel_at=period[1])
    invoice = story.pays_invoice("sub_1Ada", again, country="US")
    assert (story.plan, story.available) == ("pro", 1000)
    case = story.after(hours=2).writes(AFTER.format(invoice))
    assert (case.state, case.decision.rule) == ("approved", "charged_after_cancellation")
    assert (story.refunded, story.available, story.plan) == (1000, 500, "free")
    assert "10.00 EUR" in story.said
    assert "The credits that this money had bought were taken back" in story.said
    assert case.due_at - case.opened_at == DAY  # Thursday to Friday
    story.holds_together()


def test_a_second_payment_goes_back_and_takes_no_credits(story):
    """It bought none, and the answer does not say that any were taken."""
    order = story.buys_pack(country="US")
    story.after(minutes=3).pays(order, 1500)
    case = story.after(hours=2).writes(TWICE.format(order))
    assert (case.state, case.decision.rule) == ("approved", "charged_twice")
    assert (story.refunded, story.available) == (1500, 1000)
    assert "15.00 EUR" in story.said
    assert "credits" not in story.said
    again = story.after(days=2).writes(TWICE.format(order))
    assert again.decision.rule == "already_refunded"
    assert (story.refunded, story.available) == (1500, 1000)
    story.holds_together()


@pytest.mark.parametrize(
    ("received", "due"),
    [
        # Friday before noon to Monday at the same time, in Berlin.
        (datetime(2027, 6, 11, 9, tzinfo=UTC), datetime(2027, 6, 14, 9, tzinfo=UTC)),
        # The Friday after Ascension, over the weekend to Pentecost, which is no working day.
        (datetime(2027, 5, 14, 9, tzinfo=UTC), datetime(2027, 5, 18, 9, tzinfo=UTC)),
        # What comes on a Saturday comes with Monday, and is due with Tuesday.
        (datetime(2027, 6, 12, 9, tzinfo=UTC), datetime(2027, 6, 14, 22, tzinfo=UTC)),
        # Christmas Eve 2026, a Thursday: Friday is Christmas, Saturday too.
        (datetime(2026, 12, 24, 9, tzinfo=UTC), datetime(2026, 12, 28, 9, tzinfo=UTC)),
    ],
)
def test_one_business_day_knows_weekends_and_holidays(received, due):
    story = Story(received, country="US")
    case = story.writes(TWICE.format("cs_live_nobodys"))
    assert case.due_at == due
