"""Machines, bounces, lists, loops and our own mail are told from people."""

import pytest
from reprise.mail.auto import AutoKind, detect_auto
from reprise.mail.read import read_message
from reprise.mail.ses import SesReceipt

OWN = ("Refunds@music.example",)


def kind(*lines, receipt=None):
    raw = "\n".join(["From: Jo <jo@shop.example>", *lines, "", "hi"]).encode()
    return detect_auto(read_message(raw), receipt, OWN).kind


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Auto-Submitted: auto-replied", AutoKind.AUTO_REPLY),
        ("Auto-Submitted: auto-generated; x=y", AutoKind.AUTO_REPLY),
        ("X-Autoreply: yes", AutoKind.AUTO_REPLY),
        ("X-Autorespond: 1", AutoKind.AUTO_REPLY),
        ("X-Auto-Reply-From: jo@shop.example", AutoKind.AUTO_REPLY),
        ("Precedence: auto_reply", AutoKind.AUTO_REPLY),
        ("Precedence: bulk", AutoKind.LIST),
        ("List-Id: <l.example>", AutoKind.LIST),
        ("List-Unsubscribe: <mailto:x@y>", AutoKind.LIST),
        ("Return-Path: <>", AutoKind.BOUNCE),
        ("X-Failed-Recipients: a@b.example", AutoKind.BOUNCE),
        ("Content-Type: multipart/report; report-type=delivery-status", AutoKind.BOUNCE),
        ("X-Loop: refunds@music.example", AutoKind.LOOP),
        ("Subject: Automatic reply: your refund", AutoKind.AUTO_REPLY),
        ("Subject: RE: Out of Office: back Monday", AutoKind.AUTO_REPLY),
        ("Subject: Abwesenheitsnotiz: Urlaub", AutoKind.AUTO_REPLY),
        ("Subject: Automatische Antwort: Ihre Mail", AutoKind.AUTO_REPLY),
        ("Subject: =?utf-8?q?R=C3=A9ponse_automatique?= : absent", AutoKind.AUTO_REPLY),
        ("Subject: =?utf-8?q?Respuesta_autom=C3=A1tica?=", AutoKind.AUTO_REPLY),
        ("Subject: =?utf-8?q?Resposta_autom=C3=A1tica?=", AutoKind.AUTO_REPLY),
        ("Auto-Submitted: no", AutoKind.NONE),
        ("X-Auto-Response-Suppress: All", AutoKind.NONE),
        ("Return-Path: <jo@shop.example>", AutoKind.NONE),
        ("Subject: Automatic renewal charged me", AutoKind.NONE),
        ("Subject: On holiday when I was charged", AutoKind.NONE),
        ("Subject: Delivery of my credits failed", AutoKind.NONE),
    ],
)
def test_one_mark_is_enough_and_people_have_none(line, expected):
    assert kind(line) is expected


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("MAILER-DAEMON@mx.example", AutoKind.AUTO_REPLY),
        ("Mail Delivery System <MAILER-DAEMON>", AutoKind.AUTO_REPLY),
        ("postmaster@mx.example", AutoKind.AUTO_REPLY),
        ("no-reply@shop.example", AutoKind.AUTO_REPLY),
        ("Us <refunds@MUSIC.example>", AutoKind.OWN),
        ("Us <refunds+cabcdefghij.0123456789abcdef@music.example>", AutoKind.OWN),
        ("refunds+jo@shop.example", AutoKind.NONE),
        ("noreen@shop.example", AutoKind.NONE),
    ],
)
def test_authors_nobody_reads(author, expected):
    mail = read_message(f"From: {author}\nSubject: x\n\nhi".encode())
    assert detect_auto(mail, None, OWN).kind is expected


def test_the_envelope_tells_a_bounce():
    assert kind(receipt=SesReceipt(source="")) is AutoKind.BOUNCE
    assert kind(receipt=SesReceipt(source=None)) is AutoKind.NONE
    assert kind(receipt=SesReceipt(source="jo@shop.example")) is AutoKind.NONE


def test_a_mail_that_went_round_and_round_is_a_loop():
    assert kind(*["Received: from a by b"] * 60) is AutoKind.LOOP


def test_a_bounce_that_a_customer_attached_is_their_mail():
    raw = (
        "From: jo@shop.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nsee this\n--b\n"
        "Content-Type: message/rfc822\n\nSubject: Undelivered\n"
        "Content-Type: multipart/report; boundary=c\n\n--c\n\nfailed\n--c\n"
        "Content-Type: message/delivery-status\n\nStatus: 5.0.0\n--c--\n--b--\n"
    )
    assert detect_auto(read_message(raw.encode())).kind is AutoKind.NONE
