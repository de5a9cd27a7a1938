"""Credits that a dispute took and gives back have the time that was left to them, however late.

While the bank had the money nobody could use them, so their time stood still: seven days at least.
"""

import pytest
from reprise.ledger.charges import Outcome
from reprise.ledger.commands import ExpireLot
from reprise.ledger.lots import LotKind
from reprise.ledger.reversals import RefundStatus

from tests.support.ledger import CAUSE, DAY, T0, Book, dispute, refund, renewal

LINE = "in_1/il_1"
END = T0 + 30 * DAY
GONE = END + 60 * DAY
OPEN = dispute(1000, "needs_response", txn_1=-1000)
LOST = dispute(1000, "lost", txn_1=-1000)
WON = dispute(1000, "lost", "won", txn_1=-1000, txn_2=1000)


def bought(spent=6):
    """A book whose subscription lot of 100 was partly used."""
    book = Book()
    book.grant(renewal(credits=100))
    if spent:
        book.charge(credits=spent)
        book.settle(outcome=Outcome.DELIVERED)
    return book


def lives(book):
    """Credits left, and when each lot of them ends."""
    return [(lot.remaining, lot.expires_at) for lot in book.account.lots.values() if lot.remaining]


@pytest.mark.parametrize("won", [GONE - 3 * DAY, GONE, GONE + 200 * DAY])
def test_leftovers_have_the_days_that_were_left_when_the_bank_took_the_money(won):
    book = bought()
    book.end(now=END)
    book.reverse(OPEN, LINE, now=GONE - 20 * DAY)
    book.reverse(LOST, LINE, now=GONE - 10 * DAY)
    book.reverse(WON, LINE, now=won)
    assert lives(book) == [(94, won + 20 * DAY)]
    assert book.orders[LINE].expired == 0
    assert not book.account.claims


@pytest.mark.parametrize("won", [GONE - DAY, GONE + 100 * DAY])
def test_a_dispute_within_the_month_leaves_the_month_and_the_sixty_days(won):
    """Lost at once, the subscription ends under it, and the win comes at last."""
    book = bought()
    book.reverse(LOST, LINE, now=T0 + 20 * DAY)
    book.end(now=END)
    book.reverse(WON, LINE, now=won)
    assert lives(book) == [(94, won + 70 * DAY)]


def test_a_dispute_before_the_last_days_leaves_seven():
    book = bought()
    book.end(now=END)
    book.reverse(LOST, LINE, now=GONE - 2 * DAY)
    book.reverse(WON, LINE, now=GONE + 30 * DAY)
    assert lives(book) == [(94, GONE + 37 * DAY)]


def test_what_was_not_disputed_runs_out_in_its_own_time():
    half = dispute(500, "lost", txn_1=-500)
    book = bought(spent=0)
    book.end(now=END)
    book.reverse(half, LINE, now=GONE - 20 * DAY)
    book.do(ExpireLot(LINE, GONE, CAUSE), GONE)
    assert (book.account.balance, book.orders[LINE].expired) == (0, 50)
    won = GONE + 10 * DAY
    book.reverse(dispute(500, "won", txn_2=500), LINE, now=won)
    assert lives(book) == [(50, won + 20 * DAY)]
    book.do(ExpireLot(next(iter(book.left())), won + 20 * DAY, CAUSE), won + 20 * DAY)
    assert (book.account.balance, book.orders[LINE].expired) == (0, 100)


def test_what_had_expired_before_the_dispute_stays_expired():
    book = bought()
    book.end(now=END)
    book.reverse(LOST, LINE, now=GONE + DAY)
    book.reverse(WON, LINE, now=GONE + 30 * DAY)
    assert book.left() == {}
    assert book.orders[LINE].expired == 94


def test_what_our_refund_took_besides_comes_back_with_no_time_of_its_own():
    """Whoever asked for the money meant to give the credits up: a refund that fails pauses none."""
    book = bought(spent=0)
    book.end(now=END)
    book.reverse(refund(400), LINE, now=GONE - 30 * DAY)
    book.reverse(dispute(600, "lost", txn_1=-600), LINE, now=GONE - 20 * DAY)
    late = GONE + 10 * DAY
    book.reverse(refund(400, RefundStatus.FAILED), LINE, now=late)
    assert (lives(book), book.orders[LINE].expired) == ([], 40)
    book.reverse(dispute(600, "won", txn_2=600), LINE, now=late)
    assert lives(book) == [(60, late + 20 * DAY)]


def test_what_was_kept_for_the_debt_has_the_days_that_were_left_too():
    """Kept from the next month's credits, and given back when nothing is owed any more."""
    book = bought(spent=60)
    book.reverse(LOST, LINE, now=T0 + 20 * DAY)
    book.grant(renewal("in_2/il_1", end=END + 30 * DAY, credits=50), now=END)
    assert (book.left(), book.account.owed) == ({}, 10)
    book.end(now=END + 30 * DAY)
    won = END + 400 * DAY
    book.reverse(WON, LINE, now=won)
    assert sorted(lives(book)) == [(40, won + 70 * DAY), (50, won + 90 * DAY)]


def test_a_running_subscription_keeps_them_without_an_end():
    book = bought()
    book.reverse(LOST, LINE, now=T0 + 20 * DAY)
    book.grant(renewal("in_2/il_1", end=END + 30 * DAY), now=END)
    book.reverse(WON, LINE, now=END + 100 * DAY)
    assert (94, None) in lives(book)


def test_won_and_withdrawn_again_on_appeal_ends_as_it_began():
    book = bought()
    book.end(now=END)
    book.reverse(LOST, LINE, now=GONE - 20 * DAY)
    book.reverse(WON, LINE, now=GONE + 10 * DAY)
    book.reverse(dispute(1000, "lost", txn_3=-1000), LINE, now=GONE + 15 * DAY)
    assert (book.account.balance, book.account.owed) == (0, 6)
    book.reverse(dispute(1000, "won", txn_4=1000), LINE, now=GONE + 300 * DAY)
    assert lives(book) == [(94, GONE + 315 * DAY)]
    assert {lot.kind for lot in book.account.lots.values() if lot.remaining} == {LotKind.REISSUE}
