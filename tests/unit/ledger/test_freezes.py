"""A dispute that may still be lost makes the order's credits wait, and so does a fraud warning."""

import pytest
from reprise.ledger.commands import ExpireLot
from reprise.ledger.errors import CreditsInsufficientError
from reprise.ledger.reversals import Reversals

from tests.support.ledger import CAUSE, DAY, T0, Book, dispute, pack, renewal


def bought():
    book = Book()
    book.grant(pack(credits=100))
    return book


def test_an_inquiry_freezes_and_its_end_thaws():
    book = bought()
    book.reverse(dispute(1000, "warning_needs_response"))
    assert (book.account.balance, book.available()) == (100, 0)
    with pytest.raises(CreditsInsufficientError):
        book.charge()
    book.reverse(dispute(1000, "warning_closed"))
    assert book.available() == 100


def test_a_fraud_warning_lapses_by_itself():
    book = bought()
    book.reverse(Reversals(warnings={"issfr_1": T0 + 3 * DAY}))
    assert book.available(T0 + 3 * DAY - DAY / 86400) == 0
    assert book.available(T0 + 3 * DAY) == 100


def test_a_frozen_lots_expiry_pauses_and_resumes_with_at_least_seven_days():
    book = Book()
    book.grant(renewal(credits=100))
    book.end(now=T0 + 30 * DAY)
    book.reverse(dispute(1000, "warning_needs_response"), "in_1/il_1", now=T0 + 85 * DAY)
    late = T0 + 200 * DAY
    assert book.do(ExpireLot("in_1/il_1", T0 + 90 * DAY, CAUSE), late) is None
    book.reverse(dispute(1000, "warning_closed"), "in_1/il_1")
    assert book.account.lots["in_1/il_1"].expires_at == late + 7 * DAY


def test_an_inquiry_that_was_closed_and_then_escalated_freezes():
    book = bought()
    book.reverse(dispute(1000, "warning_needs_response", "warning_closed"))
    assert book.available() == 100
    book.reverse(dispute(1000, "needs_response"))
    assert book.available() == 0
