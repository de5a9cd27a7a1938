import pytest
from hypothesis import given
from hypothesis import strategies as st
from reprise.errors import BadInputError
from reprise.ledger.charges import Outcome, credits_due_back
from reprise.ledger.charging import OPEN_CHARGES_MAX
from reprise.ledger.errors import (
    BoundExceededError,
    CreditsInsufficientError,
    GenerationUnknownError,
)
from reprise.ledger.lots import LotKind

from tests.support.ledger import DAY, T0, Book, pack, renewal


def test_a_charge_takes_and_a_failure_gives_back_to_the_same_lot():
    book = Book()
    book.grant(pack(credits=100))
    book.charge(credits=12)
    assert book.left() == {"cs_1": 88}
    book.settle(outcome=Outcome.FAILED)
    assert book.left() == {"cs_1": 100}
    assert not book.account.charges


@pytest.mark.parametrize(
    ("outcome", "delivered", "back"),
    [
        (Outcome.DELIVERED, 2, 0),
        (Outcome.PARTIAL, 1, 6),
        (Outcome.FAILED, 0, 11),
        (Outcome.EMPTY, 0, 11),
        (Outcome.UNRESOLVED, 0, 11),
    ],
)
def test_each_outcome_gives_back_its_share(outcome, delivered, back):
    """A partial delivery is paid back pro rata, rounded up for the customer."""
    book = Book()
    book.grant(pack(credits=50))
    book.charge(credits=11)
    entry = book.settle(outcome=outcome, delivered=delivered, promised=2)
    assert entry.credits == back
    assert entry.details["refunded"] == back


@given(st.integers(1, 10**6), st.integers(2, 50), st.data())
def test_a_refund_is_never_more_than_was_taken(taken, promised, data):
    delivered = data.draw(st.integers(1, promised - 1))
    back = credits_due_back(Outcome.PARTIAL, taken, delivered, promised)
    assert 0 < back <= taken
    assert back * promised >= taken * (promised - delivered)


def test_burn_order_is_soonest_expiring_then_kind_then_oldest():
    book = Book()
    book.grant(pack("cs_old", 10))
    book.grant(pack("cs_new", 10), now=T0 + DAY)
    book.gift(10, "never")
    book.gift(10, "soon", expires_at=T0 + 20 * DAY)
    book.grant(renewal(credits=10))
    book.charge(credits=45)
    assert [take.lot_id for take in book.account.charges["gen_1"].takes] == [
        "goodwill#soon",
        "goodwill#never",
        "in_1/il_1",
        "cs_old",
        "cs_new",
    ]


def test_credits_return_in_reverse_order_of_taking():
    book = Book()
    book.gift(4, "g")
    book.grant(pack(credits=100))
    book.charge(credits=10)
    book.settle(outcome=Outcome.PARTIAL, delivered=1, promised=2)
    assert book.left() == {"cs_1": 99}, "the pack was taken from last, so it gets 5 back first"


def test_a_charge_that_cannot_be_paid_says_what_is_missing_and_changes_nothing():
    book = Book()
    book.grant(pack(credits=5))
    with pytest.raises(CreditsInsufficientError) as refused:
        book.charge(credits=12)
    assert refused.value.missing == 7
    assert book.left() == {"cs_1": 5}


def test_a_refund_into_an_expired_lot_is_reissued_for_seven_days():
    """Never dead on arrival, never upgraded to credits that do not expire."""
    book = Book()
    book.gift(10, "g", expires_at=T0 + 8 * DAY)
    book.charge(credits=6)
    book.settle(now=T0 + 9 * DAY)
    reissued = book.account.lots["reissue:outcome#gen_1:2"]
    assert (reissued.kind, reissued.remaining) == (LotKind.REISSUE, 6)
    assert reissued.expires_at == T0 + 16 * DAY
    assert book.available() == 6, "the 4 that expired stay unspendable, swept or not"


def test_an_expired_lot_is_unspendable_before_any_sweep():
    book = Book()
    book.gift(10, "g", expires_at=T0 + 8 * DAY)
    assert book.available(T0 + 8 * DAY - DAY / 86400) == 10
    assert book.available(T0 + 8 * DAY) == 0
    with pytest.raises(CreditsInsufficientError):
        book.charge(credits=1, now=T0 + 8 * DAY)


def test_an_unknown_generation_is_refused():
    book = Book()
    book.grant(pack())
    with pytest.raises(GenerationUnknownError):
        book.settle("gen_nobody")


def test_a_partial_outcome_must_be_partial():
    book = Book()
    book.grant(pack())
    book.charge()
    with pytest.raises(BadInputError, match="0 < delivered < promised"):
        book.settle(outcome=Outcome.PARTIAL, delivered=2, promised=2)


def test_a_bound_refuses_a_charge_but_never_a_grant_or_refund():
    book = Book()
    book.grant(pack(credits=1000))
    for number in range(OPEN_CHARGES_MAX):
        book.charge(f"gen_{number}", 1)
    with pytest.raises(BoundExceededError):
        book.charge("gen_more", 1)
    book.grant(pack("cs_2"))
    book.settle("gen_0")
    book.charge("gen_more", 1)
