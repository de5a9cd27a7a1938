"""Every category at every boundary: what is unproven, unclear, late, large or somebody else's."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from reprise.policy.calendar import BusinessCalendar
from reprise.policy.deciding import BILLING_ERRORS, case_due_at
from reprise.policy.decision import Verdict
from reprise.policy.facts import (
    Category,
    DuplicateFacts,
    GenerationFacts,
    OrderMatch,
    Preference,
)

from tests.support.policy import (
    BOUGHT,
    CANCELLED,
    CLOSES,
    DAY,
    FIRST,
    MINUTE,
    SECOND,
    decide,
    order,
    payment,
    renewal,
    request,
    uncredited,
)

APPROVE, DENY, ASK, PERSON = Verdict.APPROVE, Verdict.DENY, Verdict.ASK, Verdict.PERSON
ABOUT_AN_ORDER = BILLING_ERRORS | {
    Category.PACK_NOT_CREDITED,
    Category.EU_WITHDRAWAL,
    Category.CREDITED_PACK,
    Category.MID_PERIOD,
}
PROVEN = {
    "order": order(),
    "order_match": OrderMatch.ONE,
    "subscription": replace(CANCELLED, charged_after=(renewal(),)),
    "duplicate": DuplicateFacts(order=order(), payments=(payment(1), payment(2))),
    "generation": GenerationFacts(
        id="gen_1", outcome="delivered", credits_taken=10, credits_returned=0
    ),
    "preference": Preference.REFUND,
}


@pytest.mark.parametrize("category", Category)
def test_an_unproven_sender_gets_nothing_decided_whatever_the_facts(category):
    decision = decide(request(category, sender_proven=False, **PROVEN))
    assert (decision.verdict, decision.rule) == (PERSON, "sender_unproven")
    assert decision.actions == ()


@pytest.mark.parametrize("category", Category)
def test_words_alone_neither_deny_nor_grant(category):
    decision = decide(request(category, preference=Preference.REFUND))
    assert decision.verdict in {ASK, PERSON}
    assert decision.actions == ()


@pytest.mark.parametrize("category", sorted(set(Category) - {Category.OTHER}))
def test_several_orders_are_a_persons_whatever_is_asked(category):
    facts = request(category, order_match=OrderMatch.SEVERAL)
    assert decide(facts).rule == "several_orders"


@pytest.mark.parametrize("category", sorted(ABOUT_AN_ORDER))
def test_somebody_elses_order_is_treated_as_none(category):
    other = decide(request(category, order_match=OrderMatch.NOT_FOUND))
    none = decide(request(category, order_match=OrderMatch.NOT_GIVEN))
    assert (other.verdict, other.asks, other.sentence) == (none.verdict, none.asks, none.sentence)
    assert (other.verdict, other.asks) == (ASK, "order_id")


@pytest.mark.parametrize(
    ("landed", "unspent"),
    [
        (59 * MINUTE, "pack_credited"),
        (60 * MINUTE, "pack_credited"),
        (60 * MINUTE + SECOND, "pack_late_refund"),
        (61 * MINUTE, "pack_late_refund"),
    ],
)
@pytest.mark.parametrize("used", [0, 1])
@pytest.mark.parametrize("category", [Category.PACK_NOT_CREDITED, Category.CREDITED_PACK])
def test_the_hour_of_a_pack_that_has_landed(category, landed, unspent, used):
    """An American's, so that no right of withdrawal stands before the policy's words."""
    about = order(country="US", credited_at=BOUGHT + landed, credits_used=used)
    decision = decide(request(category, about, preference=Preference.REFUND))
    assert decision.rule == ("pack_credited" if used else unspent)


@pytest.mark.parametrize(
    ("minutes", "rules"),
    [
        (59, ("pack_completed", "pack_completed", "pack_within_the_hour")),
        (60, ("pack_completed", "pack_completed", "pack_within_the_hour")),
        (61, ("pack_choice", "pack_late_completed", "pack_late_refund")),
    ],
)
def test_the_hour_of_a_pack_that_has_not(minutes, rules):
    preferences = (None, Preference.COMPLETE, Preference.REFUND)
    for preference, rule in zip(preferences, rules, strict=True):
        facts = request(Category.PACK_NOT_CREDITED, uncredited(), preference=preference)
        assert decide(facts, BOUGHT + minutes * MINUTE).rule == rule


@pytest.mark.parametrize("category", sorted(Category))
@pytest.mark.parametrize("about", [order(), renewal(id="cs_1", is_renewal=False)])
def test_nobody_with_an_open_right_is_denied(category, about):
    """Used or unused, on the last second of the last day, whatever the mail calls it."""
    for used in (0, 1):
        facts = request(category, replace(about, credits_used=used), received_at=CLOSES - SECOND)
        decision = decide(facts, CLOSES - SECOND)
        assert decision.verdict is not DENY


MONEY = {
    "withdrawal": request(Category.EU_WITHDRAWAL, order()),
    "pack_late_refund": request(
        Category.PACK_NOT_CREDITED, order(credited_at=BOUGHT + DAY), preference=Preference.REFUND
    ),
    "charged_after_cancellation": request(
        Category.CHARGED_AFTER_CANCELLATION, renewal(), subscription=CANCELLED
    ),
    "charged_twice": request(
        Category.CHARGED_TWICE,
        duplicate=DuplicateFacts(order=order(), payments=(payment(1), payment(2))),
    ),
}


@pytest.mark.parametrize("rule", MONEY)
def test_every_way_to_money_has_its_safeguards(rule):
    facts = MONEY[rule]
    assert (decide(facts).verdict, decide(facts).rule) == (APPROVE, rule)
    for changes, safeguard in (
        ({"account_refunds": FIRST.velocity_account_refunds_max}, "velocity_account"),
        ({"card_refunds": FIRST.velocity_card_refunds_max}, "velocity_card"),
    ):
        stopped = decide(replace(facts, **changes))
        assert (stopped.verdict, stopped.rule) == (PERSON, safeguard)
        assert stopped.actions == decide(facts).actions


@pytest.mark.parametrize("category", sorted(Category))
@pytest.mark.parametrize(
    ("received", "next_day", "same_day"),
    [
        # Thursday noon; Friday evening in Berlin; Saturday; the day before German Unity Day
        ((2026, 9, 10, 12), (2026, 9, 11, 12), (2026, 9, 10, 22)),
        ((2026, 9, 11, 20), (2026, 9, 14, 20), (2026, 9, 11, 22)),
        ((2026, 9, 12, 9), (2026, 9, 14, 22), (2026, 9, 14, 22)),
        ((2028, 10, 2, 9), (2028, 10, 4, 9), (2028, 10, 2, 22)),
    ],
)
def test_due_times_count_business_days(category, received, next_day, same_day):
    calendar = BusinessCalendar("Europe/Berlin", "DE")
    due = case_due_at(category, datetime(*received, tzinfo=UTC), FIRST, calendar)
    expected = next_day if category in BILLING_ERRORS else same_day
    assert due == datetime(*expected, tzinfo=UTC)
