"""Generations, requests that are unsure, and approvals that need people."""

from dataclasses import replace

import pytest
from reprise.policy.decision import Action, ActionKind, Verdict
from reprise.policy.facts import Category, GenerationFacts, OrderMatch

from tests.support.policy import check, decide, order, request

APPROVE = Verdict.APPROVE
DENY = Verdict.DENY
ASK = Verdict.ASK
PERSON = Verdict.PERSON


@pytest.mark.parametrize(
    ("outcome", "verdict", "rule", "sentence"),
    [
        ("delivered", DENY, "generation_delivered", "aren't refundable"),
        ("failed", APPROVE, "generation_refunded", "refunded to your balance"),
        ("partial", APPROVE, "generation_refunded", "refunded to your balance"),
        (None, APPROVE, "generation_open", "refunded to your balance"),
    ],
)
@pytest.mark.parametrize("category", [Category.FAILED_GENERATION, Category.DISLIKED_RESULT])
def test_a_generation_is_judged_by_its_outcome(category, outcome, verdict, rule, sentence):
    found = GenerationFacts(id="gen_1", outcome=outcome, credits_taken=10, credits_returned=0)
    decision = decide(request(category, generation=found))
    settle = (Action(ActionKind.SETTLE_GENERATION, "gen_1"),)
    check(decision, verdict, rule, () if outcome else settle)
    assert sentence in decision.sentence


@pytest.mark.parametrize("category", [Category.FAILED_GENERATION, Category.DISLIKED_RESULT])
def test_an_unknown_generation_is_asked_for_and_never_denied_on_words(category):
    decision = decide(request(category))
    check(decision, ASK, "generation_unknown")
    assert decision.asks == "generation"


def test_a_result_that_does_not_please_is_not_refundable():
    found = GenerationFacts(id="g", outcome="delivered", credits_taken=10, credits_returned=0)
    decision = decide(request(Category.DISLIKED_RESULT, generation=found))
    check(decision, DENY, "generation_delivered")
    assert "even if the result isn't the vibe you were going for" in decision.sentence


@pytest.mark.parametrize(
    ("about", "verdict", "rule"),
    [
        (order(), APPROVE, "withdrawal"),
        (order(credits_used=1), PERSON, "withdrawal_used"),
        (order(country="US"), DENY, "pack_credited"),
    ],
)
def test_an_order_of_songs_that_do_not_please_is_judged_as_an_order(about, verdict, rule):
    decision = decide(request(Category.DISLIKED_RESULT, about))
    assert (decision.verdict, decision.rule) == (verdict, rule)


# Who may not be answered automatically, and when a person must agree.
@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"sender_proven": False}, "sender_unproven"),
        ({"category": Category.OTHER}, "category_other"),
        ({"confidence_percent": 79}, "category_unsure"),
        ({"order_match": OrderMatch.SEVERAL, "order": None}, "several_orders"),
        ({"category": Category.OUTAGE}, "outage_discretion"),
    ],
)
def test_what_is_unsure_goes_to_a_person(changes, rule):
    decision = decide(replace(request(Category.CREDITED_PACK, order()), **changes))
    check(decision, PERSON, rule)
    assert decision.approvers == 1


def test_80_percent_is_sure_enough():
    facts = request(Category.EU_WITHDRAWAL, order(), confidence_percent=80)
    assert decide(facts).verdict is APPROVE


@pytest.mark.parametrize("match", [OrderMatch.NOT_GIVEN, OrderMatch.NOT_FOUND])
@pytest.mark.parametrize("category", [Category.CREDITED_PACK, Category.WRONG_TIER])
def test_an_order_that_is_not_the_senders_is_asked_for_like_a_missing_one(category, match):
    decision = decide(request(category, order_match=match))
    assert (decision.verdict, decision.asks) == (ASK, "order_id")
    assert decision.sentence == "- The order or transaction ID (from your Stripe receipt)"


@pytest.mark.parametrize(
    ("about", "changes", "rule", "approvers"),
    [
        ({"is_disputed": True}, {}, "disputed", 1),
        ({}, {"account_refunds": 2}, "velocity_account", 1),
        ({}, {"card_refunds": 2}, "velocity_card", 1),
        ({}, {"account_refunds": 1, "card_refunds": 1}, "withdrawal", 0),
        ({"amount_minor": 10_000}, {}, "withdrawal", 0),
        ({"amount_minor": 10_001}, {}, "four_eyes", 2),
        ({"amount_minor": 10_001, "refunded_minor": 1}, {}, "withdrawal", 0),
        ({"amount_minor": 1, "currency": "xau"}, {}, "four_eyes", 2),
        ({"amount_minor": 10_001, "is_disputed": True}, {}, "disputed", 2),
        ({"amount_minor": 0}, {}, "nothing_paid", 1),
    ],
)
def test_safeguards_hand_an_approval_to_people(about, changes, rule, approvers):
    decision = decide(request(Category.EU_WITHDRAWAL, order(**about), **changes))
    assert (decision.rule, decision.approvers) == (rule, approvers)
    assert decision.verdict is (PERSON if approvers else APPROVE)
    assert decision.actions
    if approvers:
        assert ("approved_by_rule", "withdrawal") in decision.evidence
