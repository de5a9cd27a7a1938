import pytest
from reprise.errors import BadInputError
from reprise.ledger.charges import Outcome
from reprise.ledger.commands import ExpireLot, ThawOrder
from reprise.ledger.reversals import RefundStatus, Reversals

from tests.support.ledger import CAUSE, DAY, T0, Book, orderings, pack, refund, renewal

END = T0 + 30 * DAY
LEFTOVER = 60 * DAY


def expiry(book, lot_id="in_1/il_1"):
    return book.account.lots[lot_id].expires_at


def test_leftover_credits_live_sixty_days_from_paid_through():
    book = Book()
    book.grant(renewal())
    assert expiry(book) is None
    book.end(now=END)
    assert expiry(book) == END + LEFTOVER


def test_an_immediate_cancellation_does_not_cut_paid_time():
    book = Book()
    book.grant(renewal())
    book.end(now=T0 + DAY)
    assert expiry(book) == END + LEFTOVER


def test_an_unpaid_period_gives_no_time():
    """Dunning gave up 40 days after the paid period: the 60 days run from what was paid."""
    book = Book()
    book.grant(renewal())
    book.end(now=END + 40 * DAY)
    assert expiry(book) == END + LEFTOVER


def test_an_expiry_is_never_set_closer_than_seven_days():
    book = Book()
    book.grant(renewal())
    book.end(now=END + 58 * DAY)
    assert expiry(book) == END + 65 * DAY


def test_a_period_that_buys_no_credits_still_buys_its_time():
    book = Book()
    book.grant(renewal())
    book.grant(renewal("in_2/il_1", end=END + 9 * DAY, credits=0))
    assert book.left() == {"in_1/il_1": 500}
    book.end(now=END)
    assert expiry(book) == END + 9 * DAY + LEFTOVER


def test_a_pack_without_credits_is_refused():
    with pytest.raises(BadInputError, match="credits"):
        Book().grant(pack(credits=0))


def test_packs_are_not_touched_by_a_cancellation():
    book = Book()
    book.grant(pack())
    book.grant(renewal())
    book.end(now=END)
    assert expiry(book, "cs_1") is None


def test_grant_and_end_converge_whatever_their_order():
    """A grant that is seen after the end gets the same expiry as one seen before."""
    steps = [
        lambda book: book.grant(renewal()),
        lambda book: book.grant(renewal("in_2/il_1", end=END + 30 * DAY)),
        lambda book: book.end(ended_at=END + 30 * DAY),
    ]
    ends = set()
    for ordering in orderings(steps):
        book = Book()
        for step in ordering:
            step(book)
        ends.add((expiry(book), expiry(book, "in_2/il_1")))
    assert ends == {(END + 90 * DAY, END + 90 * DAY)}


def test_a_new_paid_subscription_lifts_the_expiry_and_its_end_sets_a_new_one():
    book = Book()
    book.grant(renewal())
    book.end(now=END)
    book.grant(renewal("in_9/il_1", sub="sub_2", end=END + 50 * DAY), now=END + 20 * DAY)
    assert expiry(book) is None
    book.end("sub_2", now=END + 50 * DAY)
    assert expiry(book) == END + 110 * DAY


def test_a_late_end_under_another_running_subscription_does_nothing():
    book = Book()
    book.grant(renewal())
    book.grant(renewal("in_9/il_1", sub="sub_2", end=END + 50 * DAY))
    book.end("sub_1", now=END)
    assert expiry(book) is None


def test_a_renewal_paid_before_an_expiry_but_seen_after_it_gives_back_what_expired():
    book = Book()
    book.grant(renewal(credits=100))
    book.end(now=END)
    book.do(ExpireLot("in_1/il_1", END + LEFTOVER, CAUSE), END + LEFTOVER)
    assert book.account.balance == 0
    paid_at = END + LEFTOVER - DAY
    late = renewal("in_9/il_1", sub="sub_2", end=paid_at + 30 * DAY, at=paid_at)
    book.grant(late, now=END + LEFTOVER + DAY)
    assert book.left() == {"in_1/il_1": 100, "in_9/il_1": 500}
    assert expiry(book) is None
    assert book.orders["in_1/il_1"].expired == 0


def test_a_refund_that_fails_gives_credits_back_that_live_as_long_as_their_month_was_paid_for():
    """While the payment was gone the lot had only the notice to live; that must not last."""
    book = Book()
    book.grant(renewal(credits=100))
    book.charge(credits=6)
    book.settle(outcome=Outcome.DELIVERED)
    book.reverse(refund(1000), "in_1/il_1", now=T0 + 20 * DAY)
    book.end(now=END)
    book.reverse(refund(1000, RefundStatus.FAILED), "in_1/il_1", now=END + 14 * DAY)
    assert book.left() == {"in_1/il_1": 94}
    assert expiry(book) == END + LEFTOVER


def test_a_renewal_paid_after_an_expiry_gives_nothing_back():
    book = Book()
    book.grant(renewal(credits=100))
    book.end(now=END)
    book.do(ExpireLot("in_1/il_1", END + LEFTOVER, CAUSE), END + LEFTOVER)
    paid_at = END + LEFTOVER + DAY
    book.grant(renewal("in_9/il_1", sub="sub_2", end=paid_at + 30 * DAY, at=paid_at), now=paid_at)
    assert book.left() == {"in_9/il_1": 500}


def test_a_refunded_line_no_longer_counts_for_paid_through():
    book = Book()
    book.grant(renewal())
    book.grant(renewal("in_2/il_1", end=END + 30 * DAY))
    book.end(now=T0 + DAY)
    assert expiry(book) == END + 90 * DAY
    book.reverse(refund(1000), "in_2/il_1", periods=(("sub_1", END),))
    assert expiry(book) == END + LEFTOVER
    book.reverse(refund(1000, RefundStatus.FAILED), "in_2/il_1", periods=(("sub_1", END),))
    assert expiry(book) == END + 90 * DAY


@pytest.mark.parametrize("early", [DAY / 86400, DAY])
def test_a_sweep_before_the_expiry_does_nothing(early):
    book = Book()
    book.grant(renewal())
    book.end(now=END)
    assert book.do(ExpireLot("in_1/il_1", END + LEFTOVER, CAUSE), END + LEFTOVER - early) is None


def test_a_sweep_for_an_expiry_that_was_lifted_does_nothing():
    book = Book()
    book.grant(renewal())
    book.end(now=END)
    book.grant(renewal("in_9/il_1", sub="sub_2", end=END + 50 * DAY), now=END + DAY)
    assert book.do(ExpireLot("in_1/il_1", END + LEFTOVER, CAUSE), END + LEFTOVER) is None


def test_a_thaw_that_is_not_due_does_nothing():
    book = Book()
    book.grant(pack())
    assert book.do(ThawOrder("cs_1", T0, CAUSE)) is None


def test_a_freeze_that_lapsed_long_ago_does_not_shorten_an_expiry_set_now():
    """Found by the stateful search: the pause was counted to its lapse, not to now."""
    book = Book()
    book.grant(renewal())
    book.reverse(Reversals(warnings={"issfr_1": T0 + DAY}), "in_1/il_1")
    book.end(now=END + 58 * DAY)
    assert expiry(book) == END + 65 * DAY
    assert book.available() == 500
