from dataclasses import replace

import pytest
from reprise.ledger.charges import Outcome
from reprise.ledger.commands import ExpireLot
from reprise.ledger.errors import OrderUnknownError
from reprise.ledger.lots import LotKind
from reprise.ledger.reversals import RefundStatus

from tests.support.ledger import CAUSE, DAY, T0, Book, dispute, orderings, pack, refund, renewal


def spent(credits, order_credits=100, **more):
    """A book with one pack, partly spent for good."""
    book = Book()
    book.grant(pack(credits=order_credits, **more))
    if credits:
        book.charge("gen_spent", credits)
        book.settle("gen_spent", Outcome.DELIVERED)
    return book


def test_a_full_refund_takes_what_is_left_and_writes_off_what_was_spent():
    book = spent(60)
    book.reverse(refund(1000))
    claim = book.account.claims["cs_1"]
    assert (book.account.balance, claim.taken, claim.gap, book.account.owed) == (0, 40, 60, 0)


@pytest.mark.parametrize(("amount", "left"), [(1, 100), (9, 100), (10, 99), (333, 67), (999, 1)])
def test_a_partial_refund_takes_the_floor_of_its_share(amount, left):
    book = spent(0)
    book.reverse(refund(amount))
    assert book.account.balance == left


def test_a_refund_that_fails_gives_back_exactly_what_it_took():
    book = spent(60)
    book.reverse(refund(1000, RefundStatus.PENDING))
    book.reverse(refund(1000, RefundStatus.FAILED))
    assert book.left() == {"cs_1": 40}
    assert not book.account.claims


@pytest.mark.parametrize("late", [RefundStatus.PENDING, RefundStatus.SUCCEEDED])
def test_a_failed_refund_stays_failed_whatever_arrives_late(late):
    book = spent(0)
    book.reverse(refund(1000, RefundStatus.FAILED))
    assert book.reverse(refund(1000, late)) is None
    assert book.account.balance == 100


def test_the_same_facts_twice_change_nothing():
    book = spent(0)
    assert book.reverse(refund(300)) is not None
    assert book.reverse(refund(300)) is None


def test_reversals_converge_whatever_their_order():
    """Refunds, a failure, a dispute and its win: one end, in all 120 orders, each twice."""
    steps = [
        refund(200, refund_id="re_a"),
        refund(300, RefundStatus.PENDING, "re_b"),
        refund(300, RefundStatus.FAILED, "re_b"),
        dispute(500, "needs_response", txn_1=-550),
        dispute(500, "won", txn_2=275),
    ]
    ends = set()
    for ordering in orderings(steps):
        book = spent(30)
        for facts in ordering:
            book.reverse(facts)
            book.reverse(facts)
        ends.add((tuple(sorted(book.left().items())), repr(book.account.claims), book.account.owed))
    # active: 200 refunded + half of 500 still withdrawn = 450 of 1000 -> 45 of 100 claimed
    assert ends == {((("cs_1", 25),), repr(book.account.claims), 0)}
    assert book.account.claims["cs_1"].taken == 45


@pytest.mark.parametrize("status", ["won", "prevented"])
def test_a_dispute_that_ended_for_us_gives_back_before_its_money_moves(status):
    book = spent(60)
    book.reverse(dispute(1000, "needs_response", txn_1=-1000))
    book.reverse(dispute(1000, status))
    assert book.left() == {"cs_1": 40}
    book.reverse(dispute(1000, status, txn_2=1000))
    assert book.left() == {"cs_1": 40}


def test_a_win_beside_an_appeal_is_not_the_last_word():
    book = spent(0)
    book.reverse(dispute(1000, "won"))
    book.reverse(dispute(1000, "appeal_under_review", txn_1=-1000))
    assert book.account.balance == 0


def test_in_total_never_more_than_the_grant_is_clawed():
    book = spent(0)
    book.reverse(refund(800))
    book.reverse(dispute(1000, "lost", txn_1=-1000))
    assert book.account.claims["cs_1"].taken == 100
    assert book.account.balance == 0


def test_an_open_dispute_owes_nothing_until_it_is_lost():
    book = spent(60)
    book.reverse(dispute(1000, "needs_response", txn_1=-1000))
    assert (book.account.balance, book.account.owed) == (0, 0)
    book.reverse(dispute(1000, "lost"))
    assert book.account.owed == 60


def test_our_own_refund_absorbs_shortfall_before_a_lost_dispute_owes():
    book = spent(60)
    book.reverse(refund(400))
    book.reverse(dispute(600, "lost", txn_1=-600))
    assert book.account.owed == 20


def test_what_is_owed_is_kept_from_later_grants_and_repaid_by_a_late_win():
    book = spent(60)
    book.reverse(dispute(1000, "lost", txn_1=-1000))
    book.grant(pack("cs_2", 100))
    assert (book.left(), book.account.owed) == ({"cs_2": 40}, 0)
    book.reverse(dispute(1000, "won", txn_2=1000))
    assert book.left() == {"cs_1": 40, "cs_2": 100}
    assert not book.account.claims


def test_a_netted_order_that_is_itself_refunded_revives_the_debt():
    book = spent(60)
    book.reverse(dispute(1000, "lost", txn_1=-1000))
    book.grant(pack("cs_2", 100))
    book.reverse(refund(1000, refund_id="re_2"), "cs_2")
    assert (book.account.balance, book.account.owed) == (0, 60)
    assert book.account.claims["cs_2"].taken == 100


@pytest.mark.parametrize("refund_first", [True, False])
def test_a_returned_charge_serves_the_claim_first_whichever_came_first(refund_first):
    """Credits that come back to a refunded order fill its shortfall before the customer."""
    book = spent(50)
    book.charge(credits=20)
    steps = [lambda: book.reverse(refund(700)), lambda: book.settle(outcome=Outcome.FAILED)]
    for step in steps if refund_first else reversed(steps):
        step()
    claim = book.account.claims["cs_1"]
    assert (book.account.balance, claim.taken, claim.gap) == (0, 50, 20)


def test_a_return_beyond_the_shortfall_is_the_customers():
    book = spent(0)
    book.charge(credits=90)
    book.reverse(refund(300))
    assert book.account.claims["cs_1"].gap == 20
    book.settle(outcome=Outcome.FAILED)
    assert book.left() == {"cs_1": 70}


def test_a_return_repays_netted_lots_after_the_debt_is_served():
    """Shortfall first, then the lots that were netted, then the customer."""
    book = spent(0)
    book.charge(credits=60)
    book.reverse(dispute(1000, "lost", txn_1=-1000))
    book.grant(pack("cs_2", 50))
    assert (book.left(), book.account.owed) == ({}, 10)
    book.settle(outcome=Outcome.FAILED)
    assert (book.left(), book.account.owed) == ({"cs_2": 50}, 0)


def test_expired_credits_are_neither_spent_nor_shortfall():
    book = Book()
    book.grant(renewal(credits=100))
    book.charge("gen_spent", 30)
    book.settle("gen_spent", Outcome.DELIVERED)
    book.end(now=T0 + 30 * DAY)
    expires_at = T0 + 90 * DAY
    book.do(ExpireLot("in_1/il_1", expires_at, CAUSE), expires_at)
    book.reverse(refund(1000), "in_1/il_1", now=T0 + 91 * DAY)
    claim = book.account.claims["in_1/il_1"]
    assert (claim.taken, claim.expired, claim.gap) == (0, 70, 30)


@pytest.mark.parametrize("claw_first", [True, False])
def test_a_restore_into_an_expired_lot_returns_nothing(claw_first):
    """Only what a lot that was never reversed would hold now."""
    book = Book()
    book.grant(renewal(credits=100))
    book.end(now=T0 + 30 * DAY)
    expires_at = T0 + 90 * DAY
    sweep = ExpireLot("in_1/il_1", expires_at, CAUSE)
    if claw_first:
        book.reverse(refund(500), "in_1/il_1")
        book.do(sweep, expires_at)
    else:
        book.do(sweep, expires_at)
        book.reverse(refund(500), "in_1/il_1")
    book.reverse(refund(500, RefundStatus.FAILED), "in_1/il_1", now=expires_at + DAY)
    assert book.account.balance == 0
    assert book.orders["in_1/il_1"].expired == 100
    assert not book.account.claims


def test_a_duplicate_payment_is_consumed_first():
    book = spent(0, paid=2000, due=1000)
    book.reverse(refund(1000))
    assert book.account.balance == 100
    book.reverse(refund(500, refund_id="re_2"))
    assert book.account.balance == 50


def test_an_order_that_cost_nothing_is_never_clawed_by_payments():
    book = spent(0, paid=0)
    book.reverse(refund(1000))
    assert book.account.balance == 100


def test_a_dispute_in_another_currency_counts_by_ratio():
    """Movements are in the settlement currency; only their ratio is used."""
    book = spent(0)
    book.reverse(dispute(1000, "needs_response", txn_1=-15000, txn_2=7500))
    assert book.account.balance == 50


def test_a_dispute_created_as_lost_without_movements_counts_in_full():
    book = spent(30)
    book.reverse(dispute(1000, "lost"))
    assert (book.account.balance, book.account.owed) == (0, 30)


def test_a_refund_before_its_order_is_known_is_refused():
    with pytest.raises(OrderUnknownError):
        Book().reverse(refund(1000))


def test_an_attempt_of_ours_is_replaced_by_its_refund():
    """The attempt claims at once; the refund that carries it out claims nothing more."""
    book = spent(0)
    book.reverse(refund(1000, RefundStatus.PENDING, "case-7#1"))
    assert book.account.balance == 0
    book.reverse(refund(400, RefundStatus.SUCCEEDED, "re_9", attempt="case-7#1"))
    assert book.account.balance == 60


def test_a_reissue_of_a_refunded_order_is_clawed_with_it():
    book = Book()
    book.grant(renewal(credits=100))
    book.charge(credits=40)
    book.end(now=T0 + 30 * DAY)
    book.settle(now=T0 + 95 * DAY)
    assert [lot.kind for lot in book.account.lots.values() if lot.remaining == 40] == [
        LotKind.REISSUE
    ]
    book.reverse(refund(1000), "in_1/il_1")
    # 60 expired unspent and absorb the claim; the reissued 40 are the rest of it.
    assert book.available() == 0
    assert book.account.claims["in_1/il_1"].gap == 0


def test_withdrawn_again_on_appeal_counts_in_full():
    book = spent(0)
    book.reverse(dispute(1000, "lost", txn_1=-1000, txn_2=1000, txn_3=-1000))
    assert book.account.balance == 0


def test_refunds_of_a_shared_payment_reach_each_line_by_its_share_without_losing_a_cent():
    """Three refunds of a third each take a line back wholly, whatever the rounding of one."""
    book = Book()
    book.grant(replace(pack(paid=333), payment=1000))
    for number in range(3):
        book.reverse(refund(333, refund_id=f"re_{number}"))
    book.reverse(refund(1, refund_id="re_last"))
    assert book.account.balance == 0


def test_what_we_refund_for_one_line_is_its_alone():
    book = Book()
    book.grant(replace(pack(paid=300), payment=1000))
    book.reverse(refund(300, attempt="case-7#1", refund_id="case-7#1"))
    assert book.account.balance == 0
