"""Answers to customers: our own words only, threaded, and never anything that they wrote."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from reprise.cases.model import Letter
from reprise.mail.redact import is_safe_header_value

LANGUAGES: Final = ("en", "de", "fr", "es", "pt")
_REFERENCES_MAX: Final = 10
_MESSAGE_ID_CHARS_MAX: Final = 250
_MESSAGE_ID = re.compile(r"[!-;=?-~]+")
# Currencies that Stripe counts in whole units: docs.stripe.com/currencies#zero-decimal
_WHOLE_UNITS: Final = frozenset(
    {
        *("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga"),
        *("pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"),
    }
)
_THOUSANDTHS: Final = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A mail to a customer, in plain text and HTML.

    Args:
        headers: beside the addresses and the subject.
    """

    subject: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]


def compose(
    template: str, language: str, values: Mapping[str, str], letter: Letter, address: str
) -> Answer:
    """Return an answer.

    Args:
        template: one of the words' names.
        language: two letters; English where we lack it.
        values: what the words leave open; facts of ours, never the customer's text.
        letter: the mail it answers, for its thread.
        address: our own, by which a mail that went round in a circle is known.
    """
    shown = language if language in LANGUAGES else "en"
    words = _words(shown)
    text = "\n\n".join(
        Template(words[part]).substitute(values).strip() for part in ("hello", template, "bye")
    )
    blocks = "".join(f"<p>{_html(one)}</p>" for one in text.split("\n\n"))
    return Answer(
        subject=Template(words["subject"]).substitute(values),
        text=text + "\n",
        html=f'<!doctype html><html lang="{shown}"><body>{blocks}</body></html>',
        headers=(*_thread(letter), ("Auto-Submitted", "auto-replied"), ("X-Loop", address)),
    )


def templates(language: str) -> frozenset[str]:
    """Return the names of a language's words."""
    return frozenset(_words(language)) - {"subject", "hello", "bye"}


def money(amount_minor: int, currency: str) -> str:
    """Return an amount as every language reads it: `15.00 USD`.

    Source: docs.stripe.com/currencies; UGX has no cents, and Stripe counts it in them all the same.
    """
    if currency.lower() in _WHOLE_UNITS:
        return f"{amount_minor} {currency.upper()}"
    digits = 3 if currency.lower() in _THOUSANDTHS else 2
    whole, rest = divmod(amount_minor, 10**digits)
    return f"{whole}.{rest:0{digits}d} {currency.upper()}"


def _thread(letter: Letter) -> tuple[tuple[str, str], ...]:
    """Return the fields that thread an answer; an id that is no plain token is left out."""
    if letter.message_id is None or not _is_token(letter.message_id):
        return ()
    ids = filter(_is_token, letter.references)
    chain = [*(one for one in ids if one != letter.message_id), letter.message_id]
    while len(chain) > _REFERENCES_MAX or not is_safe_header_value(_references(chain)):
        del chain[1]  # of a long thread, its first mail and its last ones
    return ("In-Reply-To", f"<{letter.message_id}>"), ("References", _references(chain))


def _references(chain: Sequence[str]) -> str:
    return " ".join(f"<{one}>" for one in chain)


def _is_token(message_id: str) -> bool:
    """Return whether an id is printable ASCII without the signs that end it, and short."""
    is_plain = _MESSAGE_ID.fullmatch(message_id) is not None
    return is_plain and is_safe_header_value(message_id, _MESSAGE_ID_CHARS_MAX)


def _html(paragraph: str) -> str:
    return escape(paragraph).replace("\n", "<br>")


@cache
def _words(language: str) -> dict[str, str]:
    source = files(__package__).joinpath(f"words/{language}.toml").read_text("utf-8")
    return {name: str(words) for name, words in tomllib.loads(source).items()}
