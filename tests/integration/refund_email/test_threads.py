"""Mail that answers ours goes on with its case, if the same proven person wrote it."""

from copy import deepcopy
from dataclasses import replace

import pytest
from reprise.cases.model import CaseState, Change, Line
from reprise.cases.tokens import address_mark, tagged, token_of
from reprise.policy.facts import Category, Preference

from tests.support.ledger import DAY
from tests.support.mailbox import EVENTS, ORDER, sample


def answer(box, case, text, *, name="reply", by="address", **verdicts):
    """Receive an answer of Jo's to our mail about a case; return the cases it came to."""
    token = token_of(b"key", case.case_id)
    box.cases.bind(address_mark(token), case.case_id, case.changed_at)
    box.cases.bind("message:0100ses-000000", case.case_id, case.changed_at)
    event = deepcopy(sample("credited-pack"))
    ses = event["Records"][0]["ses"]
    ses["mail"]["messageId"] = f"0mail-{name}"
    for check, status in verdicts.items():
        ses["receipt"][f"{check}Verdict"]["status"] = status
    if by == "address":
        ses["receipt"]["recipients"] = [tagged("Refunds@music.example", token).upper()]
    raw = (EVENTS / "credited-pack.eml").read_bytes().replace(b"<credited-pack@", b"<reply@")
    head, _, _ = raw.partition(b"\r\n\r\n")
    if by == "message":
        head += b"\r\nIn-Reply-To: <0100ses-000000@us-east-1.amazonses.com>"
    return box.receive(name, head + b"\r\n\r\n" + text.encode(), event)


def asked(box, name="credited-pack", **changes):
    """A case of Jo's in which a question was asked."""
    (case,) = box.receive(name)
    state = {"state": CaseState.ASKED, "wakes_at": case.opened_at + 14 * DAY}
    case = case.moved(case.opened_at, **(state | changes))
    line = Line(at=case.opened_at, actor="case_actions", action="decided", reason="ask")
    box.cases.save(Change(case, line))
    return case


@pytest.mark.parametrize(
    "words",
    [
        "Never mind, please refund nothing, it has been resolved.",
        "Refund me. My bank has opened a chargeback anyway.",
        "Credit my account. By the way, somebody used my card without my permission.",
    ],
)
def test_an_answer_that_speaks_of_more_than_was_asked_makes_it_a_persons(world, words):
    (after,) = answer(world, asked(world, choice_asked=True), words)
    assert (after.state, after.wish.confidence_percent) == (CaseState.OPEN, 0)
    assert "speaks of" in after.wish.reading


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("No thanks, I do not want a refund any more.", "no refund is wanted"),
        ("Ich ziehe meine Anfrage zurück, danke.", "speaks of taken back"),
        (f"It is {ORDER}. My song also failed with an error, credits gone.", "something else"),
        ("Non voglio più il rimborso, ho cambiato idea e tengo tutto così.", "not recognised"),
    ],
)
@pytest.mark.parametrize("state", [CaseState.ASKED, CaseState.OPEN])
def test_a_letter_that_does_not_just_answer_makes_it_a_persons(world, state, words, reason):
    (after,) = answer(world, asked(world, state=state), words)
    assert (after.state, after.wish.confidence_percent) == (CaseState.OPEN, 0)
    assert reason in after.wish.reading


def test_a_further_word_leaves_a_case_to_be_decided_as_it_is(world):
    case = asked(world, state=CaseState.OPEN)
    (after,) = answer(world, case, "I am looking forward to hearing from you.")
    assert after.wish == case.wish


@pytest.mark.parametrize("by", ["address", "message"])
def test_an_answer_goes_on_with_its_case(world, by):
    wish_without = replace(asked(world).wish, orders=())
    case = world.cases.cases_of("usr_jo")[0]
    case = case.moved(case.opened_at, wish=wish_without)
    world.cases.save(Change(case, Line(at=case.opened_at, actor="a", action="b", reason="c")))
    world.woken()
    (after,) = answer(world, case, f"It is {ORDER}, thank you.", by=by)
    assert after.case_id == case.case_id
    assert (after.state, after.wish.orders) == (CaseState.OPEN, (ORDER,))
    assert after.wish.category is case.wish.category
    assert after.letter.received_at == case.letter.received_at
    assert after.letter.text.startswith("It is ")
    assert after.letter.message_id == "reply@mail.example"
    assert world.woken() == [case.case_id]


@pytest.mark.parametrize(
    ("words", "preference"),
    [
        ("Please refund me.", Preference.REFUND),
        ("Credit my account, please.", Preference.COMPLETE),
        ("Hm, what do you mean?", None),
    ],
)
def test_a_choice_is_read_from_the_answer(world, words, preference):
    case = asked(world, choice_asked=True)
    case = case.moved(
        case.opened_at, wish=replace(case.wish, category=Category.PACK_NOT_CREDITED, language="en")
    )
    world.cases.save(Change(case, Line(at=case.opened_at, actor="a", action="b", reason="c")))
    (after,) = answer(world, case, words)
    assert after.wish.preference is preference


def test_a_forged_answer_is_a_case_of_its_own(world):
    case = asked(world)
    (other,) = answer(world, case, f"It is {ORDER}", dmarc="FAIL")
    assert other.case_id != case.case_id
    assert world.cases.case(case.case_id) == case


def test_an_infected_answer_makes_it_a_persons(world):
    case = asked(world)
    (after,) = answer(world, case, f"It is {ORDER}", virus="FAIL")
    assert (after.case_id, after.wish.confidence_percent) == (case.case_id, 0)
    assert "virus verdict FAIL" in after.letter.remarks


@pytest.mark.parametrize("text", ["", f"> It is {ORDER}"])
def test_an_answer_without_a_word_of_its_own_makes_it_a_persons(world, text):
    (after,) = answer(world, asked(world), text)
    assert (after.state, after.wish.confidence_percent) == (CaseState.OPEN, 0)


def test_more_words_do_not_decide_what_a_person_decides(world):
    case = asked(world, state=CaseState.PERSON)
    (after,) = answer(world, case, "And another thing.")
    assert (after.state, after.wish) == (CaseState.PERSON, case.wish)
    assert world.cases.journal(case.case_id)[-1].reason == "the customer wrote again"


def test_an_answer_to_an_ended_case_opens_one_that_follows_it(world):
    case = asked(world, state=CaseState.DENIED)
    (after,) = answer(world, case, "I was charged twice!")
    assert (after.follows, after.version) == (case.case_id, 1)


def test_an_answer_is_taken_in_once(world):
    case = asked(world)
    (first,) = answer(world, case, f"It is {ORDER}")
    (again,) = answer(world, case, f"It is {ORDER}")
    assert first == again
