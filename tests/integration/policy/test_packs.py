"""One-time credit packs: "non-refundable once the credits land", "within an hour", "your choice".

Ada lives in the United States here, where no law gives her more than the policy does.
"""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.story import Story

BOUGHT = datetime(2027, 3, 9, 12, tzinfo=UTC)
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
UNWANTED = (
    "I bought a pack of 1000 credits, the credits landed, but I no longer want them."
    " Refund please. {}"
)


@pytest.fixture
def story():
    return Story(BOUGHT, country="US")


def buys(story, **more):
    return story.buys_pack(country="US", **more)


@pytest.mark.parametrize("lost", [False, True], ids=["by its event", "by Stripe's lists"])
def test_the_hour_begins_with_the_payment_and_not_with_the_open_page(story, lost):
    """A page may stand open for a day. What is paid on it then and lands at once is not late."""
    order = buys(story, opened=BOUGHT - 23 * HOUR, lost=lost)
    story.after(minutes=20)
    assert story.available == 1000
    assert story.order(order)["purchased_at"] == "2027-03-09T12:00:00.000Z"
    case = story.after(days=1).writes(UNWANTED.format(order))
    assert (case.state, case.decision.rule) == ("denied", "pack_credited")
    assert "non-refundable once the credits land" in story.said
    assert (story.refunded, story.available) == (0, 1000)
    story.holds_together()


def test_what_a_bank_pays_days_later_is_bought_when_it_is_paid(story):
    """Nothing could be credited before: three days of waiting for the bank are no lateness."""
    order = buys(story, opened=BOUGHT - 3 * DAY)
    case = story.after(days=1).writes(UNWANTED.format(order))
    assert (case.state, case.decision.rule) == ("denied", "pack_credited")


@pytest.mark.parametrize(
    ("late", "rule", "refunded"),
    [
        (HOUR - SECOND, "pack_credited", 0),
        (HOUR, "pack_credited", 0),
        (HOUR + SECOND, "pack_late_refund", 1500),
    ],
)
def test_a_pack_that_lands_within_an_hour_is_final(story, late, rule, refunded):
    """`Within an hour` ends with the sixtieth minute; later, the choice stays while unspent."""
    order = buys(story, late=late)
    case = story.after(days=20).writes(UNWANTED.format(order))
    assert case.decision.rule == rule
    assert (story.refunded, story.available) == (refunded, 0 if refunded else 1000)
    story.holds_together()


@pytest.mark.parametrize(("fails", "rule"), [(False, "pack_credited"), (True, "pack_late_refund")])
def test_the_choice_is_over_with_the_first_credit_that_is_spent(story, fails, rule):
    """A credit that came back is not spent: the choice is back with it."""
    order = buys(story, late=2 * HOUR)
    story.generates("gen_1", "lyrics", fails=fails)
    case = story.writes(UNWANTED.format(order))
    assert case.decision.rule == rule
    assert story.refunded == (1500 if fails else 0)
    story.holds_together()


def test_who_is_asked_to_choose_is_told_that_late_credits_may_be_there(story):
    """They landed two hours late: the question must not sound as if they had not."""
    order = buys(story, late=2 * HOUR)
    words = "I bought the 1000 credit pack hours ago ({}) and my balance is unchanged."
    case = story.writes(words.format(order))
    assert (case.state, case.decision.rule) == ("asked", "pack_choice")
    assert "If its credits have arrived since" in story.said
    story.writes("I would like the money back, please.", to=story.outbox.sent[-1].reply_to)
    assert story.case(case.case_id).decision.rule == "pack_late_refund"
    assert (story.refunded, story.available) == (1500, 0)
