"""Every credit that was granted is somewhere: left, held, spent, reissued, expired or taken."""

from datetime import timedelta

from reprise.ledger.charges import Outcome
from reprise.ledger.commands import ExpireLot

from ops.cli.tracing import fates
from tests.support.ledger import CAUSE, DAY, MINUTE, T0, Book, dispute, pack, renewal


def traced(book):
    """The fates of the book's lots, each checked to add up."""
    found = fates(book.entries)
    assert all(fate.adds_up for fate in found.values()), found
    assert {key: fate.left for key, fate in found.items() if fate.left} == book.left()
    return found


def used(bought):
    """A book of one order, of whose ten credits four were delivered for."""
    book = Book()
    book.grant(bought)
    book.charge(credits=4)
    book.settle(outcome=Outcome.DELIVERED)
    return book


def test_credits_that_come_back_after_the_expiry_are_traced_to_their_new_lot():
    book = Book()
    book.grant(renewal(credits=10))
    book.grant(pack(credits=5))
    book.end(ended_at=T0)
    ends = book.account.lots["in_1/il_1"].expires_at
    book.charge(credits=12, now=ends - MINUTE)
    assert traced(book)["in_1/il_1"].held == 10
    book.settle(outcome=Outcome.PARTIAL, delivered=1, promised=2, now=ends + DAY)
    found = traced(book)
    assert (found["cs_1"].spent, found["cs_1"].left) == (0, 5)
    assert (found["in_1/il_1"].spent, found["in_1/il_1"].reissued) == (6, 4)
    assert [fate.left for key, fate in found.items() if key.startswith("reissue:")] == [4]


def test_what_expired_is_traced():
    book = used(renewal(credits=10))
    book.end(ended_at=T0)
    expires_at = book.account.lots["in_1/il_1"].expires_at
    book.do(ExpireLot("in_1/il_1", expires_at, CAUSE), expires_at + timedelta(seconds=1))
    fate = traced(book)["in_1/il_1"]
    assert (fate.spent, fate.expired, fate.left) == (4, 6, 0)


def test_what_a_lost_dispute_takes_is_traced_to_the_lot_it_was_kept_from():
    book = used(pack(credits=10))
    book.reverse(dispute(1000, "lost"))
    book.grant(pack("cs_2", credits=10))
    found = traced(book)
    assert (found["cs_1"].spent, found["cs_1"].clawed) == (4, 6)
    assert (found["cs_2"].kept, found["cs_2"].left) == (4, 6)


def test_what_a_dispute_gives_back_late_is_traced_to_its_new_lot():
    book = used(renewal(credits=10))
    book.end(ended_at=T0)
    gone = book.account.lots["in_1/il_1"].expires_at
    book.reverse(dispute(1000, "lost", txn_1=-1000), "in_1/il_1", now=gone - DAY)
    book.reverse(dispute(1000, "won", txn_2=1000), "in_1/il_1", now=gone + 30 * DAY)
    fate = traced(book)["in_1/il_1"]
    assert (fate.spent, fate.clawed, fate.reissued) == (4, 0, 6)
    assert list(book.left().values()) == [6]
