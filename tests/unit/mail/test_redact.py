"""Secrets do not stay in text; nothing breaks a header."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reprise.mail.redact import is_safe_header_value, luhn_valid, redact


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4242424242424242", "[card ending 4242]"),
        ("4242 4242 4242 4242.", "[card ending 4242]."),
        ("4242-4242-4242-4242", "[card ending 4242]"),
        ("3782\u00a0822463\u00a010005", "[card ending 0005]"),
        ("4242 4242 4242 4241", "4242 4242 4242 4241"),
        ("1234567812345670", "1234567812345670"),
        ("CVV: 123", "CVV: [redacted]"),
        ("security code is 1234", "security code is [redacted]"),
        ("pi_3MtwBwLkdIwHu7ix_secret_YrKJUKri", "pi_3MtwBwLkdIwHu7ix_secret_[redacted]"),
        ("seti_1Mm8s8_secret_NXDICVZVQa2Q", "seti_1Mm8s8_secret_[redacted]"),
        ("pi\\_3MtwBwLk\\_secret\\_YrKJ", "pi\\_3MtwBwLk_secret_[redacted]"),
        ("sk_live_abcdefgh12345678", "sk_live_[redacted]"),
        (
            "https://x.example/?client_secret=abcdefgh1&a=1",
            "https://x.example/?client_secret=[redacted]&a=1",
        ),
        ("ch_3MmlLrLkdIwHu7ix0snN0B15", "ch_3MmlLrLkdIwHu7ix0snN0B15"),
        ("on 2026-05-02 at 10:00", "on 2026-05-02 at 10:00"),
    ],
)
def test_secrets_go_and_the_rest_stays(text, expected):
    assert redact(text) == expected


@given(st.text())
def test_redacting_again_changes_nothing(text):
    once = redact(text)
    assert redact(once) == once


@given(st.integers(0, 10**15 - 1))
def test_every_card_number_is_found(body):
    digits = next(
        f"4{body:015d}"[:15] + str(d)
        for d in range(10)
        if luhn_valid(f"4{body:015d}"[:15] + str(d))
    )
    assert digits not in redact(f"my card {digits} please")


@pytest.mark.parametrize(
    "value",
    [
        "hi\r\nBcc: evil@x.example",
        "a\u2028Bcc: x",
        "a\x0bb\x0cc\x1cd\x85e",
        "A \U0001f4a9 subject=?UTF-8?Q?=0A?=Bcc: x",
        "=?=?utf-8?q?x?=?=",
        "\x00\x7f",
        "x" * 5_000,
    ],
)
def test_hostile_values_are_no_header_values(value):
    assert not is_safe_header_value(value)


@given(st.text(max_size=900))
def test_a_safe_value_is_one_line_for_every_reader(value):
    if is_safe_header_value(value):
        assert value.splitlines() in ([], [value])
        assert not any(unicodedata.category(char) in {"Cc", "Zl", "Zp"} for char in value)


@pytest.mark.parametrize("code", [*range(0x20), *range(0x7F, 0xA0), 0xAD, 0x200E, 0x2028, 0x2029])
def test_every_control_character_and_separator_is_refused(code):
    assert not is_safe_header_value(f"a{chr(code)}b")
