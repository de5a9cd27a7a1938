"""Claims that only news of their own order can touch are kept with the order, not in the head."""

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from reprise.adapters.dynamodb.items import head_state, order_item, order_of
from reprise.ledger import granting
from reprise.ledger.account import Account, sections_of
from reprise.ledger.audit import audit
from reprise.ledger.charges import Charge, Outcome, Take
from reprise.ledger.charging import LOTS_MAX, OPEN_CHARGES_MAX
from reprise.ledger.commands import ExpireLot
from reprise.ledger.lots import Lot, LotKind
from reprise.ledger.resting import awake
from reprise.ledger.reversals import Dispute, Movement, RefundStatus, Reversals
from reprise.ledger.usage import claim_of, credits_used

from tests.support.ledger import CAUSE, DAY, T0, V1, Book, dispute, pack, refund, renewal
from tests.unit.ledger.test_world import World


def clean(book):
    report = audit("usr_1", book.entries, book.account, book.orders.values())
    assert report.clean, report.difference


def rested(spent=60):
    """A book whose first pack was refunded, before it bought another."""
    book = Book()
    book.grant(pack())
    book.charge("gen_spent", spent)
    book.settle("gen_spent", Outcome.DELIVERED)
    book.reverse(refund(1000))
    book.grant(pack("cs_2"))
    return book


def test_a_claim_that_rests_leaves_the_head_with_the_next_grant():
    book = rested()
    assert (book.account.claims, sorted(book.account.lots)) == ({}, ["cs_2"])
    order = book.orders["cs_1"]
    claim = claim_of(book.account, order)
    assert (claim.target, claim.taken, claim.gap) == (100, 40, 60)
    assert credits_used(book.account, order) == 60
    assert order_of(order_item("usr_1", order)) == order
    clean(book)


def test_news_of_its_order_finds_it_as_it_was():
    book = rested()
    book.reverse(refund(1000, RefundStatus.FAILED))
    assert book.left() == {"cs_1": 40, "cs_2": 100}
    assert book.orders["cs_1"].rest is None
    clean(book)


def test_a_dispute_lost_later_makes_the_rest_of_it_a_debt():
    book = Book()
    book.grant(pack())
    book.charge("gen_spent", 60)
    book.settle("gen_spent", Outcome.DELIVERED)
    book.reverse(dispute(1000, "needs_response", "charge_refunded", txn_1=-1000))
    book.grant(pack("cs_2"))
    assert book.orders["cs_1"].rest is not None
    book.reverse(dispute(1000, "lost"))
    assert book.account.owed == 60
    clean(book)


def busy_charge(book):
    book.charge("gen_open", 10)
    book.reverse(refund(1000))


def busy_debt(book):
    book.charge("gen_spent", 10)
    book.settle("gen_spent", Outcome.DELIVERED)
    book.reverse(dispute(1000, "lost", txn_1=-1000))


def busy_rest(book):
    book.reverse(refund(500))


def busy_freeze(book):
    book.reverse(refund(1000))
    book.reverse(dispute(1000, "warning_needs_response"))


@pytest.mark.parametrize("busy", [busy_charge, busy_debt, busy_rest, busy_freeze])
def test_what_may_still_move_stays_in_the_head(busy):
    book = Book()
    book.grant(pack())
    busy(book)
    book.grant(pack("cs_2"))
    assert book.orders["cs_1"].rest is None
    assert "cs_1" in book.account.claims


def test_what_a_subscription_may_still_move_stays_until_it_expired_for_good():
    book = Book()
    book.grant(renewal(credits=100))
    book.reverse(refund(300), "in_1/il_1")
    book.end(now=T0 + 30 * DAY)
    gone = T0 + 90 * DAY
    book.do(ExpireLot("in_1/il_1", gone, CAUSE), gone)
    for number, is_kept in ((29, True), (30, True), (31, False)):
        # The head's own last instant decides, so the grant of day 31 sees that of day 30.
        book.grant(pack(f"cs_{number}"), now=gone + number * DAY)
        assert ("in_1/il_1" in book.account.claims) is is_kept
    book.reverse(refund(300, RefundStatus.FAILED), "in_1/il_1")
    assert book.orders["in_1/il_1"].expired == 100
    clean(book)


def test_an_audit_finds_a_claim_at_rest_that_the_journal_does_not_tell_of():
    book = rested()
    order = book.orders["cs_1"]
    other = replace(order.rest, claim=replace(order.rest.claim, clawed={"cs_1": 41}))
    report = audit("usr_1", book.entries, book.account, [replace(order, rest=other)])
    assert "cs_1.rest" in report.difference


class Restless(Book):
    """The same book, putting nothing to rest."""

    def do(self, command, now=None):
        kept = granting.resting
        granting.resting = lambda _account: []
        try:
            return super().do(command, now)
        finally:
            granting.resting = kept


class Twins(Book):
    """Two books that are told the same; one puts claims to rest."""

    def __init__(self):
        self.other = Restless()
        super().__init__()

    def do(self, command, now=None):
        theirs = self.other.do(command, max(self.now, now or self.now))
        ours = super().do(command, now)
        assert (ours is None) == (theirs is None), command
        if ours is not None:
            assert ours.postings == theirs.postings, command
            assert ours.details == theirs.details, command
        for key, order in self.orders.items():
            # Names of reissued lots carry it.
            self.other.orders[key] = replace(self.other.orders[key], version=order.version)
        return ours


class RestingWorld(World):
    """Whatever happens, an account that puts claims to rest is worth what it would be else."""

    new_book = Twins

    @rule(amount=st.sampled_from([300, 1000, 1500]), data=st.data())
    def win(self, amount, data):
        """Lost, then won on appeal, now or much later."""
        if not self.book.orders:
            return
        order_id = data.draw(st.sampled_from(self.order_ids()))
        moves = {"txn_-9": Movement(-900, 9)}
        if data.draw(st.booleans()):
            moves["txn_10"] = Movement(900, 10)
        status = "won" if len(moves) == 2 else "lost"
        facts = Dispute(amount, frozenset({"lost", status}), moves)
        self.reverse(order_id, Reversals(disputes={f"du_9_{order_id}": facts}))

    @invariant()
    def both_are_alike(self):
        ours, theirs = self.book, self.book.other
        woken = awake(ours.account, ((key, order.rest) for key, order in ours.orders.items()))
        assert sections_of(woken) == sections_of(theirs.account)
        assert ours.available() == theirs.available(ours.now)
        assert ours.account.owed == theirs.account.owed
        for key, order in ours.orders.items():
            other = theirs.orders[key]
            assert credits_used(ours.account, order) == credits_used(theirs.account, other)
            assert replace(order, rest=None) == other


RestingWorld.TestCase.settings = settings(max_examples=60, stateful_step_count=50, deadline=None)
TestRestingWorld = RestingWorld.TestCase
del World


def test_ten_years_of_packs_months_and_disputes_leave_a_small_head():
    """Five hundred packs, a hundred and twenty months, and a quarrel about every tenth pack."""
    book, largest = Book(), 0
    for month in range(120):
        now, line = T0 + 30 * month * DAY, f"in_1RepriseMonth{month:012d}/il_{month:020d}"
        book.grant(renewal(line, "sub_1RepriseForTenYears", now + 30 * DAY, at=now), now=now)
        if month % 12 == 7:
            book.reverse(dispute(1000, "lost", txn_1=-1000), line)
        for number in range(500 * month // 120, 500 * (month + 1) // 120):
            name = f"cs_live_{number:058d}"
            book.grant(pack(name, at=now))
            if number % 10 == 0:
                book.reverse(refund(400), name)
            if number % 25 == 0:
                book.reverse(dispute(600, "lost", txn_1=-600), name)
            while book.available() > 100:
                book.charge(f"gen_{len(book.entries)}", min(1000, book.available()))
                book.settle(f"gen_{len(book.entries) - 1}", Outcome.DELIVERED)
        largest = max(largest, len(head_state(book.account)))
    assert len(book.orders) == 620
    assert largest < 8_000, "of the 400,000 bytes that an item may have"
    clean(book)


def test_a_head_at_its_bounds_fits_its_item():
    lots = {
        f"in_1RepriseMonth{number:012d}/il_{number:020d}": Lot(
            "", LotKind.SUBSCRIPTION, None, 10**6, 10**6, T0, T0 + DAY, V1
        )
        for number in range(LOTS_MAX)
    }
    lots = {key: replace(lot, lot_id=key, order_id=key) for key, lot in lots.items()}
    names = sorted(lots)
    charges = {
        f"gen_{number:032d}": Charge(
            f"gen_{number:032d}", "add_instrumental", tuple(Take(key, 50) for key in names[:10]), T0
        )
        for number in range(OPEN_CHARGES_MAX)
    }
    assert len(head_state(Account("usr_1", lots=lots, charges=charges))) < 200_000
