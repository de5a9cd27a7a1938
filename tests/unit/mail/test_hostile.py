"""Each attack form of inbound mail, built here: bounded work, a result that says what was cut."""

import resource
import time

import pytest
from reprise.mail.ids import extract_ids
from reprise.mail.intent import read_intent
from reprise.mail.model import ReadLimits
from reprise.mail.quoting import split_quoted
from reprise.mail.read import read_message
from reprise.mail.redact import redact

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
    "over the size limit": lambda: typed(b"text/plain", b"x" * (FORTY + 10)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mail_is_read_within_its_bounds(name):
    raw = HOSTILE[name]()
    began = time.perf_counter()
    mail = read_message(raw)
    took = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"\n{name}: {len(raw)} B in {took:.2f} s, peak {peak} MB, cut {mail.truncated}")
    limits = ReadLimits()
    assert "reader failed" not in mail.defects
    assert len(mail.text) <= limits.text_chars_max
    assert len(mail.attachments) <= limits.parts_max + 1 or "uuencode" in name
    assert bool(mail.text) != bool(mail.unreadable_because)


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


@pytest.mark.parametrize("name", LINES)
def test_hostile_text_is_read_to_the_end(name):
    """None of the readers of text backtracks; the time is printed, not asserted."""
    text = LINES[name]
    began = time.perf_counter()
    split_quoted(text)
    mail = read_message(b"Subject: s\n\n" + text.encode())
    extract_ids(mail)
    read_intent("", text)
    redact(text)
    print(f"\n{name}: {len(text)} characters in {time.perf_counter() - began:.2f} s")
