"""Which sentences claim something: not what is merely asked, settled, taken back or not wanted."""

import pytest
from reprise.mail.intent import read_intent
from reprise.policy.facts import Category


@pytest.mark.parametrize(
    ("category", "text"),
    [
        (Category.CHARGED_TWICE, "Why was I charged twice for one pack?"),
        (Category.CHARGED_TWICE, "I was charged twice, can you refund one?"),
        (Category.CHARGED_TWICE, "Warum wurde mir das Abo doppelt abgebucht?"),
        (Category.PACK_NOT_CREDITED, "Where are the credits that I bought yesterday?"),
        (Category.EU_WITHDRAWAL, "I withdraw from my contract. I do not want to keep my plan."),
        (Category.FAILED_GENERATION, 'The song "Charged Twice" failed, credits gone.'),
        (Category.FAILED_GENERATION, 'It ended with "Generation failed", credits gone.'),
        (Category.FAILED_GENERATION, "The song for my daughter failed, credits gone."),
        (
            Category.CHARGED_AFTER_CANCELLATION,
            "Am 14. September habe ich gekündigt, am 1. Oktober wurde wieder abgebucht.",
        ),
        (
            Category.CHARGED_AFTER_CANCELLATION,
            "I cancelled on 3 May. You confirmed it. The card was charged on 1 June. Refund it.",
        ),
    ],
)
def test_what_a_question_an_affirmed_wish_and_an_order_of_events_say(category, text):
    intent = read_intent("", text)
    assert [request.category for request in intent.requests] == [category], intent
    assert intent.confident, intent


@pytest.mark.parametrize(
    "text",
    [
        "Was I charged twice for one pack?",
        "Wurde mir das Abo doppelt abgebucht?",
        "Could you check whether I was charged twice?",
        "I withdraw from my contract. No, I'd like to keep my plan after all.",
        "My daughter's account was charged twice.",
        "The card was charged on 1 May. You confirmed that it is my plan. I cancelled on 3 June.",
        "I cancelled today. You confirmed it. I was charged for this month on the 1st. Refund it.",
        "The pack that I bought was missing, but the credits have now arrived.",
        "My song failed, the credits were returned.",
        "I was charged twice and you already refunded one.",
        "I bought a pack, credits never came. Please refund it. Update: they arrived, thanks.",
        "One pack was charged twice. Please do not refund it, I want to ask my bank first.",
        "My song is called 'Charged twice', please refund it.",
        'Check the lyrics: "you cancelled me and charged me again". Please refund nothing.',
        "Your page charges twice as much in euros.",
        "We have three accounts, all were charged twice.",
        "I was charged twice by another tool.",
        "I am out of the office. If your mail is about being charged twice, ask my colleague.",
    ],
)
def test_what_is_asked_settled_taken_back_or_not_wanted_goes_to_a_person(text):
    assert not read_intent("", text).confident


@pytest.mark.parametrize(
    ("gap", "later"),
    [
        ("The weather is nice here. " * 600, "Never mind, it has been resolved."),
        ("Ok. " * 200, "My song failed with an error and the credits are gone."),
        ("and so on " * 80, "and my song failed with an error and the credits are gone"),
    ],
)
def test_a_text_that_is_not_read_to_its_end_goes_to_a_person(gap, later):
    intent = read_intent("", f"I was charged twice for one order {gap}{later}")
    assert not intent.confident, intent


@pytest.mark.parametrize(
    "subject",
    [
        "[EXTERNAL] Re: You were charged twice",
        "[Ticket 4] [EXT]  AW: You were charged twice",
        "返信: You were charged twice",
        "回复\uff1aYou were charged twice",
        "ΑΠ: You were charged twice",
    ],
)
def test_what_is_replied_to_is_not_the_senders_word(subject):
    assert not read_intent(subject, "please help me with it").requests
