"""The independent mails themselves: labelled in known words, split by their ids, sent unharmed."""

import email
import email.policy
import html
import re
import unicodedata
import zlib

import pytest
from reprise.policy.facts import Category, Preference

from tests.support.mails import labelled

# Each independent set's two files, and where the check sum that splits them begins.
SPLITS = {"independent": 0, "second": 3}
SETS = {
    name: list(labelled(name))
    for name in (f"{split}_{part}" for split in SPLITS for part in ("tune", "holdout"))
}
MAILS = [mail for mails in SETS.values() for mail in mails]
CATEGORIES = set(Category) - {Category.OTHER}  # what is none of these is left to a person
each_mail = pytest.mark.parametrize("mail", MAILS, ids=lambda mail: mail.id)


def sent_text(mail):
    """Return what a mail program shows of the mail's text."""
    message = email.message_from_bytes(mail.raw, policy=email.policy.default)
    part = message.get_body(("plain", "html"))
    text = part.get_content()
    if part.get_content_type() == "text/plain":
        return text
    return html.unescape(re.sub(r"<[^>]+>", " ", text))


def squashed(text):
    """Return the letters and digits alone, whatever their width and whatever is between them."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text))).lower()


def test_every_third_mail_is_kept_apart_by_its_id():
    assert len({mail.id for mail in MAILS}) == len(MAILS) >= 440
    for name, mails in SETS.items():
        split, part = name.split("_")
        apart = [zlib.crc32(mail.id.encode(), SPLITS[split]) % 3 == 0 for mail in mails]
        assert set(apart) == {part == "holdout"}


@pytest.mark.parametrize("name", SETS)
def test_both_sets_hold_every_category_and_language(name):
    mails = SETS[name]
    assert {category for mail in mails for category in mail.want} == CATEGORIES
    assert {mail.lang for mail in mails if mail.clear} == {"en", "de", "fr", "es", "pt"}
    assert any(not mail.want for mail in mails)


@each_mail
def test_labels_use_known_words_and_say_nothing_twice(mail):
    readings = (mail.want, *mail.accept)
    assert {*mail.about, *sum(readings, ())} <= CATEGORIES
    assert len(set(map(frozenset, readings))) == len(readings)
    assert set(mail.prefers) <= {*Preference, None}
    assert mail.prefers == (None,) or "pack_not_credited" in {*sum(readings, ()), *mail.about}


@each_mail
def test_the_body_and_every_named_number_survive_the_mail_program(mail):
    text = sent_text(mail)
    assert " ".join(mail.body.split()) in " ".join(text.split())
    for number in mail.ids:
        if "_" not in number:  # Stripe's ids are mangled on purpose
            assert squashed(number) in squashed(mail.subject + text)
