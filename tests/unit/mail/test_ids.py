"""Ids in every mangled form resolve among the sender's own orders, and nowhere else."""

import pytest
from reprise.mail.ids import Place, extract_ids, match_ids
from reprise.mail.model import ReadMail
from reprise.mail.read import read_message

from tests.support.mails import MANGLINGS, OWN_ID, raw_mail

OWN = {
    OWN_ID: "order-1",
    "cs_test_a1EyTRDmI6Y3CkOr6PNv3oAzGsJSG4ugg6mrnQ8ftTAH5PDQj5dKhANgwR": "order-1",
    "pi_3MtwBwLkdIwHu7ix28a3tqPa": "order-2",
    "1234-5678": "order-3",
    "586A2E-0139": "order-4",
    "ORD-10023": "order-5",
}
FOREIGN = "ch_9ZzzLrLkdIwHu7ix0snN0B99"


def found(text, own=None):
    return match_ids(extract_ids(ReadMail(text=text)), OWN if own is None else own)


@pytest.mark.parametrize("name", [name for name in MANGLINGS if name != "quoted_wrap"])
@pytest.mark.parametrize("client", ["plain", "gmail", "html_only", "outlook"])
def test_a_mangled_id_resolves(name, client):
    mail = read_message(raw_mail(f"Please look at {MANGLINGS[name](OWN_ID)} thanks", "s", client))
    match = match_ids(extract_ids(mail), OWN)
    assert match.orders == ("order-1",), mail.text
    assert match.foreign == ()


def test_an_id_torn_apart_by_a_quote_mark_is_a_hint():
    mail = read_message(raw_mail(f"see {MANGLINGS['quoted_wrap'](OWN_ID)} thanks"))
    match = match_ids(extract_ids(mail), OWN)
    assert (match.kind, match.hints) == ("none", ("order-1",))


@pytest.mark.parametrize(
    ("text", "orders"),
    [
        ("receipt 1234-5678", ("order-3",)),
        ("ch_3MmlLrLkdIwHu7ixOsnNOB15", ("order-1",)),
        ("c h _ 3MmILrLkdlwHu7ix0snN0Bl5", ("order-1",)),
        ("ORD-1OO23", ()),
        ("receipt #1234\u20115678", ("order-3",)),
        ("1234\u20135678", ("order-3",)),
        ("invoice 586a2e 0139", ("order-4",)),
        ("586A2E-\n0139", ("order-4",)),
        ("order ord 10023.", ("order-5",)),
        ("ORD-100234", ()),
        ("x1234-56789", ()),
        (
            (
                "https://pay.example/c/pay/cs_test_a1EyTRDmI6Y3CkOr6PNv3oAzGsJSG4ugg6mrnQ8ftTAH5PDQj5dKhANgwR"
                "#fid"
            ),
            ("order-1",),
        ),
        ("?payment_intent=pi_3MtwBwLkdIwHu7ix28a3tqPa&x=1", ("order-2",)),
        ("payment_intent%3Dpi%255F3MtwBwLkdIwHu7ix28a3tqPa", ("order-2",)),
        ("p i _ 3 M t w B w L k d I w H u 7 i x 2 8 a 3 t q P a", ("order-2",)),
        (f"{OWN_ID} and pi_3MtwBwLkdIwHu7ix28a3tqPa", ("order-1", "order-2")),
        ("I paid in 2024 with my card", ()),
        ("", ()),
    ],
)
def test_ids_of_every_kind(text, orders):
    match = found(text)
    assert match.orders == orders
    assert match.kind == {0: "none", 1: "matched"}.get(len(orders), "ambiguous")


def test_several_of_the_senders_orders_are_never_guessed_among():
    twins = {"ch_3MmlLrLkdIwHu7ix0snN0B15": "a", "ch_3MMLLRLKDIWHU7IX0SNN0B15": "b"}
    assert found("ch_3mmllrlkdiwhu7ix0snn0b15", twins).kind == "ambiguous"


def test_anothers_id_is_flagged_and_nothing_else():
    match = found(f"my order is {FOREIGN}")
    assert (match.kind, match.foreign) == ("none", (FOREIGN,))
    assert found("receipt number 9999-8888").foreign == ("9999-8888",)


def test_ids_in_quotes_are_hints():
    mail = read_message(raw_mail(f"refund this\n\nOn 1 May 2026, Us wrote:\n> receipt {OWN_ID}"))
    match = match_ids(extract_ids(mail), OWN)
    assert (match.orders, match.hints) == ((), ("order-1",))
    assert all(one.place is Place.QUOTED for one in extract_ids(mail).candidates)


def test_a_forward_without_a_word_gives_hints_only():
    mail = read_message(raw_mail(f"---------- Forwarded message ---------\nFrom: Us\n\n{OWN_ID}"))
    assert mail.text_is_quoted
    assert match_ids(extract_ids(mail), OWN).orders == ()


def test_subject_and_link_targets_count():
    assert match_ids(extract_ids(ReadMail(subject=f"Re: {OWN_ID}")), OWN).orders == ("order-1",)
    html = f'<a href="https://pay.example/receipts/{OWN_ID}">my receipt</a>'
    mail = read_message(b"Content-Type: text/html\n\n" + html.encode())
    assert match_ids(extract_ids(mail), OWN).orders == ("order-1",)


def test_card_numbers_are_no_receipts():
    assert found("4242 4242 4242 4242", {"4242-4242": "x"}).orders == ()


def test_nothing_owned_matches_nothing():
    assert found(OWN_ID, {}).kind == "none"
    assert found("anything", {"": "x", "_": "y"}).kind == "none"
