"""The sender's own words are kept, whatever mail programs put around them."""

import pytest
from reprise.mail.quoting import split_quoted
from reprise.mail.read import read_message

OWN = "I was charged twice, please refund one of them."


@pytest.mark.parametrize(
    "added",
    [
        "Sent from my iPhone",
        "Get [Outlook for Android](https://aka.ms/x)",
        "(Sent from mobile device)\nGet Outlook for iOS",
        "\u1427\n--\n***",
        "2026-03-03 17:21 GMT+01:00 Some One\n\nThank you for your order.",
        "On Thu, 31 Mar 2026 at 11:16 Some One\n\n<\nmailto:x <x@y.example>\n> wrote:\n\nThank you",
        'Am 21.04.2026 17:48 schrieb "Eins Zwei" <noreply@shop.example\n>:\n\n> Danke',
    ],
)
def test_what_programs_add_is_set_aside(added):
    split = split_quoted(f"{OWN}\n\n{added}")
    assert split.own == OWN
    assert all(word in split.quoted for word in added.split() if word.isalpha() and len(word) > 3)


@pytest.mark.parametrize(
    "words",
    [
        f"Sent by mistake twice, I think.\n{OWN}",
        f"Sent from my bank: two payments.\n{OWN}",
        f"{OWN}\nSent by mistake I think",
        f"Sent via PayPal on 3 May.\n\n{OWN}\n> or not",
        f">1h has passed.\n{OWN}",
        f"a < b and c > d\n{OWN}",
        f"2026-03-03 17:21 I paid with my card.\n{OWN}",
    ],
)
def test_the_senders_words_that_look_like_it_are_kept(words):
    own = split_quoted(words).own
    assert own.split() == words.replace("> or not", "").split()


def test_device_lines_between_the_senders_lines_are_kept_in_order():
    split = split_quoted(f"first\nSent from my iPhone\n> quote\n{OWN}\n\nSent from my iPad")
    assert split.own == f"first\nSent from my iPhone\n{OWN}"
    assert split.quoted == "> quote\nSent from my iPad"


@pytest.mark.parametrize(
    "heading",
    [
        "---------- Forwarded message ------\nFrom: Us <a@b.example>\nDate: x\nSubject: y\n z\n",
        "Begin forwarded message:\n\n> From: Us\n> Subject: y\n>\n",
        "Anfang der weitergeleiteten Nachricht:\n\nVon: Us\nBetreff: y\nDatum: z\n",
    ],
)
def test_a_forward_without_a_word_shows_what_was_forwarded(heading):
    mail = read_message(f"From: a@b.example\n\n{heading}\n{OWN}".encode())
    assert mail.text_is_quoted
    assert mail.text.splitlines()[-1].strip("> ") == OWN
    assert "orwarded" not in mail.text
    assert "---" not in mail.text


def test_a_forward_of_labels_alone_is_shown_as_it_is():
    mail = read_message(b"From: a@b.example\n\n-----Forwarded-----\nFrom: x\nTo: y\nSubject: z\n")
    assert mail.text
