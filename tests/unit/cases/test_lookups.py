"""What a mail names by receipt, charge or library link is found among the account's own only."""

from dataclasses import replace

import pytest
from reprise.cases.model import CaseState
from reprise.ledger.commands import ChargeGeneration
from reprise.mail.ids import extract_ids, match_ids
from reprise.mail.model import ReadMail
from reprise.mail.songs import song_hints
from reprise.policy.facts import Category
from reprise.ports.stripe import Bought
from reprise.usecases.cases.own_ids import own_ids

from tests.support.cases import letter
from tests.support.desk import ADA, CHARGE, NOW, ORDER, PAID, PAYMENT, RECEIPT, World
from tests.support.ledger import CAUSE, DAY, HOUR
from tests.support.mails import MANGLINGS
from tests.support.stripe import deliver

SONG = "6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"


@pytest.fixture
def world():
    return World()


def written(world, text, **wish):
    """Let Ada write without any id that the ledger knows, and work on it."""
    asked = {"category": Category.EU_WITHDRAWAL} | wish
    category = asked.pop("category")
    world.open(
        category=category,
        wish={"orders": ()} | asked,
        letter=letter(received_at=NOW - HOUR, sent_at=NOW - HOUR, text=text),
    )
    return world.work()


@pytest.mark.parametrize(
    "text",
    [
        f"My receipt number is {RECEIPT}, please refund.",
        f"Receipt #{RECEIPT}",
        "Quittung Nr. 1234 5678",
        "It says 1234\u20135678 on the paper.",
        *(f"Charge {MANGLINGS[name](CHARGE)} please" for name in MANGLINGS if "wrap" not in name),
        f"Charge {MANGLINGS['wrapped'](CHARGE)} please",
    ],
)
def test_a_receipt_or_charge_of_ones_own_is_found_however_it_is_written(world, text):
    case = written(world, text)
    assert (case.state, world.refunds) == (CaseState.APPROVED, {PAYMENT: PAID})


@pytest.mark.parametrize(
    "text",
    [
        "My receipt number is 1234-5679.",
        "Call me at 555 1234-56789",
        "Charge ch_3MmlLrLkdIwHu7ix0snN0B16",
        "no number at all",
        "Order from 2026-11-05, 15 EUR",
    ],
)
def test_what_is_not_ones_own_is_asked_for_and_never_guessed(world, text):
    case = written(world, text)
    assert (case.state, world.refunds) == (CaseState.ASKED, {})


def test_a_number_that_fits_two_purchases_is_a_persons(world):
    deliver(world.books, "invoice_paid_create", NOW - DAY)
    other = next(
        one.order_id.partition("/")[0]
        for one in world.books.ledger.store.orders_of(ADA)
        if one.order_id != ORDER
    )
    again = replace(world.paid, payment_id="pi_other", names=("ch_other", RECEIPT))
    world.stripe.roots[other] = Bought((again,))
    case = written(world, f"receipt {RECEIPT}")
    assert (case.state, case.decision.rule) == (CaseState.PERSON, "several_orders")


@pytest.mark.parametrize("words", ["Invoice {}", "invoice no. {}", "re: {}", "INV{}"])
@pytest.mark.parametrize(
    "change", [str.lower, str.upper, lambda n: n.replace("-", " \N{EN DASH} ")]
)
def test_an_invoice_number_is_found_among_the_accounts_own(world, words, change):
    deliver(world.books, "invoice_paid_create", NOW - DAY)
    store = world.books.ledger.store
    order = next(o for o in store.orders_of(ADA) if o.order_id != ORDER)
    ids = extract_ids(ReadMail(text=words.format(change(order.purchase.facts["number"]))))
    expected = () if words == "INV{}" else (order.order_id,)
    assert match_ids(ids, own_ids(store, ADA, ids)).orders == expected
    assert match_ids(ids, own_ids(store, "acc_eve", ids)).orders == ()


def test_stripe_is_not_asked_where_nothing_could_be_a_name(world):
    world.on_stripe(bought=None)
    assert written(world, "I paid 15 euros in May 2026, please help").state is CaseState.ASKED


@pytest.mark.parametrize(
    "link",
    [
        f"https://music.example/library/{SONG}",
        f"https://music.example/song/{SONG}?utm=mail",
        f"https://music.example/app#/songs/{SONG}/edit",
        f"https://music.example/listen?id={SONG}&t=3",
        f"https://music.example/{SONG}.",
        f"my song is {SONG}",
        f"id {SONG.upper()}",
        f"id {SONG[:20]}\n{SONG[20:]}",
    ],
)
def test_a_generation_is_found_by_its_link_or_id(world, link):
    world.books.ledger.run(ADA, ChargeGeneration(SONG, "music_simple", 10, CAUSE), NOW - HOUR)
    hints = song_hints(ReadMail(text=link)).ids
    case = written(world, link, category=Category.FAILED_GENERATION, songs=hints)
    assert case.decision.rule == "generation_open"


def test_a_title_or_several_songs_are_asked_about(world):
    for song in ("song-000001", "song-000002"):
        world.books.ledger.run(ADA, ChargeGeneration(song, "music_simple", 10, CAUSE), NOW - HOUR)
    text = 'My song "Paper Boats" failed, song-000001 or song-000002.'
    case = written(world, text, category=Category.FAILED_GENERATION)
    assert (case.state, case.decision.asks) == (CaseState.ASKED, "generation")


def test_a_word_is_no_generation(world):
    world.books.ledger.run(ADA, ChargeGeneration("generation", "wav", 10, CAUSE), NOW - HOUR)
    case = written(world, "My generation failed.", category=Category.FAILED_GENERATION)
    assert case.state is CaseState.ASKED
