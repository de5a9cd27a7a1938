"""Cases from the facts to their end."""

import json
from dataclasses import replace

import pytest
from reprise.cases.model import CaseState
from reprise.ledger.charges import Outcome
from reprise.ledger.commands import SettleCharge
from reprise.ledger.orders import OrderStatus
from reprise.policy.facts import Category, Preference
from reprise.ports.ledger import Alias
from reprise.usecases.cases.desk import ANSWER_AWAITED, account_tally, card_tally

from tests.support.cases import letter
from tests.support.desk import ADA, BOUGHT, NOW, ORDER, PAID, PAYMENT, World
from tests.support.ledger import CAUSE, DAY, HOUR
from tests.support.stripe import body, deliver


@pytest.fixture
def world():
    return World()


def test_an_unused_pack_is_refunded_within_the_withdrawal_window(world):
    world.open()
    case = world.work()
    assert (case.state, case.decision.rule) == (CaseState.APPROVED, "withdrawal")
    assert world.refunds == {PAYMENT: PAID}
    assert world.balance == 0
    (attempt,) = case.attempts
    assert (attempt.attempt_id, attempt.refund_id) == ("C1#1", "re_1")
    assert len(world.told) == 1
    assert world.told[0].startswith("we have refunded 15.00 EUR")
    steps = ["opened", "decided", "attempt", "refunded", "done", "answering", "answered"]
    assert world.actions() == steps


def test_an_answer_is_threaded_and_leads_back_to_its_case(world):
    case = world.open("CABCDEFGHIJ")
    world.work("CABCDEFGHIJ")
    (mail,) = world.outbox.sent
    headers = dict(mail.headers)
    assert mail.to == "ada@example.com"
    assert headers["In-Reply-To"] == headers["References"] == f"<{case.letter.message_id}>"
    assert headers["Auto-Submitted"] == "auto-replied"
    assert mail.reply_to.startswith("refunds+cabcdefghij.")
    tag = mail.reply_to.partition("+")[2].partition("@")[0]
    assert world.cases.bound(f"address:{tag}") == "CABCDEFGHIJ"
    assert world.cases.bound("message:mail-1") == "CABCDEFGHIJ"
    assert "Please." not in mail.text + mail.html


def test_the_webhook_of_our_own_refund_takes_nothing_more(world):
    world.open()
    world.work()
    event = json.loads(body("refund_of_ours"))
    event["data"]["object"] |= {"id": "re_1", "metadata": {"reprise_attempt": "C1#1"}}
    deliver(world.books, json.dumps(event).encode(), NOW)
    (order,) = world.books.ledger.store.orders_of(ADA)
    assert order.refunded == PAID
    assert world.balance == 0


def test_used_credits_are_a_persons_call(world):
    world.use()
    world.open()
    case = world.work()
    assert (case.state, case.decision.rule) == (CaseState.PERSON, "withdrawal_used")
    assert world.refunds == {}
    assert world.told[0].startswith("thank you for writing")


def test_credits_used_between_decision_and_refund_are_not_refunded(world):
    """Looked at again in the transaction that takes the credits back."""
    world.open()

    def using(root):
        if world.cases.case("C1").decision and world.balance == 1000:
            world.use(now=NOW)
        return world.stripe.bought(root)

    world.on_stripe(bought=using)
    case = world.work()
    assert (case.state, case.decision.rule) == (CaseState.PERSON, "withdrawal_used")
    assert case.attempts[0].why == "the credits were used meanwhile"
    assert world.balance == 990


def test_a_credited_pack_outside_the_eu_is_denied_with_the_policys_sentence():
    world = World(country="US")
    world.open(category=Category.CREDITED_PACK)
    case = world.work()
    assert (case.state, case.decision.rule) == (CaseState.DENIED, "pack_credited")
    assert "Credit packs are non-refundable once the credits land" in world.outbox.sent[0].text


def test_an_unknown_order_is_asked_for_once_and_then_left_to_a_person(world):
    world.open(category=Category.CREDITED_PACK, wish={"orders": ()})
    case = world.work()
    assert (case.state, case.wakes_at) == (CaseState.ASKED, NOW + ANSWER_AWAITED)
    assert "transaction ID" in world.told[0]
    world.cases.cases["C1"] = replace(case, state=CaseState.OPEN, wakes_at=NOW)
    assert world.work().state is CaseState.PERSON


def test_a_question_without_answer_closes_the_case(world):
    world.open(category=Category.CREDITED_PACK, wish={"orders": ()})
    world.work()
    assert world.work(now=NOW + ANSWER_AWAITED).state is CaseState.CLOSED
    assert len(world.told) == 1


def test_another_accounts_order_is_answered_like_none_and_flagged(world):
    world.open("C1", category=Category.CREDITED_PACK, wish={"orders": ()})
    world.work("C1")
    world.open("C2", category=Category.CREDITED_PACK, wish={"orders": (), "foreign": ("pi_x",)})
    world.books.alias(Alias("usr_eve", "cs_eve"), ["pi_x"])
    case = world.work("C2")
    assert case.state is CaseState.ASKED
    assert world.told[0] == world.told[1]
    assert "another account" in world.cases.journal("C2")[1].details["foreign"]


def test_an_unproven_sender_waits_for_a_person_in_silence(world):
    world.open(letter=letter(proven=False), account_id=None)
    case = world.work()
    assert (case.state, case.decision.rule) == (CaseState.PERSON, "sender_unproven")
    assert world.told == []
    assert world.done.metrics == ()


def test_a_pack_that_never_landed_is_completed_or_refunded_as_the_customer_likes():
    for preference, balance, refunds in (
        (Preference.COMPLETE, 1000, {}),
        (Preference.REFUND, None, {PAYMENT: PAID}),
    ):
        world = World(credited=False)
        wish = {"orders": (), "foreign": (ORDER,), "preference": preference}
        world.open(category=Category.PACK_NOT_CREDITED, wish=wish)
        case = world.work()
        assert case.state is CaseState.APPROVED
        assert world.refunds == refunds
        assert (world.balance or None) == balance
        (order,) = world.books.ledger.store.orders_of(ADA)
        assert (order.status is OrderStatus.REFUNDED) == (preference is Preference.REFUND)


def test_a_refunded_pack_is_not_credited_by_a_late_webhook():
    world = World(credited=False)
    wish = {"orders": (), "foreign": (PAYMENT,), "preference": Preference.REFUND}
    world.open(category=Category.PACK_NOT_CREDITED, wish=wish)
    world.work()
    deliver(world.books, "checkout_pack_paid", NOW + HOUR)
    assert world.balance == 0


def test_a_late_pack_without_a_choice_is_asked_about():
    world = World(credited=False)
    world.open(category=Category.PACK_NOT_CREDITED, wish={"orders": (), "foreign": (ORDER,)})
    case = world.work()
    assert (case.state, case.choice_asked) == (CaseState.ASKED, True)
    assert "Credit my account" in world.told[0]


def test_what_was_paid_twice_is_refunded_once_and_takes_no_credits(world):
    world.paid_twice()
    world.open(category=Category.CHARGED_TWICE)
    case = world.work()
    assert (case.state, case.decision.rule) == (CaseState.APPROVED, "charged_twice")
    assert world.refunds == {"pi_again": PAID}
    assert world.balance == 1000
    attempt = case.attempts[0]
    found = {"payment_intent": "pi_again", "charge": None, "id": attempt.refund_id}
    found |= {"metadata": {"reprise_attempt": attempt.attempt_id}}
    for status in ("succeeded", "failed"):
        event = json.loads(body("refund_of_ours"))
        event["data"]["object"] |= found | {"status": status}
        deliver(world.books, json.dumps(event).encode(), NOW)
        assert world.balance == 1000


def test_a_purchase_paid_twice_is_found_without_an_id(world):
    world.paid_twice()
    world.open(category=Category.CHARGED_TWICE, wish={"orders": ()})
    assert world.work().decision.rule == "charged_twice"


def test_a_failed_generation_is_answered_and_an_open_one_awaited(world):
    world.use()
    world.open(category=Category.FAILED_GENERATION, wish={"orders": (), "songs": ("gen_1",)})
    case = world.work()
    assert (case.state, case.decision.rule) == (CaseState.OPEN, "generation_open")
    assert world.told == []
    failed = SettleCharge("gen_1", Outcome.FAILED, CAUSE)
    world.books.ledger.run(ADA, failed, NOW)
    case = world.work(now=NOW + HOUR)
    assert (case.state, case.decision.rule) == (CaseState.APPROVED, "generation_refunded")
    assert world.told[0].startswith("10 of the 10 credits of that generation are back")


def test_a_generation_that_stays_open_goes_to_a_person_when_the_case_is_due(world):
    world.use()
    world.open(category=Category.FAILED_GENERATION, wish={"orders": (), "songs": ("gen_1",)})
    assert world.settled().state is CaseState.PERSON


def test_repeat_refunders_go_to_a_person(world):
    for number in (1, 2):
        world.tallies.add(card_tally("card_ada"), f"C0#{number}", NOW - DAY)
    world.open()
    case = world.work()
    assert (case.state, case.decision.rule) == (CaseState.PERSON, "velocity_card")


def test_a_refund_counts_for_account_and_card(world):
    world.open()
    world.work()
    for subject in (account_tally(ADA), card_tally("card_ada")):
        assert world.tallies.count(subject, NOW - DAY) == 1


def test_an_unknown_case_is_nobodys(world):
    world.work("C9")
    assert world.done.done == "unknown"


def test_an_order_credited_meanwhile_is_not_refunded_as_uncredited():
    world = World(credited=False)
    wish = {"orders": (), "foreign": (ORDER,), "preference": Preference.REFUND}
    world.open(category=Category.PACK_NOT_CREDITED, wish=wish)

    def crediting(stripe_id):
        if world.cases.case("C1").attempts:
            deliver(world.books, "checkout_pack_paid", BOUGHT + DAY)
        return world.stripe.session_of(stripe_id)

    world.on_stripe(session_of=crediting)
    case = world.work()
    assert case.attempts[0].why == "its credits landed meanwhile"
    assert case.state is CaseState.APPROVED  # late, unspent: still their choice
    assert world.refunds == {PAYMENT: PAID}


def test_a_checkout_that_made_an_invoice_is_never_refunded_as_uncredited():
    """Its credits come under the invoice's key, so credits and money could both go out."""
    world = World(credited=False)
    for stripe_id, session in world.stripe.sessions.items():
        world.stripe.sessions[stripe_id] = replace(session, invoice="in_1")
    wish = {"orders": (), "foreign": (ORDER,), "preference": Preference.REFUND}
    world.open(category=Category.PACK_NOT_CREDITED, wish=wish)
    world.work()
    assert world.refunds == {}
