"""Nothing raises and nothing exceeds its bounds, whatever the bytes."""

from hypothesis import example, given, settings
from hypothesis import strategies as st
from reprise.mail.auto import detect_auto
from reprise.mail.ids import extract_ids, match_ids
from reprise.mail.intent import read_intent
from reprise.mail.model import ReadLimits
from reprise.mail.quoting import split_quoted
from reprise.mail.read import read_message
from reprise.mail.redact import redact
from reprise.mail.sender import prove_sender
from reprise.mail.ses import SesReceipt
from reprise.mail.songs import song_hints

from tests.support.mails import MANGLINGS, OWN_ID, raw_mail

SMALL = ReadLimits(
    raw_bytes_max=4_000,
    header_block_bytes_max=800,
    headers_max=12,
    parts_max=8,
    depth_max=3,
    text_chars_max=600,
    html_chars_max=900,
    html_depth_max=5,
)
FRAGMENTS = st.sampled_from(
    [
        b"From: a@b.example\n", b'From: "a" <a@b.example>\n', b"Subject: =?utf-8?q?=FF?=\n",
        b"Content-Type: multipart/mixed; boundary=b\n", b"Content-Type: message/rfc822\n",
        b'Content-Type: multipart/alternative; boundary="b"\n', b"Content-Type: text/html\n",
        b"Content-Type: text/plain; charset=utf-16\n", b"Content-Type: application/ms-tnef\n",
        b"Content-Transfer-Encoding: base64\n", b"Content-Transfer-Encoding: quoted-printable\n",
        b"Content-Disposition: attachment; filename*=utf-8''a%FF\n", b"\n", b"\r\n", b"--b\n",
        b"--b--\n", b"--b\n\n", b"<div style='display:none'>", b"</div>", b"<blockquote>", b"<!--",
        b"> quoted\n", b"On 1 May 2026, x wrote:\n", b"begin 644 a\n", b"end\n", b"QUJD\n",
        b"=E9\n",        b"\x78\x9f\x3e\x22\x01\x00", b"\x00", b"\xff\xfe",
        b"charged twice ch_3Mml", b" folded\n",
        b"Date: Mon, 1 Jan 2026\n", b"Auto-Submitted: no\n", b"<a href='https://x.example/ch_1'>",
    ]
)  # fmt: skip
MESSAGES = st.one_of(
    st.binary(max_size=1_500),
    st.lists(FRAGMENTS | st.binary(max_size=12), max_size=40).map(b"".join),
)


def everything(raw, limits):
    mail = read_message(raw, limits)
    proof = prove_sender(mail, SesReceipt(header_from=mail.from_values, dmarc="PASS"))
    detect_auto(mail, SesReceipt(), ("us@x.example",))
    match_ids(extract_ids(mail), {OWN_ID: "o"})
    read_intent(mail.subject, mail.text)
    song_hints(mail)
    redact(mail.text)
    return mail, proof


@settings(max_examples=300, deadline=None)
@given(MESSAGES)
@example(b"From: \r")
@example(b"Content-Type: multipart/mixed; boundary=b\n\n--b")
def test_any_bytes_are_read(raw):
    for limits in (SMALL, ReadLimits()):
        mail, proof = everything(raw, limits)
        assert "reader failed" not in mail.defects
        assert bool(mail.text) != bool(mail.unreadable_because)
        assert len(mail.text) <= limits.text_chars_max
        assert proof.proven is (proof.address is not None)
        assert mail.text.isprintable() or not set(mail.text) & set("\x00\r\x0b\x0c\u2028\u2029\x85")


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["plain", "gmail", "outlook", "html_only"]),
    st.lists(st.tuples(st.integers(0, 3_000), st.binary(min_size=1, max_size=3)), max_size=6),
)
def test_mutated_refund_mails_are_read(client, edits):
    raw = bytearray(raw_mail("I was charged twice for my plan.", "Refund", client))
    for position, patch in edits:
        raw[position % len(raw) : position % len(raw) + len(patch)] = patch
    mail, _ = everything(bytes(raw), ReadLimits())
    assert "reader failed" not in mail.defects


@given(st.text(max_size=400))
def test_splitting_loses_no_word(text):
    """What is not the sender's is quoted; only rules and dashes around it may go."""
    split = split_quoted(text)
    kept = split.own.split() + split.quoted.split()
    lost = [w for w in text.split() if w not in kept and any(c.isalnum() for c in w)]
    assert not lost


@given(
    st.sampled_from(sorted(MANGLINGS)),
    st.from_regex(r"(?:ch|pi|in)_[A-Za-z0-9]{24}", fullmatch=True),
)
def test_every_id_survives_every_mangling(name, own):
    """Or goes to a person as a hint; never as another order."""
    mail = read_message(raw_mail(f"Order {MANGLINGS[name](own)} please"))
    match = match_ids(extract_ids(mail), {own: "mine", "ch_1MmlLrLkdIwHu7ix0snN0B16": "other"})
    assert "mine" in (*match.orders, *match.hints)
    assert "other" not in match.orders
