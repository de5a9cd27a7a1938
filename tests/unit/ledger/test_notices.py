"""What the product is told: refunds of generations, and credits that arrive."""

from reprise.adapters.dynamodb.items import entry_item, entry_of
from reprise.ledger.charges import Outcome
from reprise.ledger.notices import News, Notice, notice_of

from tests.support.ledger import Book, pack, refund


def test_refunds_and_grants_are_news_and_nothing_else_is():
    book = Book()
    book.grant(pack())
    book.gift(5)
    for number, outcome in enumerate((Outcome.FAILED, Outcome.PARTIAL, Outcome.DELIVERED)):
        book.charge(f"gen_{number}")
        book.settle(f"gen_{number}", outcome, delivered=1)
    book.reverse(refund(500))
    told = [notice_of(entry) for entry in book.entries]
    assert [notice for notice in told if notice] == [
        Notice(News.GRANTED, "usr_1", "cs_1", 100, "order"),
        Notice(News.GRANTED, "usr_1", "g1", 5, "goodwill"),
        Notice(News.REFUNDED, "usr_1", "gen_0", 10, ""),
        Notice(News.REFUNDED, "usr_1", "gen_1", 5, ""),
    ]


def test_a_stored_entry_is_the_entry():
    book = Book()
    book.grant(pack())
    book.charge()
    book.settle()
    for entry in book.entries:
        assert entry_of(entry_item(entry)) == entry
