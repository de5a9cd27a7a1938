"""Billing errors: what is proven is refunded, the rest is a person's."""

from dataclasses import replace

import pytest
from reprise.policy.decision import Action, ActionKind, Verdict
from reprise.policy.facts import Category, DuplicateFacts, Preference

from tests.support.policy import (
    BOUGHT,
    CANCELLED,
    CREDIT,
    LATE,
    SECOND,
    check,
    decide,
    order,
    payment,
    renewal,
    request,
    uncredited,
)

APPROVE = Verdict.APPROVE
ASK = Verdict.ASK
PERSON = Verdict.PERSON
COMPLETE = Preference.COMPLETE

AFTER = renewal(id="in_2", country="US")
MONEY = (Action(ActionKind.REFUND_ORDER, "in_2", "", 1000, "usd"),)


@pytest.mark.parametrize(
    ("about", "subscription", "verdict", "rule"),
    [
        (AFTER, CANCELLED, APPROVE, "charged_after_cancellation"),
        (AFTER, None, PERSON, "billing_error_unproven"),
        # paid before the cancellation was confirmed
        (
            AFTER,
            replace(CANCELLED, cancel_confirmed_at=BOUGHT),
            PERSON,
            "billing_error_unproven",
        ),
        # paid for time before it took effect
        (
            AFTER,
            replace(CANCELLED, cancel_effective_at=BOUGHT + SECOND),
            PERSON,
            "billing_error_unproven",
        ),
        (replace(AFTER, period_start=None), CANCELLED, PERSON, "billing_error_unproven"),
        (order(country="US"), CANCELLED, PERSON, "billing_error_unproven"),
        (replace(AFTER, refunded_minor=1000), CANCELLED, APPROVE, "already_refunded"),
    ],
)
def test_charged_after_a_confirmed_cancellation(about, subscription, verdict, rule):
    facts = request(Category.CHARGED_AFTER_CANCELLATION, about, subscription=subscription)
    proven = rule == "charged_after_cancellation"
    check(decide(facts), verdict, rule, MONEY if proven else ())


def test_invoices_after_a_cancellation_are_found_without_an_id():
    known = replace(CANCELLED, charged_after=(AFTER, replace(AFTER, id="in_3"), order()))
    facts = request(Category.CHARGED_AFTER_CANCELLATION, subscription=known)
    decision = decide(facts)
    assert [action.target for action in decision.actions] == ["in_2", "in_3"]
    unknown = replace(facts, subscription=CANCELLED)
    assert (decide(unknown).verdict, decide(unknown).asks) == (ASK, "order_id")


@pytest.mark.parametrize("category", [Category.MID_PERIOD, Category.DISLIKED_RESULT])
def test_a_proven_error_outweighs_the_words_of_the_request(category):
    facts = request(category, AFTER, subscription=CANCELLED)
    check(decide(facts), APPROVE, "charged_after_cancellation", MONEY)


def part(number, amount):
    return replace(payment(number), amount_minor=amount)


@pytest.mark.parametrize(
    ("payments", "verdict", "rule", "back"),
    [
        ([payment(2), payment(1)], APPROVE, "charged_twice", {"pi_2": 1500}),
        ([payment(1), payment(2, 500)], APPROVE, "charged_twice", {"pi_2": 1000}),
        (
            [payment(3), payment(1), payment(2)],
            APPROVE,
            "charged_twice",
            {"pi_2": 1500, "pi_3": 1500},
        ),
        # somebody gave the first one back by hand: the second is the one to keep
        ([payment(1, 1500), payment(2)], APPROVE, "already_refunded", {}),
        # two parts of the price, and what was paid beyond them
        ([part(1, 750), part(2, 750)], PERSON, "billing_error_unproven", {}),
        ([part(1, 1000), part(2, 900)], PERSON, "billing_error_unproven", {}),
        ([part(1, 750), part(2, 750), payment(3)], APPROVE, "charged_twice", {"pi_3": 1500}),
        ([payment(1)], PERSON, "billing_error_unproven", {}),
        ([], PERSON, "billing_error_unproven", {}),
    ],
)
def test_two_payments_of_one_purchase(payments, verdict, rule, back):
    duplicate = DuplicateFacts(order=order(), payments=tuple(payments))
    decision = decide(request(Category.CHARGED_TWICE, order(), duplicate=duplicate))
    assert (decision.verdict, decision.rule) == (verdict, rule)
    assert {action.payment: action.amount_minor for action in decision.actions} == back
    assert all(action.kind is ActionKind.REFUND_PAYMENT for action in decision.actions)


def test_a_duplicate_is_seen_even_if_the_request_says_otherwise():
    duplicate = DuplicateFacts(order=order(country="US"), payments=(payment(1), payment(2)))
    facts = request(Category.CREDITED_PACK, order(country="US"), duplicate=duplicate)
    assert decide(facts).rule == "charged_twice"


@pytest.mark.parametrize("category", [Category.WRONG_CARD, Category.WRONG_TIER])
def test_other_billing_errors_are_a_persons(category):
    decision = decide(request(category, order()))
    check(decision, PERSON, "billing_error_unproven")
    assert decision.approvers == 1
    assert "sort it within one business day" in decision.sentence


def test_amounts_of_one_case_are_added_up():
    half = renewal(amount_minor=6_000, country="US")
    known = replace(CANCELLED, charged_after=(half, replace(half, id="in_3")))
    decision = decide(request(Category.CHARGED_AFTER_CANCELLATION, subscription=known))
    assert (decision.rule, decision.approvers) == ("four_eyes", 2)


def test_a_disputed_duplicate_is_seen():
    duplicate = DuplicateFacts(order=order(is_disputed=True), payments=(payment(1), payment(2)))
    assert decide(request(Category.CHARGED_TWICE, duplicate=duplicate)).rule == "disputed"


def test_owed_credits_come_back_however_often_somebody_asks():
    facts = request(Category.PACK_NOT_CREDITED, uncredited(), preference=COMPLETE)
    check(decide(replace(facts, account_refunds=99), LATE), APPROVE, "pack_late_completed", CREDIT)
