"""Messages of other projects: none raises, none is beyond the caps, replies are trimmed."""

import json
import time

import pytest
from reprise.mail.auto import AutoKind, detect_auto
from reprise.mail.ids import extract_ids
from reprise.mail.intent import read_intent
from reprise.mail.quoting import split_quoted
from reprise.mail.read import read_message
from reprise.mail.sender import prove_sender
from reprise.mail.ses import SesReceipt, parse_event, parse_receipt

from tests.support.files import SHARED

DATA = SHARED / "data"
MESSAGES = sorted(path for path in (DATA / "email").rglob("*.eml") if path.is_file())
REPLIES = DATA / "email_replies" / "email_reply_trimmer" / "test"


def _needs(found):
    return pytest.mark.skipif(not found, reason="the public messages are not beside the checkout")


@_needs(MESSAGES)
def test_every_public_message_is_read():
    """Each is read, classified and searched; what has no text says why."""
    slowest, largest, silent = (0.0, ""), (0, ""), []
    for path in MESSAGES:
        raw = path.read_bytes()
        began = time.perf_counter()
        mail = read_message(raw)
        prove_sender(mail, SesReceipt())
        detect_auto(mail)
        extract_ids(mail)
        read_intent(mail.subject, mail.text)
        slowest = max(slowest, (time.perf_counter() - began, path.name))
        largest = max(largest, (len(raw), path.name))
        assert "reader failed" not in mail.defects, path
        assert bool(mail.text) != bool(mail.unreadable_because), path
        silent += [path.name] if mail.unreadable_because else []
    print(
        f"\nread {len(MESSAGES)} of {len(MESSAGES)}, {len(silent)} without text (each says why);"
        f" slowest {slowest[0] * 1000:.0f} ms ({slowest[1]}), largest {largest[0]} B ({largest[1]})"
    )


@_needs(MESSAGES)
def test_public_bounces_are_recognised_and_replies_are_not():
    bounces = [path for path in MESSAGES if path.parent.name == "sisimai"]
    kept = [path for path in MESSAGES if path.parent.name == "talon"]
    caught = [path for path in bounces if detect_auto(read_message(path.read_bytes())).generated]
    false = [path for path in kept if detect_auto(read_message(path.read_bytes())).generated]
    print(f"\nautomatic: {len(caught)} of {len(bounces)}; false among replies: {len(false)}")
    assert len(caught) >= 0.98 * len(bounces)
    assert not false


@_needs(REPLIES.is_dir())
def test_public_replies_are_trimmed():
    """Against a rival trimmer's labels: exact, losing customer text, leaking quotes."""
    exact = lost = leaked = 0
    names = sorted(path.name for path in (REPLIES / "emails").glob("*.txt"))
    for name in names:
        text = (REPLIES / "emails" / name).read_text("utf-8").replace("\r\n", "\n")
        wanted = (REPLIES / "trimmed" / name).read_text("utf-8")
        got = split_quoted(text).own
        if got.split() == wanted.split():
            exact += 1
            continue
        want_lines, got_lines = _lines(wanted), _lines(got)
        lost += bool(want_lines - got_lines)
        leaked += bool(got_lines - want_lines)
    print(f"\nreplies: {exact} of {len(names)} exact, {lost} lose text, {leaked} leak quotes")
    assert exact >= 0.85 * len(names)


def _lines(text):
    return {line.strip() for line in text.splitlines() if line.strip()}


@_needs((DATA / "ses").is_dir())
@pytest.mark.parametrize("path", sorted((DATA / "ses").glob("*.json")), ids=lambda path: path.stem)
def test_public_ses_events_are_read(path):
    event = json.loads(path.read_text("utf-8"))
    if "Records" in event:
        (receipt,) = parse_event(event)
        assert receipt.dmarc == "PASS"
        assert receipt.header_from == ("Jane Doe <janedoe@example.com>",)
        return
    try:
        body = json.loads(event["Message"])
    except ValueError:
        body = event["Message"]
    receipt = parse_receipt(body)
    if path.stem.startswith("dmarc_failed"):
        assert (receipt.dmarc, receipt.spf, receipt.dkim) == ("FAIL", "FAIL", "PASS")
    if path.stem.startswith("spamVerdict"):
        assert receipt.spam == "FAIL"


def test_kinds_are_words_for_people():
    assert {kind.value for kind in AutoKind} >= {"none", "bounce", "auto_reply", "list", "own"}
