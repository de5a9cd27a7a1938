"""Every shape of message gives text, or says why it does not."""

import pytest
from reprise.mail.read import read_message

PDF = "Content-Type: application/pdf; name=receipt.pdf\n\n%PDF"


def read(text):
    raw = text if isinstance(text, bytes) else text.encode()
    return read_message(raw)


def mixed(*parts, kind="mixed"):
    body = "".join(f"--=b\n{part}\n" for part in parts)
    return f'From: a@b.example\nContent-Type: multipart/{kind}; boundary="=b"\n\n{body}--=b--\n'


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("Subject: s\n\nhello", "hello"),
        ("Subject: s\r\n\r\nhello\r\nyou", "hello\nyou"),
        ("Subject: s\rTo: x\r\rhello", "hello"),
        ("\n\nSubject: s\n\nhello", "hello"),
        ("From jo Mon Jan 1\nSubject: s\n\nhello", "hello"),
        ("Subject: s\nnot a field, so body", "not a field, so body"),
        (mixed("\nhello", PDF), "hello"),
        (mixed("\none", "Content-Type: text/plain\n\ntwo"), "one\n\ntwo"),
        (mixed("\nhi", "Content-Type: text/html\n\n<p>hi <b>you</b>", kind="alternative"), "hi"),
        (mixed("\n ", "Content-Type: text/html\n\n<p>hi you", kind="alternative"), "hi you"),
        (
            mixed(
                "\nPlease use an HTML client.",
                "Content-Type: text/html\n\n<p>" + "I was charged twice. " * 20,
                kind="alternative",
            ),
            ("I was charged twice. " * 20).strip(),
        ),
        (mixed("Content-Disposition: attachment; filename=a.txt\n\nhello"), "hello"),
        ("Content-Type: multipart/mixed; boundary=lost\n\njust text", "just text"),
        (
            "Content-Type: multipart/mixed\n\n--x1\nContent-Type: text/plain\n\nhello\n--x1--\n",
            "hello",
        ),
        ("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello", "hello"),
        ("Content-Type: text\n\nhello", "hello"),
        ("Content-Type: text/plain; charset=x-unknown\n\ncaf\u00e9", "café"),
        (b"Content-Type: text/plain; charset=us-ascii\n\ncaf\xe9", "café"),
        (b"Content-Type: text/plain; charset=iso-gb2312\n\n\xc4\xe3\xba\xc3", "你好"),
        (b"\n\xef\xbb\xbfhello", "hello"),
        (b"Content-Type: text/plain; charset=utf-16\n\n" + "hello".encode("utf-16"), "hello"),
        (b"Content-Type: text/plain; charset=punycode\n\nhello", "hello"),
        (b'Content-Type: text/plain; charset="charset=us-ascii"\n\nhello', "hello"),
        ("Content-Transfer-Encoding: base64\n\naGVsbG8=\n-- list footer", "hello"),
        ("Content-Transfer-Encoding: base64\n\naGVsbG8=\r\nLCB5b3U=\r\n", "hello, you"),
        ("Content-Transfer-Encoding: base64\n\naGVs*bG8\n =\n", "hello"),
        (
            "Content-Transfer-Encoding: base64\n\nHello, this is plain text!",
            "Hello, this is plain text!",
        ),
        ("Content-Transfer-Encoding: quoted-printable\n\nh=65llo =\nyou", "hello you"),
        ("Content-Transfer-Encoding: quoted-printable\n\nhel= \t\r\nlo = you", "hello = you"),
        ("Content-Type: text/plain; charset=iso-8859-1\n\ngekündigt", "gekündigt"),
        (b"Content-Type: text/plain; charset=iso-8859-1\n\ngek\xfcndigt", "gekündigt"),
        ("Content-Transfer-Encoding: nonsense\n\nhello", "hello"),
        ("\nhi\nbegin 644 a.bin\n#0V%T\n`\nend\n", "hi"),
        ("Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n%:&5L;&\\`\n`\nend\n", "hello"),
    ],
)
def test_text_is_found(message, text):
    mail = read(message)
    assert mail.text == text
    assert mail.unreadable_because is None


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("Subject: s\n\n", "empty"),
        (mixed(PDF), "PDF"),
        (mixed("Content-Type: image/png\n\nx", "Content-Type: image/gif\n\nx"), "pictures"),
        (
            mixed("Content-Type: application/pgp-encrypted\n\nVersion: 1", kind="encrypted"),
            "encrypted",
        ),
        ("Content-Type: application/pkcs7-mime; name=smime.p7m\n\nMIIB", "encrypted"),
        ("Content-Type: message/partial; number=1; total=2; id=x\n\nhalf", "fragment"),
        ("Content-Type: application/ms-tnef; name=winmail.dat\n\nx", "TNEF"),
        ("\nbegin 644 a.bin\n#0V%T\n`\nend\n", "x-uuencode"),
        (mixed("Content-Type: application/zip\n\nPK"), "application/zip"),
    ],
)
def test_what_has_no_text_says_why(message, why):
    mail = read(message)
    assert mail.text == ""
    assert why in mail.unreadable_because


def test_a_forward_is_set_aside_but_kept():
    nested = "Content-Type: message/rfc822\n\nFrom: us@x.example\nSubject: r\n\nreceipt ch_1"
    mail = read(mixed("\nplease refund", nested))
    assert (mail.text, mail.quoted, mail.nested_messages) == ("please refund", "receipt ch_1", 1)
    assert mail.from_values == ("a@b.example",)
    bare = read(mixed(nested))
    assert (bare.text, bare.text_is_quoted) == ("receipt ch_1", True)


def test_a_digest_holds_messages():
    mail = read(mixed("\nSubject: one\n\nfirst", "\nSubject: two\n\nsecond", kind="digest"))
    assert mail.nested_messages == 2
    assert "first" in mail.text


def test_quotes_alone_are_read_in_full():
    mail = read("Subject: s\n\n> I was charged twice\n> please refund")
    assert mail.text_is_quoted
    assert "charged twice" in mail.text


def test_headers_are_decoded_and_bounded():
    mail = read(
        "Subject: =?utf-8?q?caf=C3?= =?utf-8?q?=A9?= =?x-none?q?a?= =?utf-8?b?!?=\r\n"
        "Message-ID: <m@x>\r\nIn-Reply-To: <a@x> <b@x>\r\nReferences: <a@x>\r\n <b@x>\r\n"
        "Date: Mon, 02 Nov 2026 10:00:00 +0100\r\n\r\nhi"
    )
    assert mail.subject.startswith("café")
    assert (mail.message_id, mail.in_reply_to, mail.references) == ("m@x", "a@x", ("a@x", "b@x"))
    assert mail.date.isoformat() == "2026-11-02T09:00:00+00:00"
    assert "\n" not in read("Subject: =?utf-8?q?a=0D=0ABcc:_x?=\n\nhi").subject


@pytest.mark.parametrize(
    "value", ["", "yesterday", "99 Foo 99999", "Mon, 1 Jan 2026 99:00", "1" * 999]
)
def test_a_date_that_says_nothing_is_none(value):
    assert read(f"Date: {value}\n\nhi").date is None


@pytest.mark.parametrize("code", [*range(0x20), 0x7F, 0x85, 0x2028, 0x2029])
def test_an_id_that_could_break_our_answer_is_none(code):
    raw = f"Message-ID: <a{chr(code)}b@x>\nReferences: <c@x> <d{chr(code)}e@x>\n\nhi".encode()
    mail = read_message(raw)
    assert mail.message_id is None
    assert mail.references in {(), ("c@x",)}


def test_a_message_id_in_brackets_does_not_raise():
    assert read("Message-ID: <[abc]@x>\n\nhi").message_id == "[abc]@x"


@pytest.mark.parametrize(
    "attribution",
    [
        "On Mon, 2 Nov 2026 at 09:00, Us <us@x.example> wrote:",
        "On Mon, 2 Nov 2026 at 09:00, Us <us@x.example>\nwrote:",
        "Am 02.11.2026 um 09:00 schrieb Us:",
        "Le lun. 2 nov. 2026 à 09:00, Us <us@x.example> a écrit :",
        "El lun, 2 nov 2026 a las 9:00, Us (<us@x.example>) escribió:",
        "Em seg., 2 de nov. de 2026 às 09:00, Us <us@x.example> escreveu:",
        "-----Original Message-----",
        "-------- Weitergeleitete Nachricht --------",
        "De : Us <us@x.example>\nEnvoyé : lundi\nÀ : Jo\nObjet : x",
        "Von: Us\nGesendet: Montag\nAn: Jo\nBetreff: x",
        "-- ",
    ],
)
def test_announced_quotes_are_set_aside(attribution):
    mail = read(f"Subject: s\n\nnew words\n\n{attribution}\n\nold words\n")
    assert (mail.text, mail.text_is_quoted) == ("new words", False)
    assert "old words" in mail.quoted


def test_answers_between_quotes_are_the_senders():
    mail = read("Subject: s\n\nOn 1 May 2026, Us wrote:\n> first?\nyes\n> second?\nno\n")
    assert mail.text.split() == ["yes", "no"]


@pytest.mark.parametrize(
    "line", ["From March on I was billed wrongly: twice.", "He wrote: nothing", "On top of that:"]
)
def test_prose_is_no_quote(line):
    assert read(f"Subject: s\n\n{line}\nmore words").text == f"{line}\nmore words"


def test_a_reader_that_breaks_still_gives_a_case(monkeypatch):
    """The last guard: what is read so far stays, and the mail says that a person must look."""
    monkeypatch.setattr("reprise.mail.read.split_quoted", lambda _: 1 / 0)
    mail = read("From: a@b.example\nMessage-ID: <m@x>\n\nhi")
    assert (mail.message_id, mail.text) == ("m@x", "")
    assert "ZeroDivisionError" in mail.unreadable_because
    monkeypatch.setattr("reprise.mail.read.message_ids", lambda *_: 1 / 0)
    assert read("From: a@b.example\n\nhi").unreadable_because
