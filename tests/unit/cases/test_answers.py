"""What customers read: in five languages, threaded, and never anything they wrote."""

import pytest
from reprise.cases.answers import LANGUAGES, compose, money, templates
from reprise.cases.tokens import tag_of, tagged, token_of
from reprise.mail.intent import read_choice
from reprise.mail.redact import is_safe_header_value
from reprise.policy.facts import Preference

from tests.support.cases import letter

VALUES = {
    "case": "CABCDEFGHIJ",
    "amount": "15.00 USD",
    "sentence": 'Say "no" & <go>.',
    "credits": "5",
    "orders": "cs_1",
    "returned": "5",
    "taken": "10",
    "received": "2026-10-01 12:00:00 UTC",
}
FORBIDDEN = [chr(code) for code in (*range(32), 0x7F, 0x85, 0x2028, 0x2029)]


def test_every_language_has_every_answer():
    for language in LANGUAGES:
        assert templates(language) == templates("en")
        for name in templates(language):
            answer = compose(name, language, VALUES, letter(), "refunds@music.example")
            assert "$" not in answer.subject + answer.text
            assert "CABCDEFGHIJ" in answer.subject
            assert f'lang="{language}"' in answer.html


def test_a_language_that_we_lack_is_answered_in_english():
    assert compose("person", "ja", VALUES, letter(), "a@b.c").text.startswith("Hello,")


def test_html_is_escaped():
    html = compose("denied", "en", VALUES, letter(), "a@b.c").html
    assert "Say &quot;no&quot; &amp; &lt;go&gt;." in html


def test_long_threads_keep_their_first_and_last_messages():
    long = letter(
        references=tuple(f"{n}@x.example" for n in range(50)), message_id="last@x.example"
    )
    headers = dict(compose("person", "en", VALUES, long, "a@b.c").headers)
    ids = headers["References"].split()
    assert (len(ids), ids[0], ids[-1]) == (10, "<0@x.example>", "<last@x.example>")
    assert len(headers["References"]) < 870


def test_a_thread_of_long_ids_is_answered_too():
    """Ids of Outlook and of SES have some ninety characters; SES takes 870 of a header."""
    ids = [f"{n:060d}@eu-central-1.amazonses.com" for n in range(12)]
    written = letter(references=tuple(ids[:-1]), message_id=ids[-1])
    value = dict(compose("person", "en", VALUES, written, "a@b.c").headers)["References"]
    assert is_safe_header_value(value)
    kept = [one.strip("<>") for one in value.split()]
    assert (kept[0], kept[-2:]) == (ids[0], ids[-2:])
    assert len(kept) == 9


@pytest.mark.parametrize("sign", [*FORBIDDEN, " ", "<", ">", "é"])
def test_an_id_that_could_break_a_header_is_left_out(sign):
    broken = letter(message_id=f"a{sign}Bcc: eve@x.example", references=(f"b{sign}@x",))
    names = [name for name, _ in compose("person", "en", VALUES, broken, "a@b.c").headers]
    assert names == ["Auto-Submitted", "X-Loop"]


def test_amounts_are_shown_in_their_currencys_units():
    assert money(1505, "usd") == "15.05 USD"
    assert money(1505, "jpy") == "1505 JPY"
    assert money(50_000, "ugx") == "500.00 UGX"
    assert money(5_120, "KWD") == "5.120 KWD"


def test_the_words_we_offer_are_understood():
    """Whoever answers the question with our own words is not asked again."""
    offered = {
        "en": ("Credit my account", "Please refund me"),
        "de": ("Bitte gutschreiben", "Bitte erstatten"),
        "fr": ("créditez mon compte", "remboursez-moi"),
        "es": ("acrediten los créditos", "devuélvanme el dinero"),
        "pt": ("creditem os créditos", "devolvam o dinheiro"),
    }
    for language, (complete, refund) in offered.items():
        text = compose("ask_preference", language, VALUES, letter(), "a@b.c").text
        assert complete in text
        assert refund in text
        assert read_choice(complete, language) is Preference.COMPLETE, complete
        assert read_choice(refund, language) is Preference.REFUND, refund
        assert read_choice(f"{complete}. {refund}!", language) is None


def test_a_token_survives_what_mail_systems_do_to_an_address():
    token = token_of(b"key", "CABCDEFGHI2")
    address = tagged("refunds@music.example", token)
    assert tag_of(address.upper()) == token
    assert tag_of("refunds@music.example") is None
    assert tag_of("refunds+sale@music.example") is None
    assert token_of(b"other", "CABCDEFGHI2") != token
