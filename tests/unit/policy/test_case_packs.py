"""Packs: who asks when, for what, and what has happened until then."""

from dataclasses import replace

import pytest
from reprise.policy.decision import Verdict
from reprise.policy.facts import Category, Preference, Settlement

from tests.support.policy import (
    BACK,
    BOUGHT,
    CREDIT,
    LATE,
    MINUTE,
    check,
    decide,
    order,
    renewal,
    request,
    uncredited,
)

APPROVE = Verdict.APPROVE
DENY = Verdict.DENY
ASK = Verdict.ASK
PERSON = Verdict.PERSON
REFUND = Preference.REFUND
COMPLETE = Preference.COMPLETE

PACKS = [
    # not credited, before and after the hour
    (uncredited(), None, BOUGHT + 60 * MINUTE, (APPROVE, "pack_completed", CREDIT)),
    (uncredited(), COMPLETE, BOUGHT + 60 * MINUTE, (APPROVE, "pack_completed", CREDIT)),
    (uncredited(), REFUND, BOUGHT + 60 * MINUTE, (PERSON, "pack_within_the_hour", BACK)),
    (uncredited(), None, LATE, (ASK, "pack_choice", ())),
    (uncredited(), COMPLETE, LATE, (APPROVE, "pack_late_completed", CREDIT)),
    (uncredited(), REFUND, LATE, (APPROVE, "pack_late_refund", BACK)),
    # an open request for the money blocks completion
    (uncredited(money_requested=True), COMPLETE, LATE, (PERSON, "pack_requests_differ", CREDIT)),
    (
        uncredited(money_requested=True),
        None,
        BOUGHT + MINUTE,
        (PERSON, "pack_within_the_hour", BACK),
    ),
    # credited late keeps the choice while it is unspent
    (order(credited_at=LATE), None, LATE, (ASK, "pack_choice", ())),
    (order(credited_at=LATE), REFUND, LATE, (APPROVE, "pack_late_refund", BACK)),
    (order(credited_at=LATE), COMPLETE, LATE, (APPROVE, "already_credited", ())),
    (
        order(credited_at=LATE, credits_used=1, country="US"),
        REFUND,
        LATE,
        (DENY, "pack_credited", ()),
    ),
    # credited in time is final (for an American)
    (
        order(credited_at=BOUGHT + 60 * MINUTE, country="US"),
        REFUND,
        LATE,
        (DENY, "pack_credited", ()),
    ),
    (order(country="US"), None, LATE, (APPROVE, "already_credited", ())),
    (order(country="US"), COMPLETE, LATE, (APPROVE, "already_credited", ())),
    # other ends
    (
        order(refunded_minor=1500, settlement=Settlement.REFUNDED),
        REFUND,
        LATE,
        (APPROVE, "already_refunded", ()),
    ),
    (order(settlement=Settlement.REFUNDED), REFUND, LATE, (PERSON, "order_unsettled", ())),
    (uncredited(settlement=Settlement.UNPAID), None, LATE, (PERSON, "order_unsettled", ())),
    (uncredited(amount_minor=0), REFUND, LATE, (PERSON, "nothing_paid", None)),
]


@pytest.mark.parametrize(("about", "preference", "now", "expected"), PACKS)
def test_a_pack_not_credited(about, preference, now, expected):
    facts = request(Category.PACK_NOT_CREDITED, about, preference=preference)
    decision = decide(facts, now)
    verdict, rule, actions = expected
    check(decision, verdict, rule, decision.actions if actions is None else actions)


def test_a_choice_is_asked_once():
    facts = request(Category.PACK_NOT_CREDITED, uncredited(), choice_asked=True)
    check(decide(facts, LATE), PERSON, "pack_choice_unclear")
    asked = decide(replace(facts, choice_asked=False), LATE)
    assert (asked.asks, asked.approvers) == ("preference", 0)
    assert "complete it or refund the charge - your choice" in asked.sentence


def test_a_subscription_is_not_a_pack_that_was_not_credited():
    check(decide(request(Category.PACK_NOT_CREDITED, renewal())), PERSON, "not_a_pack")
