"""`reprise email explain` says what would happen, and changes nothing."""

import json

import pytest
from typer.testing import CliRunner

from ops.cli.main import app
from tests.support.mails import OWN_ID, SENDER, raw_mail

ACCOUNT = {
    "account_id": "acct-1",
    "email": SENDER,
    "country": "DE",
    "orders": [
        {
            "order_id": "order-1",
            "aliases": [OWN_ID],
            "kind": "pack",
            "amount": 2000,
            "currency": "eur",
            "purchased_at": "2026-10-30T10:00:00Z",
            "credited_at": None,
        },
        {
            "order_id": "order-2",
            "kind": "pack",
            "amount": 1000,
            "currency": "usd",
            "country": "US",
            "purchased_at": "2026-06-30T10:00:00Z",
            "credits_used": 7,
        },
    ],
    "generations": [
        {"generation_id": "g1", "title": "Paper Boats", "outcome": "delivered", "credits_taken": 5}
    ],
}
KEYS = [
    "sender", "proven", "auto_generated", "orders", "category", "language", "decision", "reason",
    "text",
]  # fmt: skip
MISSING = f"I bought a credit pack {OWN_ID} and the credits never arrived. I want a refund."


@pytest.fixture
def explain(tmp_path):
    def run(body, *options, account=None, **mail):
        file = tmp_path / "mail.eml"
        file.write_bytes(raw_mail(body, "Hello", **mail))
        arguments = ["email", "explain", str(file), "--now", "2026-11-02T12:00:00Z", *options]
        if account is not None:
            data = tmp_path / "account.json"
            data.write_text(json.dumps(account))
            arguments += ["--account-data", str(data)]
        before = sorted(tmp_path.iterdir())
        result = CliRunner().invoke(app, arguments)
        assert sorted(tmp_path.iterdir()) == before
        return json.loads(result.stdout) if result.exit_code == 0 else result

    return run


@pytest.mark.parametrize(
    ("body", "decision"),
    [
        (MISSING, "approve"),
        (MISSING.replace(" I want a refund.", ""), "ask"),
        (MISSING.replace(OWN_ID, "yesterday"), "ask"),
        (MISSING.replace(OWN_ID, "ch_9ZzzLrLkdIwHu7ix0snN0B99"), "ask"),
        (MISSING.replace(OWN_ID, f"{OWN_ID} or order-2"), "person"),
        ("I bought a credit pack, order-2, and changed my mind, please refund it.", "deny"),
        ('I do not like my song "Paper Boats", please refund my credits.', "deny"),
        ('My song "Paper Boats" failed with an error, my credits are gone.', "deny"),
        ("My song failed with an error, my credits are gone.", "ask"),
        ("The service was down for three days and I want compensation.", "person"),
        ("I want a refund.", "person"),
        (f"> {MISSING}", "person"),
    ],
)
def test_decisions_of_a_proven_sender(explain, body, decision):
    explained = explain(body, "--dmarc", "PASS", account=ACCOUNT)
    assert list(explained) == KEYS
    assert explained["proven"]
    assert explained["decision"] == decision, explained


@pytest.mark.parametrize(
    ("name", "value"),
    [("receipt_number", "1234-5678"), ("number", "586A2E-0139"), ("charge", OWN_ID)],
)
def test_an_order_is_known_by_what_stripe_calls_it(explain, name, value):
    order = {**ACCOUNT["orders"][0], "aliases": [], name: value}
    body = MISSING.replace(OWN_ID, f"(no. {value})")
    explained = explain(body, "--dmarc", "PASS", account={**ACCOUNT, "orders": [order]})
    assert (explained["orders"], explained["decision"]) == (["order-1"], "approve")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n",
        b"\x00" * 5_000,
        bytes(range(256)) * 500,
        b"\xff\xfe" + "From: a@b.co\n\nhi".encode("utf-16-le"),
        b"PK\x03\x04" + b"\x00\xff" * 9_000,
        b"From: a@b.co\n" * 100_000,
        b"x" * (41 * 1024 * 1024),
    ],
)
def test_any_file_is_explained(raw, tmp_path):
    file = tmp_path / "any"
    file.write_bytes(raw)
    result = CliRunner().invoke(app, ["email", "explain", str(file), "--dmarc", "PASS", "--json"])
    assert result.exit_code == 0
    explained = json.loads(result.stdout)
    assert list(explained) == KEYS
    assert (explained["proven"], explained["decision"]) == (False, "person")


def test_several_requests_are_named_in_order(explain):
    body = (
        f"1. I was charged twice for {OWN_ID}.\n2. Also, my song failed with an error and the"
        " credits are gone."
    )
    explained = explain(body, "--dmarc", "PASS", account=ACCOUNT)
    assert explained["category"] == "charged_twice, failed_generation"
    assert explained["decision"] == "person"


@pytest.mark.parametrize("verdict", ["FAIL", "GRAY", "PROCESSING_FAILED"])
def test_an_unproven_sender_is_queued(explain, verdict):
    explained = explain(MISSING, "--dmarc", verdict, "--dkim", "PASS", account=ACCOUNT)
    assert (explained["proven"], explained["decision"]) == (False, "person")
    assert explained["orders"] == [OWN_ID]


def test_another_account_gets_no_facts(explain):
    stranger = {**ACCOUNT, "email": "other@shop.example"}
    explained = explain(MISSING, "--dmarc", "PASS", account=stranger)
    assert explained["decision"] == "person"


@pytest.mark.parametrize("option", ["--spam", "--virus"])
def test_spam_and_viruses_are_queued(explain, option):
    explained = explain(MISSING, "--dmarc", "PASS", option, "FAIL", account=ACCOUNT)
    assert explained["decision"] == "person"


def test_machines_get_nothing(explain):
    explained = explain(MISSING, "--dmarc", "PASS", **{"Auto-Submitted": "auto-replied"})
    assert (explained["auto_generated"], explained["decision"]) == (True, "none")


def test_without_account_data_the_mail_alone_speaks(explain):
    assert explain(MISSING, "--dmarc", "PASS")["decision"] == "person"
    assert explain(MISSING.replace(OWN_ID, ""), "--dmarc", "PASS")["decision"] == "ask"


def test_secrets_are_not_shown(explain):
    explained = explain("My card 4242 4242 4242 4242 was charged twice.", "--dmarc", "PASS")
    assert "4242 4242" not in explained["text"]


def test_domains_without_dmarc_are_proven_by_their_signature(explain):
    results = (
        "amazonses.com; spf=pass; dkim=pass header.i=@shop.example; "
        "dmarc=none header.from=shop.example"
    )
    explained = explain(
        MISSING, "--dmarc", "GRAY", "--dkim", "PASS", **{"Authentication-Results": results}
    )
    assert explained["proven"]


def test_wrong_input_is_said_and_exits(explain, tmp_path):
    for path in (tmp_path / "none.eml", tmp_path):
        missing = CliRunner().invoke(app, ["email", "explain", str(path)])
        assert missing.exit_code == 2
        assert f"error: {path}: must be a readable file" in " ".join(missing.stderr.split())
    broken = explain(
        MISSING, "--dmarc", "PASS", account={"email": SENDER, "orders": [{"order_id": OWN_ID}]}
    )
    assert broken.exit_code == 2
