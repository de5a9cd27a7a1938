"""The refund mailbox with moto: sample events in, cases or recorded refusals out."""

import json
from copy import deepcopy

import pytest
from reprise.errors import TransientError
from reprise.mail.ses import SUSPICIONS
from reprise.policy.facts import Category
from reprise.ports.cases import Shelf

from functions.refund_email import app
from tests.support.mailbox import EVENTS, JO, ORDER, sample


def counted(capsys):
    """The metrics that were emitted, by name."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    return sorted(
        metric["Name"]
        for line in lines
        for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
    )


def test_a_proven_senders_mail_opens_a_case_about_their_own_order(world, capsys):
    (case,) = world.receive("withdrawal-unused-pack")
    assert (case.account_id, case.letter.proven) == ("usr_jo", True)
    assert (case.wish.category, case.wish.orders) == (Category.EU_WITHDRAWAL, (ORDER,))
    assert case.wish.confidence_percent == 95
    assert case.due_at > case.letter.received_at
    assert [line.action for line in world.cases.journal(case.case_id)] == ["opened"]
    assert world.cases.listed(Shelf.OPEN, 10).items == (case,)
    assert counted(capsys) == ["CaseOpened"]
    assert world.woken() == [case.case_id]


def test_a_payment_id_stands_for_its_order(world):
    (case,) = world.receive("credited-pack")
    assert case.wish.orders == (ORDER,)


def test_another_language_is_read_too(world):
    (case,) = world.receive("doppelt-abgebucht")
    assert (case.wish.language, case.wish.category) == ("de", Category.CHARGED_TWICE)


def test_several_requests_are_several_cases(world):
    cases = world.receive("two-requests")
    assert [case.wish.category for case in cases] == [
        Category.CHARGED_TWICE,
        Category.DISLIKED_RESULT,
    ]
    assert len({case.case_id for case in cases}) == 2


def test_an_unproven_sender_gets_no_account_facts(world):
    (case,) = world.receive("forged-sender")
    assert (case.account_id, case.letter.proven, case.wish.orders) == (None, False, ())
    assert case.letter.address == JO


@pytest.mark.parametrize("scan", ["spam", "virus"])
@pytest.mark.parametrize(
    ("status", "percent"),
    [("FAIL", 0), ("PROCESSING_FAILED", 0), (None, 0), ("GRAY", 95), ("DISABLED", 95)],
)
def test_what_ses_suspects_is_a_persons_though_the_sender_is_proven(world, scan, status, percent):
    event = deepcopy(sample("withdrawal-unused-pack"))
    event["Records"][0]["ses"]["receipt"][f"{scan}Verdict"] = {"status": status}
    (case,) = world.receive("withdrawal-unused-pack", event=event)
    assert (case.letter.proven, case.wish.confidence_percent) == (True, percent)
    assert SUSPICIONS.isdisjoint(case.letter.remarks) is (percent > 0)


def test_what_was_written_to_somebody_else_is_a_persons(world):
    raw = (EVENTS / "withdrawal-unused-pack.eml").read_bytes()
    (case,) = world.receive(
        "withdrawal-unused-pack", raw.replace(b"To: refunds@music.example", b"To: a@b.example")
    )
    assert (case.letter.proven, case.wish.confidence_percent) == (True, 0)
    assert case.wish.reading == "it is not addressed to us"


def test_a_machines_mail_is_refused_with_a_record(world, capsys):
    assert world.receive("out-of-office") == []
    assert world.refused("out-of-office").startswith("bounce: ")
    assert counted(capsys) == []


def test_a_mail_without_text_is_a_case_that_says_why(world, capsys):
    (case,) = world.receive("no-text")
    assert case.letter.remarks[0].startswith("no text: it is empty")
    assert counted(capsys) == ["CaseOpened", "MailUnreadable"]


def test_card_numbers_and_secrets_are_gone_before_anything_is_stored(world):
    (case,) = world.receive("card-number")
    assert "card ending 4242" in case.letter.text
    for secret in ("4242 4242", "123.", "abc123DEF456"):
        assert secret not in repr(case)


def test_logs_name_no_person(world, caplog, capsys):
    """Not the sender, nor a word of the mail, whether it is applied, refused or unreadable."""
    for name in ("card-number", "forged-sender", "out-of-office", "no-text"):
        world.receive(name)
    said = caplog.text + repr([vars(one) for one in caplog.records]) + capsys.readouterr().out
    assert said.count("taken in") >= 4
    assert "@" not in said
    # Half of the card's number: a quarter of it may stand in any timestamp.
    assert "42424242" not in said.replace(" ", "").replace("-", "")


def test_a_mail_is_taken_in_once_however_often_it_comes(world, capsys):
    first = world.receive("withdrawal-unused-pack")
    capsys.readouterr()
    assert world.receive("withdrawal-unused-pack") == first
    assert len(world.cases.listed(Shelf.OPEN, 10).items) == 1
    assert counted(capsys) == []


def test_the_same_message_under_another_id_of_ses_is_no_second_case(world):
    world.receive("withdrawal-unused-pack")
    event = deepcopy(sample("withdrawal-unused-pack"))
    event["Records"][0]["ses"]["mail"]["messageId"] = "0mail-again"
    raw = (EVENTS / "withdrawal-unused-pack.eml").read_bytes()
    assert world.receive("again", raw, event) == []
    assert world.refused("again") == "the same mail as 0mail-withdrawal-unused-pack"


def test_a_forged_copy_does_not_keep_the_real_mail_out(world):
    event = deepcopy(sample("withdrawal-unused-pack"))
    event["Records"][0]["ses"]["mail"]["messageId"] = "0mail-copy"
    event["Records"][0]["ses"]["receipt"]["dmarcVerdict"]["status"] = "FAIL"
    raw = (EVENTS / "withdrawal-unused-pack.eml").read_bytes()
    (forged,) = world.receive("copy", raw, event)
    (real,) = world.receive("withdrawal-unused-pack")
    assert (forged.letter.proven, real.letter.proven) == (False, True)


def test_a_mail_that_is_not_stored_yet_is_tried_again(world):
    with pytest.raises(TransientError):
        app.handler(sample("credited-pack"), None)
    assert world.cases.taken("0mail-credited-pack") is None


def test_a_mail_that_breaks_the_reader_is_a_case(world, monkeypatch, capsys):
    def broken(*_):
        raise RecursionError

    monkeypatch.setattr("reprise.usecases.cases.readings.extract_ids", broken)
    (case,) = world.receive("credited-pack")
    assert case.letter.remarks == ("the reader failed on it (RecursionError)",)
    assert counted(capsys) == ["CaseOpened", "MailUnreadable"]


@pytest.mark.parametrize("raw", [b"", b"\x00" * 1000, b"From: \xff\n\n\xff", b"A" * 100_000])
def test_bytes_of_any_shape_end_as_a_case(world, raw):
    assert len(world.receive("credited-pack", raw)) == 1


@pytest.mark.parametrize(
    "event", [{}, {"Records": None}, {"Records": [None]}, {"Records": [{"ses": {"mail": []}}]}]
)
@pytest.mark.usefixtures("world")
def test_an_event_that_names_no_mail_raises_nothing(event):
    app.handler(event, None)


def test_someone_elses_order_is_foreign_like_one_that_does_not_exist(world):
    raw = (EVENTS / "credited-pack.eml").read_bytes()
    other = raw.replace(b"pi_3RefundStory0000000001", b"pi_3SomebodyElses00000001")
    (case,) = world.receive("credited-pack", other)
    assert (case.wish.orders, case.wish.foreign) == ((), ("pi_3SomebodyElses00000001",))
