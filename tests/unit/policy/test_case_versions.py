"""Cases under several versions, their due times, and the laws that hold for any case."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reprise.policy.book import PolicyBook
from reprise.policy.calendar import BusinessCalendar
from reprise.policy.deciding import case_due_at, governing_version
from reprise.policy.decision import Verdict
from reprise.policy.facts import Category, Preference, Settlement

from tests.support.policy import (
    BOUGHT,
    CANCELLED,
    CLOSES,
    DAY,
    FIRST,
    FIRST_TEXT,
    LATE,
    MINUTE,
    decide,
    order,
    renewal,
    request,
    text,
    uncredited,
)

APPROVE = Verdict.APPROVE
DENY = Verdict.DENY
ASK = Verdict.ASK
PERSON = Verdict.PERSON

STRICTER = PolicyBook.of(
    [
        FIRST_TEXT,
        text(
            "2026-10-01",
            datetime(2026, 10, 1, tzinfo=UTC),
            material=True,
            pack_credit_minutes=120,
            withdrawal_days=30,
            leftover_days=30,
        ),
    ]
)


def test_an_order_is_judged_by_the_policy_of_its_purchase():
    """Two packs, both 90 minutes late, both asked about on the same day under two policies."""
    told = {"2026-10-01": datetime(2026, 9, 1, tzinfo=UTC)}
    now = datetime(2026, 10, 20, 12, tzinfo=UTC)
    old = uncredited(purchased_at=now - 90 * MINUTE)
    new = replace(old, policy_version=STRICTER.in_force(now, told).id)
    rules = {}
    for about in (old, new):
        facts = request(Category.PACK_NOT_CREDITED, about, received_at=now)
        decision = decide(facts, now, governing_version(facts, STRICTER, told))
        rules[decision.policy_version] = decision.rule
    assert rules == {"2026-05-02": "pack_choice", "2026-10-01": "pack_completed"}


def test_a_case_without_an_order_is_judged_by_the_policy_in_force():
    told = {"2026-10-01": datetime(2026, 9, 1, tzinfo=UTC)}
    facts = request(Category.OUTAGE, received_at=datetime(2026, 10, 2, tzinfo=UTC))
    assert governing_version(facts, STRICTER, told).id == "2026-10-01"
    assert governing_version(facts, STRICTER).id == "2026-05-02"


def test_a_longer_window_of_a_policy_is_kept():
    facts = request(Category.EU_WITHDRAWAL, order(), received_at=BOUGHT + 20 * DAY)
    assert decide(facts).verdict is DENY
    assert decide(facts, policy=STRICTER.version("2026-10-01")).verdict is APPROVE


@pytest.mark.parametrize(
    ("category", "due"),
    [
        (Category.WRONG_CARD, BOUGHT + DAY),
        (Category.CHARGED_AFTER_CANCELLATION, BOUGHT + DAY),
        (Category.EU_WITHDRAWAL, datetime(2026, 9, 10, 22, tzinfo=UTC)),
        (Category.OTHER, datetime(2026, 9, 10, 22, tzinfo=UTC)),
    ],
)
def test_billing_errors_have_a_business_day_and_the_rest_the_same_day(category, due):
    assert case_due_at(category, BOUGHT, FIRST, BusinessCalendar("Europe/Berlin", "DE")) == due


# Laws that hold for any case.
orders = st.builds(
    order,
    country=st.sampled_from(["DE", "US", "", "ES"]),
    settlement=st.sampled_from(Settlement),
    amount_minor=st.integers(0, 20_000),
    refunded_minor=st.integers(0, 20_000),
    credits_used=st.integers(0, 2),
    is_renewal=st.booleans(),
    is_business=st.booleans(),
    is_disputed=st.booleans(),
    money_requested=st.booleans(),
    credited_at=st.sampled_from([None, BOUGHT, LATE]),
) | st.builds(renewal, country=st.sampled_from(["DE", "US"]), credits_used=st.integers(0, 1))
cases = st.builds(
    request,
    st.sampled_from(Category),
    st.none() | orders,
    confidence_percent=st.sampled_from([50, 90]),
    sender_proven=st.booleans(),
    preference=st.none() | st.sampled_from(Preference),
    received_at=st.sampled_from([BOUGHT, CLOSES, CLOSES + 9 * DAY]),
    subscription=st.sampled_from([None, CANCELLED]),
    account_refunds=st.integers(0, 3),
)
nows = st.integers(0, 60).map(lambda days: BOUGHT + days * DAY)


@given(cases, nows)
def test_money_leaves_by_itself_only_on_proof(facts, now):
    decision = decide(facts, now)
    assert decision == decide(facts, now)
    moved = [action for action in decision.actions if action.amount_minor]
    if decision.verdict is APPROVE and moved:
        assert facts.sender_proven
        assert facts.account_refunds < FIRST.velocity_account_refunds_max
        assert sum(action.amount_minor for action in moved) <= 10_000
        assert decision.rule in {"withdrawal", "pack_late_refund", "charged_after_cancellation"}
        assert not facts.order.is_disputed
        assert moved[0].amount_minor <= facts.order.refundable_minor
    assert (decision.approvers > 0) is (decision.verdict is PERSON)
    assert bool(decision.asks) is (decision.verdict is ASK)


@given(cases, nows)
def test_a_denial_quotes_the_policy_and_overrides_no_right(facts, now):
    decision = decide(facts, now)
    if decision.verdict is not DENY:
        return
    assert decision.sentence
    assert not decision.actions
    about = facts.order
    if about is not None and about.country in {"DE", "ES"} and facts.received_at < CLOSES:
        assert about.settlement not in {Settlement.CREDITED, Settlement.UNCREDITED}
