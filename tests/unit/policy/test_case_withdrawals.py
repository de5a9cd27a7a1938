"""The right of withdrawal: who, when, used or not, whatever the request calls itself."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from reprise.policy.decision import Verdict
from reprise.policy.facts import Category

from tests.support.policy import (
    BACK,
    BOUGHT,
    CLOSES,
    DAY,
    HOUR,
    SECOND,
    check,
    decide,
    order,
    renewal,
    request,
    uncredited,
)

APPROVE = Verdict.APPROVE
DENY = Verdict.DENY
PERSON = Verdict.PERSON

ASKING = [Category.EU_WITHDRAWAL, Category.CREDITED_PACK]
WITHDRAWALS = [
    ({}, CLOSES - SECOND, APPROVE, "withdrawal"),
    ({}, CLOSES, DENY, "pack_credited"),
    ({"credits_used": 1}, CLOSES - SECOND, PERSON, "withdrawal_used"),
    ({"credits_used": 1}, CLOSES, DENY, "pack_credited"),
    ({"is_business": True}, CLOSES - SECOND, PERSON, "withdrawal_business"),
    ({"is_renewal": True}, CLOSES - SECOND, PERSON, "withdrawal_renewal"),
    ({"country": ""}, CLOSES - SECOND, PERSON, "withdrawal_country"),
    ({"country": "NO"}, CLOSES - SECOND, APPROVE, "withdrawal"),
    # A last day on Saturday moves to Monday.
    ({"purchased_at": BOUGHT + 2 * DAY}, CLOSES + 4 * DAY - SECOND, APPROVE, "withdrawal"),
    ({"purchased_at": BOUGHT + 2 * DAY}, CLOSES + 4 * DAY, DENY, "pack_credited"),
]


@pytest.mark.parametrize("category", ASKING)
@pytest.mark.parametrize(("changes", "sent", "verdict", "rule"), WITHDRAWALS)
def test_the_law_comes_before_any_denial(category, changes, sent, verdict, rule):
    about = order(**changes)
    if about.purchased_at != BOUGHT:
        about = replace(about, credited_at=about.purchased_at)
    decision = decide(request(category, about, received_at=sent), sent)
    check(decision, verdict, rule, () if verdict is DENY else BACK)


@pytest.mark.parametrize(
    ("category", "verdict", "rule"),
    [
        (Category.EU_WITHDRAWAL, PERSON, "withdrawal_country"),
        (Category.CREDITED_PACK, DENY, "pack_credited"),
    ],
)
def test_outside_the_eea_only_an_express_withdrawal_needs_a_person(category, verdict, rule):
    decision = decide(request(category, order(country="US")))
    assert (decision.verdict, decision.rule) == (verdict, rule)


@pytest.mark.parametrize(
    ("country", "days", "verdict", "rule"),
    [
        ("GB", 14, PERSON, "withdrawal_country"),
        ("BR", 7, PERSON, "withdrawal_country"),
        ("br", 7, PERSON, "withdrawal_country"),
        ("GB", 20, DENY, "pack_credited"),
        ("BR", 13, DENY, "pack_credited"),
        ("US", 1, DENY, "pack_credited"),
    ],
)
def test_a_right_of_another_country_keeps_a_denial_from_being_automatic(
    country, days, verdict, rule
):
    sent = BOUGHT + days * DAY
    decision = decide(request(Category.CREDITED_PACK, order(country=country), received_at=sent))
    assert (decision.verdict, decision.rule) == (verdict, rule)


def test_the_day_it_was_sent_counts_for_two_days():
    late = {"received_at": CLOSES + 47 * HOUR, "date_header": CLOSES - SECOND}
    facts = request(Category.EU_WITHDRAWAL, order(), **late)
    check(decide(facts), APPROVE, "withdrawal", BACK)
    check(decide(replace(facts, received_at=CLOSES + 49 * HOUR)), DENY, "pack_credited")


def test_a_regional_holiday_is_a_persons_to_judge():
    """The last day is Corpus Christi, which some German states keep."""
    bought = datetime(2027, 5, 13, 12, tzinfo=UTC)
    sent = datetime(2027, 5, 28, 12, tzinfo=UTC)
    about = order(purchased_at=bought, credited_at=bought)
    facts = request(Category.EU_WITHDRAWAL, about, received_at=sent)
    check(decide(facts, sent), PERSON, "withdrawal_holiday", BACK)
    check(decide(replace(facts, received_at=sent + DAY), sent + DAY), DENY, "pack_credited")


def test_a_first_subscription_period_can_be_withdrawn_from_and_then_not():
    first = renewal(id="cs_1", is_renewal=False, amount_minor=1500)
    check(decide(request(Category.MID_PERIOD, first)), APPROVE, "withdrawal", BACK)
    decision = decide(request(Category.MID_PERIOD, first, received_at=CLOSES))
    check(decision, DENY, "mid_period")
    assert decision.sentence == "We don't auto-refund mid-period."
    assert ("withdrawal_until", CLOSES.isoformat()) in decision.evidence


def test_a_late_withdrawal_from_a_late_pack_is_still_the_customers_choice():
    facts = request(Category.EU_WITHDRAWAL, uncredited(), received_at=CLOSES)
    check(decide(facts, CLOSES), APPROVE, "pack_late_refund", BACK)
