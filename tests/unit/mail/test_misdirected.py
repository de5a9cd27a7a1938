"""A proven author need not have written to us: what others got can be sent on to the mailbox."""

import pytest
from reprise.mail.read import read_message
from reprise.mail.sender import misdirected

MAILBOX = ("Refunds+abc@Music.example", "refunds@music.example")


def mail(*lines):
    head = "\n".join(["From: alice@victim.example", *lines])
    return read_message(f"{head}\n\nhi".encode())


@pytest.mark.parametrize(
    "lines",
    [
        ("To: refunds@music.example",),
        ("To: other@shop.example", "Cc: Refunds <REFUNDS+xyz@music.example>"),
        ('To: "Doe, Jo" <jo@shop.example>, <refunds@music.example>',),
    ],
)
def test_mail_that_names_the_mailbox_is_meant_for_it(lines):
    assert misdirected(mail(*lines), MAILBOX) == ""


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("To: support@another.example",),
        ("To: refunds@music.example.attacker.example",),
        ("To: xrefunds@music.example",),
        ("To: undisclosed-recipients:;", "Bcc: refunds@music.example"),
        ("To: refunds@music.example", "Resent-From: evil@attacker.example"),
    ],
)
def test_mail_that_was_written_to_others_is_not_taken_for_a_request(lines):
    assert misdirected(mail(*lines), MAILBOX)


def test_without_an_address_of_ours_nothing_is_misdirected():
    assert misdirected(mail("To: support@another.example"), ()) == ""
