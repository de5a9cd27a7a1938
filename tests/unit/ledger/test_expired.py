"""Expired lots that are touched again: the end never depends on what came first."""

import pytest
from reprise.ledger.commands import ExpireLot
from reprise.ledger.decide import REOPENED_MAX
from reprise.ledger.reversals import RefundStatus

from tests.support.ledger import CAUSE, DAY, T0, Book, dispute, refund, renewal

END = T0 + 30 * DAY
GONE = END + 60 * DAY
LATER = GONE + DAY


def leftover(**reversal):
    """A book whose subscription lot of 100 expired, half of it taken back before."""
    book = Book()
    book.grant(renewal(credits=100))
    book.end(now=END)
    book.reverse(refund(500, **reversal), "in_1/il_1")
    book.do(ExpireLot("in_1/il_1", GONE, CAUSE), GONE)
    return book


def renewed_late(book):
    """A renewal that was paid before the lot expired is seen after it."""
    book.grant(renewal("in_9/il_1", "sub_2", GONE + 40 * DAY, at=GONE - DAY), now=LATER)


def refund_failed(book):
    book.reverse(refund(500, RefundStatus.FAILED), "in_1/il_1", now=LATER)


def inquiry(book):
    book.reverse(dispute(1000, "warning_needs_response"), "in_1/il_1", now=LATER)


@pytest.mark.parametrize("refund_first", [True, False])
def test_a_failed_refund_and_a_late_renewal_give_back_all_that_expired(refund_first):
    """Seen in time, the renewal would have kept the lot, and the refund never took from it."""
    book = leftover()
    steps = [refund_failed, renewed_late]
    for step in steps if refund_first else reversed(steps):
        step(book)
    assert book.left() == {"in_1/il_1": 100, "in_9/il_1": 500}
    assert book.orders["in_1/il_1"].expired == 0


def test_news_of_an_expired_order_does_not_forget_what_expired():
    book = leftover()
    book.reverse(refund(10, refund_id="re_2"), "in_1/il_1", now=LATER)
    renewed_late(book)
    assert book.left() == {"in_1/il_1": 49, "in_9/il_1": 500}


@pytest.mark.parametrize("frozen_first", [True, False])
def test_a_freeze_wakes_nothing_that_had_expired_before_it(frozen_first):
    book = leftover()
    steps = [inquiry, refund_failed]
    for step in steps if frozen_first else reversed(steps):
        step(book)
    book.reverse(dispute(1000, "warning_closed"), "in_1/il_1")
    assert book.account.balance == 0
    assert book.orders["in_1/il_1"].expired == 100


def test_credits_that_return_to_a_frozen_expired_lot_are_reissued_and_wait_with_it():
    """Seven days of life, counted from the thaw."""
    book = Book()
    book.grant(renewal(credits=100))
    book.charge(credits=40)
    book.end(now=END)
    book.do(ExpireLot("in_1/il_1", GONE, CAUSE), GONE)
    inquiry(book)
    book.settle(now=LATER + 20 * DAY)
    assert (book.account.balance, book.available()) == (40, 0)
    thawed = LATER + 30 * DAY
    book.reverse(dispute(1000, "warning_closed"), "in_1/il_1", now=thawed)
    assert book.left() == {"reissue:outcome#gen_1:2": 40}
    assert book.account.lots["reissue:outcome#gen_1:2"].expires_at == thawed + 7 * DAY


def test_a_late_renewal_is_granted_however_many_lots_had_expired():
    """A transaction holds a hundred items; a bound never refuses a grant."""
    book = Book()
    for number in range(120):
        book.grant(renewal(f"in_1/il_{number:03}", credits=1))
    book.end(now=END)
    for lot_id in list(book.account.lots):
        book.do(ExpireLot(lot_id, GONE, CAUSE), GONE)
    renewed_late(book)
    assert book.account.balance == 500 + REOPENED_MAX


@pytest.mark.parametrize("swept", [True, False])
def test_an_invoice_seen_late_that_extends_nothing_revives_nothing(swept):
    """Whether the sweep ran decides nothing."""
    book = Book()
    book.grant(renewal("in_2/il_1", end=END, credits=100))
    book.end(now=END)
    if swept:
        book.do(ExpireLot("in_2/il_1", GONE, CAUSE), GONE)
    book.grant(renewal(end=T0 + DAY, credits=50), now=LATER)
    assert book.available() == 50


@pytest.mark.parametrize("return_first", [True, False])
def test_what_expired_absorbs_a_claim_whenever_the_charge_came_back(return_first):
    """A refund that fails in the end leaves the reissued credits alone, whatever it took."""
    book = Book()
    book.grant(renewal(credits=100))
    book.charge(credits=40)
    book.end(now=END)
    book.do(ExpireLot("in_1/il_1", GONE, CAUSE), GONE)
    steps = [
        lambda: book.reverse(refund(700, RefundStatus.PENDING), "in_1/il_1", now=LATER),
        lambda: book.settle(now=LATER),
    ]
    for step in reversed(steps) if return_first else steps:
        step()
    assert book.account.balance == 30
    book.reverse(refund(300, refund_id="re_2"), "in_1/il_1")
    book.reverse(refund(700, RefundStatus.FAILED), "in_1/il_1")
    assert book.account.balance == 40, "60 expired unspent, more than the 30 that are claimed"
