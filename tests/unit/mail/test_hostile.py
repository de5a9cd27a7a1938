"""Each attack form of inbound mail, built here: bounded work, a result that says what was cut."""

import resource

import pytest
from reprise.mail.auto import detect_auto
from reprise.mail.ids import extract_ids, match_ids
from reprise.mail.intent import read_intent
from reprise.mail.model import ReadLimits
from reprise.mail.quoting import split_quoted
from reprise.mail.read import read_message
from reprise.mail.redact import redact
from reprise.mail.sender import SenderProof, prove_sender
from reprise.mail.ses import SesReceipt
from reprise.mail.songs import song_hints
from reprise.usecases.cases.letters import letter_of

from tests.support.bounded import bounded
from tests.support.ledger import T0
from tests.support.mails import OWN_ID

CPU_S, MEMORY_MB = 30, 300
ATTACHED = (
    b"--b\nContent-Type: application/pdf; name=a.pdf\nContent-Disposition: attachment\n"
    b"Content-Transfer-Encoding: base64\n\n"
)
WORDS = b"--b\nContent-Type: text/plain\n\nI was charged twice.\n"
HEAD = b"From: a@shop.example\nSubject: s\n"
MB = 1024 * 1024
FORTY = 40 * MB


def nested(count, body=b"hi"):
    opening = b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n'
    return HEAD + b"".join(opening % (i, i) for i in range(count)) + b"\n" + body


def mixed(content):
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + content


def typed(kind, body):
    return HEAD + b"Content-Type: " + kind + b"\n\n" + body


HOSTILE = {
    "quotes in From": lambda: b"From: " + b'"' * 100_000 + b"\nSubject: s\n\nhi",
    "comments in From": lambda: b"From: " + b"(" * 200_000 + b"a@b.co\n\nhi",
    "nested multiparts": lambda: nested(2_000),
    "nested to the bound": lambda: nested(12, b"x" * (FORTY - 2_000)),
    "nested messages": lambda: HEAD + b"Content-Type: message/rfc822\n\n" * 3_000 + b"\nhi",
    "empty parts": lambda: mixed(b"--b\n\n" * 100_000),
    "millions of empty parts": lambda: mixed(b"--b\n\n" * (7 * MB)),
    "almost boundaries": lambda: mixed(b"--bX\n" * (8 * MB - 100)),
    "folded subject": lambda: b"From: a@b.co\nSubject: " + b"a\n " * 300_000 + b"\n\nhi",
    "many addresses": lambda: b"To: " + b"a@b.co, " * 60_000 + b"\nFrom: a@b.co\n\nhi",
    "many fields": lambda: b"a:b\n" * (10 * MB),
    "blank continuations": lambda: b"A: b\n" + b" \n" * (20 * MB - 10),
    "one endless line": lambda: b":" * FORTY,
    "carriage returns": lambda: b"\r" * FORTY,
    "zeros": lambda: b"\0" * FORTY,
    "base64 body": lambda: typed(
        b"text/plain\nContent-Transfer-Encoding: base64", b"QUJD" * (10 * MB - 1_000)
    ),
    "soft breaks": lambda: typed(
        b"text/plain\nContent-Transfer-Encoding: quoted-printable", b"=\n" * (20 * MB - 100)
    ),
    "deep HTML": lambda: typed(b"text/html", b"<div>" * (8 * MB - 100)),
    "deep HTML in every part": lambda: mixed(
        (b"--b\nContent-Type: text/html\n\n" + b"<li>" * 20_000 + b"\n") * 100
    ),
    "open comments": lambda: typed(b"text/html", b"<!--" * 200_000),
    "open quotes in tags": lambda: typed(b"text/html", b'<a href="' * 90_000),
    "wide table": lambda: typed(
        b"text/html", b"<table><tr><td>" + b"A" * 300_000 + b"<tr><td>x" * 30_000
    ),
    "entities": lambda: typed(b"text/html", b"&amp;&#x41;" * 70_000),
    "quadratic codec": lambda: typed(b"text/plain; charset=punycode", b"a-" * 200_000),
    "codec by path": lambda: typed(b"text/plain; charset=../../etc/passwd", b"hi"),
    "uuencode begins": lambda: typed(b"text/plain", b"begin 644 a\n" * 100_000),
    "encoded words": lambda: b"Subject: " + b"=?utf-8?q?a?= " * 50_000 + b"\n\nhi",
    "guessable boundaries": lambda: (
        HEAD + b"Content-Type: multipart/mixed\n\n" + b"--a a a a a a a a\n" * 100_000
    ),
    "parameters": lambda: b"Content-Type: a/b" + b';a="' * 4_000 + b"\n\nx",
    "base64 attachment": lambda: mixed(
        WORDS + ATTACHED + b"QUJD" * (10 * MB - 1_000) + b"\n--b--\n"
    ),
    "base64 attachment first": lambda: mixed(
        ATTACHED + b"QUJD" * (10 * MB - 1_000) + b"\n" + WORDS + b"--b--\n"
    ),
    "one huge line": lambda: typed(b"text/plain", b"charged twice ch_3Mml " * 1_900_000),
    "one word": lambda: typed(b"text/plain", b"a" * (FORTY - 1_000)),
    "forty megabytes of HTML": lambda: typed(b"text/html", b"<p>refund <b>me</b></p>" * 1_800_000),
    "forty megabytes of styles": lambda: typed(
        b"text/html", b"<style>.a{color:red}" + b".b{display:none}" * 2_500_000 + b"</style>hi"
    ),
    "hidden words": lambda: typed(
        b"text/html", b'<p style="display:none">refund</p>' * 1_200_000 + b"hi"
    ),
    "forty megabytes of headers": lambda: (
        b"From: a@b.co\n" + b"X-A: b c d e\n" * 3_200_000 + b"\nhi"
    ),
    "one header": lambda: b"From: a@b.co\nX-A: " + b"b" * (FORTY - 100) + b"\n\nhi",
    "one folded header": lambda: b"From: a@b.co\nX-A: b" + b"\n b" * (13 * MB) + b"\n\nhi",
    "many Froms": lambda: b"From: a@b.co\n" * (3 * MB) + b"\nhi",
    "nested groups": lambda: b"From: " + b"a:" * 100_000 + b"\n\nhi",
    "nested encoded words": lambda: b"From: " + b"=?utf-8?q?=3D?=" * 60_000 + b" <a@b.co>\n\nhi",
    "many results": lambda: (
        b"Authentication-Results: amazonses.com;"
        + b" dkim=pass header.i=@b.co;" * 300_000
        + b"\nFrom: a@b.co\n\nhi"
    ),
    "many references": lambda: b"From: a@b.co\nReferences: " + b"<a@b> " * 900_000 + b"\n\nhi",
    "messages in messages in parts": lambda: (
        HEAD
        + b"".join(
            b'Content-Type: multipart/mixed; boundary="m%d"\n\n--m%d\n' % (i, i)
            + b"Content-Type: message/rfc822\n\n"
            for i in range(1_000)
        )
        + b"\nhi"
    ),
    "attributes": lambda: typed(b"text/html", b"<p " + b'a="b" ' * 120_000 + b">hi"),
    "links": lambda: typed(b"text/html", b'<a href="https://x.example/a1b2">x</a>' * 1_000_000),
    "over the size limit": lambda: typed(b"text/plain", b"x" * (FORTY + 10)),
}


def everything(raw):
    """Read a mail with every reader there is; return what the test looks at."""
    mail = read_message(raw)
    receipt = SesReceipt(header_from=mail.from_values, dmarc="PASS")
    prove_sender(mail, receipt)
    detect_auto(mail, receipt)
    match_ids(extract_ids(mail), {OWN_ID: "own"})
    read_intent(mail.subject, mail.text)
    song_hints(mail)
    letter_of(mail, receipt, SenderProof(None, proven=False, reason=""), T0)
    used = resource.getrusage(resource.RUSAGE_SELF)
    return mail, used.ru_utime + used.ru_stime


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mail_is_read_within_fixed_time_and_memory(name):
    """Half of the function's time and a third of its memory, for all that is done with a mail."""
    raw = HOSTILE[name]()
    mail, seconds = bounded(lambda: everything(raw), cpu_s=CPU_S, memory_mb=MEMORY_MB)
    print(f"\n{name}: {len(raw)} B in {seconds:.2f} s of processor, cut {mail.truncated}")
    limits = ReadLimits()
    assert "reader failed" not in mail.defects
    assert len(mail.text) <= limits.text_chars_max
    assert len(mail.attachments) <= limits.parts_max + 1 or "uuencode" in name
    assert bool(mail.text) != bool(mail.unreadable_because)


def test_the_bounds_bind():
    with pytest.raises(AssertionError, match="more than"):
        bounded(lambda: bytearray(400 * MB), cpu_s=CPU_S, memory_mb=MEMORY_MB)
    with pytest.raises(AssertionError, match="more than"):
        bounded(lambda: all(True for _ in iter(int, 1)), cpu_s=1, memory_mb=MEMORY_MB)


def test_an_attachment_of_forty_megabytes_hides_no_word():
    """Before or after it: parts are ranges, so what is not read costs nothing."""
    for raw in (HOSTILE["base64 attachment"](), HOSTILE["base64 attachment first"]()):
        mail, _ = bounded(lambda raw=raw: everything(raw), cpu_s=CPU_S, memory_mb=MEMORY_MB)
        assert mail.text == "I was charged twice."
        assert mail.truncated == ()
        (carried,) = mail.attachments
        assert carried.size_bytes > 39 * MB


LINES = {
    "attribution starts": "On 1/1/1 \n" * 40_000,
    "one long attribution": "On 1/1/1 " * 40_000,
    "line breaks": "\n" * 400_000,
    "dashes": "-" * 400_000,
    "dashed rules": ("-" * 390 + "\n") * 1_000,
    "quote marks": "> " * 200_000,
    "header labels": "From: a\n" * 50_000,
    "verbs": "wrote:\n" * 60_000,
    "digits": "1 " * 200_000,
    "dots": "." * 400_000,
    "prefixes": "ch_ " * 100_000,
    "ellipses": "ch_aa…" * 60_000,
    "percent": "%25" * 130_000,
    "words": "charged twice cancelled refund " * 12_000,
    "secrets": "pi_aaaaaa_secret_" * 20_000,
}


def searched(text):
    """Let every reader of text read it."""
    split_quoted(text)
    mail = read_message(b"Subject: s\n\n" + text.encode())
    extract_ids(mail)
    song_hints(mail)
    read_intent("", text)
    redact(text)
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize("name", LINES)
def test_hostile_text_is_read_to_the_end(name):
    """None of the readers of text backtracks."""
    text = LINES[name]
    seconds = bounded(lambda: searched(text), cpu_s=CPU_S, memory_mb=MEMORY_MB)
    print(f"\n{name}: {len(text)} characters in {seconds:.2f} s of processor")
