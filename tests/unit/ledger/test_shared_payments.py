"""One payment, several lines: every cent that went back is some line's, and only once."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reprise.ledger.allot import Shares, allot
from reprise.ledger.orders import Order
from reprise.ledger.reversals import Refund, RefundStatus, Reversals

from tests.support.ledger import Book, dispute, pack, refund

A, B = "in_1/il_a", "in_1/il_b"
LINES = {A: 400, B: 600}


def shop(lines=None, credits=100):
    """A book with an order for each line of one payment."""
    lines = lines or LINES
    book = Book()
    for line, paid in lines.items():
        bought = pack(line, credits, paid)
        book.grant(replace(bought, payment=sum(lines.values()), lines=lines))
    return book


def tell(book, facts):
    for line in book.orders:
        book.reverse(facts, line)


def ours(line, amount, number=1):
    """What a refund that we made for a line alone is to every order."""

    def to(order_id):
        beside = None if order_id == line else line
        made = Refund(amount, RefundStatus.SUCCEEDED, f"C#{number}", beside)
        return Reversals(refunds={f"re_{number}": made})

    return to


def of_all(facts):
    return lambda _order_id: facts


def ends(steps, **shops):
    """What each line's claim and refund is, in every order of the steps."""
    found = set()
    for order in itertools.permutations(steps):
        book = shop(**shops)
        for step in order:
            for line in book.orders:
                book.reverse(step(line), line)
        found.add(
            tuple((one.target.credits, one.refunded, one.net_paid) for one in book.orders.values())
        )
    assert len(found) == 1
    return found.pop()


def test_what_we_gave_back_for_one_line_leaves_the_rest_to_the_others():
    """Line A went back by a refund of ours; what somebody refunds of the rest is all of B's."""
    rest = of_all(refund(600, refund_id="re_rest"))
    assert ends([ours(A, 400), rest]) == ((100, 400, False), (100, 600, False))


def test_a_lost_dispute_of_the_rest_is_the_other_lines():
    lost = of_all(dispute(600, "lost", txn_1=-600))
    assert ends([ours(A, 400), lost])[1][0] == 100


def test_a_part_that_went_back_before_counts_for_both():
    """Half was refunded, then line A's other half by us: A is back wholly, B by half."""
    half = of_all(refund(500, refund_id="re_half"))
    assert ends([half, ours(A, 200)]) == ((100, 400, False), (50, 300, True))


def test_a_sibling_refund_that_failed_weighs_nothing():
    failed = Refund(400, RefundStatus.FAILED, "C#1", A)
    rest = of_all(refund(500, refund_id="re_rest"))
    told = ends([ours(A, 400), of_all(Reversals(refunds={"re_1": failed})), rest])
    assert told == ((50, 200, True), (50, 300, True))


def test_no_cent_is_lost_where_two_lines_are_refunded_after_a_part():
    """Each line's part of half a payment ended in half a cent, and both were kept."""
    book = shop({A: 333, B: 667})
    tell(book, refund(500, refund_id="re_half"))
    left = {line: order.purchase.paid - order.refunded for line, order in book.orders.items()}
    assert sum(left.values()) == 500
    for number, line in enumerate(book.orders):
        for other in book.orders:
            book.reverse(ours(line, left[line], number)(other), other)
    assert book.account.balance == 0
    assert not any(order.net_paid for order in book.orders.values())


def test_an_order_keeps_its_siblings_through_the_store():
    bought = replace(pack(A, paid=400), payment=1000, lines=LINES)
    order = Order(bought, reversals=ours(A, 400)(B), version=3)
    assert Order.of_state(A, 3, order.state()) == order


@pytest.mark.parametrize("lines", [{"a": 1}, {"a": 0, "b": 7}, {"a": 3, "b": 3, "c": 1}])
def test_nobody_gives_back_more_than_all_of_it(lines):
    received = sum(lines.values())
    shares = Shares(lines, received, {})
    assert {line: shares.back(line, received) for line in lines} == lines


_LINES = st.dictionaries(st.sampled_from("abcd"), st.integers(1, 10**6), min_size=2)


@given(_LINES, st.data())
def test_the_parts_of_what_went_back_are_exactly_it(lines, data):
    """Whatever was refunded for lines alone or for the whole payment, in whole cents."""
    received = sum(lines.values())
    alone = {line: data.draw(st.integers(0, paid)) for line, paid in lines.items()}
    moved = data.draw(st.integers(0, received - sum(alone.values())))
    shares = Shares(lines, received, alone)
    back = {line: shares.back(line, moved) for line in lines}
    assert sum(back.values()) == moved + sum(alone.values())
    assert all(alone[line] <= part <= lines[line] for line, part in back.items())
    assert allot(received, lines) == lines
