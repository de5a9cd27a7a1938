"""Who wrote: proven by one plain From on which SES and every parser agree, else by nothing."""

from dataclasses import replace

import pytest
from reprise.mail.read import read_message
from reprise.mail.sender import prove_sender
from reprise.mail.ses import SesReceipt

ALICE = "alice@victim.example"
RESULTS = (
    "amazonses.com; spf=pass (spfCheck: domain of victim.example designates 192.0.2.1 as permitted"
    " sender) client-ip=192.0.2.1; envelope-from=alice@victim.example; helo=mx.victim.example;"
)
GOOD = SesReceipt(
    source=ALICE, header_from=(f"Alice <{ALICE}>",), dmarc="PASS", dkim="PASS", spam="PASS"
)
NO_DMARC = replace(GOOD, dmarc="GRAY")


def mail(*lines, results=None):
    top = [f"Authentication-Results: {results}"] if results else []
    return read_message("\n".join([*top, *lines, "Subject: s", "", "hi"]).encode())


def proof(value, receipt=GOOD, results=None):
    return prove_sender(mail(f"From: {value}", results=results), receipt)


@pytest.mark.parametrize(
    "value",
    [
        ALICE,
        f"<{ALICE}>",
        f"Alice <{ALICE}>",
        f"Alice\n <{ALICE}>",
        f'"Doe, Alice (Home)" <{ALICE}>',
        f"=?utf-8?q?Al=C3=AFce?= <{ALICE}>",
        f"Älice <{ALICE}>",
        f"J. Doe <{ALICE}>",
        f"{ALICE} (Alice)",
        f"{ALICE} <{ALICE}>",
        f'"{ALICE}" <{ALICE}>',
        "Alice <ALICE@Victim.Example>",
    ],
)
def test_ordinary_authors_are_proven(value):
    proven = proof(value)
    assert proven.proven, proven.reason
    assert proven.address == ALICE


@pytest.mark.parametrize(
    "value",
    [
        f"{ALICE} <evil@attacker.example>",
        f"{ALICE}(<evil@attacker.example>",
        f"{ALICE}]<evil@attacker.example>",
        f"{ALICE}\n <evil@attacker.example>",
        f"{ALICE}\r\n\t<evil@attacker.example>",
        f"{ALICE}(\n <evil@attacker.example>",
        f"{ALICE}]\n <evil@attacker.example>",
        f'"{ALICE}"\n <evil@attacker.example>',
        f"=?utf-8?q?{ALICE}?=\n <evil@attacker.example>",
        f"<evil@attacker.example>\n {ALICE}",
        f"Friends: {ALICE}, evil@attacker.example;\n <evil@attacker.example>",
        f"undisclosed-recipients:; {ALICE}",
        "=?utf-8?q?alice?==?utf-8?q?=40victim=2Eexample?= <evil@attacker.example>",
        "alice@victim\u3002example",
        "alice@victim.\u0435xample",
        f'"{ALICE}" <evil@attacker.example>',
        "=?utf-8?q?alice=40victim=2Eexample?= <evil@attacker.example>",
        "=?utf-8?b?YWxpY2VAdmljdGltLmV4YW1wbGU=?= <evil@attacker.example>",
        "alice\uff20victim.example <evil@attacker.example>",
        f"<{ALICE}> <evil@attacker.example>",
        f"{ALICE}, evil@attacker.example",
        f"evil@attacker.example, {ALICE}",
        f"Friends: {ALICE};",
        f"Friends:{ALICE},evil@attacker.example;",
        "",
        "<>",
        "Alice",
        f"=?utf-8?q?A=0D=0ABcc:_x=40y.example?= <{ALICE}>",
        f"Alice\x00 <{ALICE}>",
        f"Alice\u202e <{ALICE}>",
        "\u0430lice@victim.example",
        "alice@vict\u0456m.example",
        '"alice"@victim.example',
        "alice@[192.0.2.1]",
        "alice@victim",
        "alice@victim..example",
        f"(comment (nested) <{ALICE}>",
        '"' * 2_000 + f" <{ALICE}>",
        f"{ALICE} (a) (b)",
        f"Alice [{ALICE}] <evil@attacker.example>",
        f"=?utf-8?q?=3C{ALICE}=3E?= <evil@attacker.example>",
    ],
)
@pytest.mark.parametrize("seen", [ALICE, "evil@attacker.example"])
def test_what_readers_could_read_differently_proves_nobody(value, seen):
    receipt = replace(GOOD, header_from=(value if seen == ALICE else seen,))
    refused = proof(value, receipt)
    assert (refused.proven, refused.address) == (False, None), value


@pytest.mark.parametrize(
    "lines",
    [
        (f"From: {ALICE}", "From: evil@attacker.example"),
        ("From: evil@attacker.example", f"From: {ALICE}"),
        (f"From: {ALICE}", "From : evil@attacker.example"),
        (f"From: {ALICE}", "no field at all", "From: evil@attacker.example"),
        (f"Reply-To: {ALICE}", f"Sender: {ALICE}"),
        (f"From: {ALICE}", *(f"X-{n}: y" for n in range(600))),
        (f"From: {ALICE}", "X-Long: " + "y" * 10_000),
    ],
)
def test_more_or_less_than_one_from_proves_nobody(lines):
    assert not prove_sender(mail(*lines), GOOD).proven


def test_reply_to_sender_body_and_forwards_never_count():
    raw = (
        "From: evil@attacker.example\nReply-To: alice@victim.example\n"
        "Sender: alice@victim.example\nContent-Type: message/rfc822\n\n"
        "From: alice@victim.example\n\nI am alice@victim.example"
    )
    refused = prove_sender(read_message(raw.encode()), GOOD)
    assert (refused.proven, refused.claimed) == (False, "evil@attacker.example")


@pytest.mark.parametrize(
    "header_from", [(), (ALICE, ALICE), ("evil@attacker.example",), (f"{ALICE} <x@y.example>",)]
)
def test_ses_must_name_the_same_author(header_from):
    assert not proof(ALICE, replace(GOOD, header_from=header_from)).proven


@pytest.mark.parametrize("verdict", ["FAIL", "PROCESSING_FAILED", "DISABLED", "", "pass ?"])
def test_other_dmarc_verdicts_prove_nobody(verdict):
    results = f"{RESULTS} dkim=pass header.i=@victim.example; dmarc=none header.from=victim.example"
    assert not proof(ALICE, replace(GOOD, dmarc=verdict), results).proven


def test_missing_verdicts_count_as_fail():
    assert SesReceipt().dmarc == SesReceipt().virus == "FAIL"
    assert not proof(ALICE, SesReceipt(header_from=(ALICE,))).proven


@pytest.mark.parametrize(
    ("tail", "proven"),
    [
        ("dkim=pass header.i=@victim.example; dmarc=none header.from=victim.example;", True),
        ("dkim=pass header.d=victim.example; dmarc=none header.from=victim.example", True),
        (
            (
                "dkim=fail header.i=@victim.example; dkim=pass header.i=@victim.example;"
                " dmarc=none header.from=victim.example"
            ),
            True,
        ),
        ("dkim=pass header.i=@example; dmarc=none header.from=victim.example", False),
        ("dkim=pass header.i=@amazonses.com; dmarc=none header.from=victim.example", False),
        ("dkim=pass header.i=@mail.victim.example; dmarc=none header.from=victim.example", False),
        ("dkim=pass header.i=@notvictim.example; dmarc=none header.from=victim.example", False),
        ("dkim=fail header.i=@victim.example; dmarc=none header.from=victim.example", False),
        ("dkim=pass header.d=evilvictim.example; dmarc=none header.from=victim.example", False),
        (
            (
                "dkim=pass header.d=victim.example.attacker.example; dmarc=none"
                " header.from=victim.example"
            ),
            False,
        ),
        ("dkim=pass header.d=victim.example.; dmarc=none header.from=victim.example", False),
        ("dkim=pass header.d=VICTIM.example; dmarc=none header.from=Victim.Example", True),
        # SPF speaks of the envelope, which says nothing about From
        ("dmarc=none header.from=victim.example", False),
        ("dkim=none; dmarc=none header.from=victim.example", False),
        ("dkim=pass header.i=@victim.example; dmarc=none header.from=attacker.example", False),
        ("dkim=pass header.i=@victim.example; dmarc=fail header.from=victim.example", False),
        ("dkim=pass header.i=@victim.example", False),
        (
            (
                "dkim=pass header.i=@victim.example; dmarc=none header.from=victim.example;"
                " dmarc=none header.from=attacker.example"
            ),
            False,
        ),
        ("dkim=pass/header.i=@victim.example; dmarc=none header.from=victim.example", False),
    ],
)
def test_without_dmarc_an_aligned_signature_proves(tail, proven):
    assert proof(ALICE, NO_DMARC, f"{RESULTS} {tail}").proven is proven


def test_a_subdomain_does_not_sign_for_another():
    value = "bob@shop.victim.example"
    results = f"{RESULTS} dkim=pass header.d=mail.victim.example; dmarc=none header.from="
    receipt = replace(NO_DMARC, header_from=(value,))
    assert not proof(value, receipt, f"{results}shop.victim.example").proven


def test_a_parent_domain_may_sign():
    value = "bob@shop.victim.example"
    results = (
        f"{RESULTS} dkim=pass header.i=@victim.example; dmarc=none header.from=shop.victim.example"
    )
    assert proof(value, replace(NO_DMARC, header_from=(value,)), results).proven


OURS = f"{RESULTS} dkim=pass header.i=@victim.example; dmarc=none header.from=victim.example"


@pytest.mark.parametrize(
    "lines",
    [
        (
            "Authentication-Results: mx.attacker.example; dkim=pass",
            f"Authentication-Results: {OURS}",
        ),
        ("Received: by a", "Received: by b", f"Authentication-Results: {OURS}"),
        (f"Authentication-Results: x.{OURS}",),
        (f"Authentication-Results: {OURS.replace('amazonses.com', 'amazonses.com.evil.example')}",),
        (f"Authentication-Results: {OURS.replace('amazonses.com', 'amazonses-com.evil.example')}",),
        # what SES wrote speaks against it, what the sender wrote below it for it
        (
            (
                "Authentication-Results: amazonses.com; dkim=fail header.i=@victim.example;"
                " dmarc=none header.from=victim.example"
            ),
            f"Authentication-Results: {OURS}",
        ),
        ("Authentication-Results: amazonses.com; spf=pass", f"Authentication-Results: {OURS}"),
        (f"Received: by a\n Authentication-Results: {OURS}",),
        ("Authentication-Results: attacker.example; x=amazonses.com; " + OURS,),
        (f"X-Authentication-Results: {OURS}",),
    ],
)
def test_results_that_ses_did_not_write_on_top_count_for_nothing(lines):
    assert not prove_sender(mail(*lines, f"From: {ALICE}"), NO_DMARC).proven


@pytest.mark.parametrize(
    "envelope",
    [
        '"a; dkim=pass header.i=@victim.example"@attacker.example',
        "a;dkim=pass header.i=@victim.example",
        "a b@attacker.example",
    ],
)
def test_an_envelope_that_could_write_results_proves_nobody(envelope):
    results = OURS.replace(f"envelope-from={ALICE}", f"envelope-from={envelope}")
    assert not proof(ALICE, replace(NO_DMARC, source=envelope), results).proven


@pytest.mark.parametrize("spf", ["PASS", "FAIL", "GRAY"])
def test_spf_alone_proves_nobody(spf):
    results = f"{RESULTS} dmarc=none header.from=victim.example"
    for dkim in ("GRAY", "FAIL"):
        assert not proof(ALICE, replace(NO_DMARC, spf=spf, dkim=dkim), results).proven


def test_dmarc_pass_for_another_domain_proves_nobody():
    results = "amazonses.com; dmarc=pass header.from=attacker.example"
    assert not proof(ALICE, GOOD, results).proven
    assert proof(ALICE, GOOD, "amazonses.com; dmarc=pass header.from=victim.example").proven
