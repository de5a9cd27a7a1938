"""A stateful search: whatever happens in whatever order, the laws hold and the journal replays."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from reprise.ledger.account import check
from reprise.ledger.audit import audit
from reprise.ledger.charges import Outcome
from reprise.ledger.commands import ExpireLot, ThawOrder
from reprise.ledger.entries import Reason
from reprise.ledger.errors import CreditsInsufficientError
from reprise.ledger.lots import LotKind
from reprise.ledger.orders import OrderStatus
from reprise.ledger.reversals import Dispute, Movement, Refund, RefundStatus, Reversals
from reprise.ledger.usage import credits_used

from tests.support.ledger import CAUSE, DAY, Book, pack, renewal

AMOUNTS = st.integers(1, 1200)
STATUSES = st.sampled_from(list(RefundStatus))
DISPUTE_STATUSES = st.sampled_from(
    ["needs_response", "warning_needs_response", "warning_closed", "under_review", "won", "lost"]
)


# Taken is used; what came back, or came back as a new lot, is not.
USE = {Reason.TAKE: -1, Reason.RETURN: -1, Reason.REISSUE: -1}


class World(RuleBasedStateMachine):
    """One customer, everything that can happen to them, and a count kept apart as oracle."""

    new_book = Book

    @initialize()
    def begin(self):
        self.book = self.new_book()
        self.names = iter(f"{number:04d}" for number in range(10**4))
        self.order_of = {}

    def order_ids(self):
        return sorted(self.book.orders)

    @rule(credits=st.integers(1, 200), paid=st.integers(0, 1500), surplus=st.sampled_from([0, 500]))
    def buy_pack(self, credits, paid, surplus):
        name = f"cs_{next(self.names)}"
        self.book.grant(pack(name, credits, paid + surplus, paid))

    @rule(
        credits=st.integers(0, 200),
        sub=st.sampled_from(["sub_a", "sub_b"]),
        days=st.integers(1, 40),
    )
    def pay_subscription(self, credits, sub, days):
        name = f"in_{next(self.names)}"
        now = self.book.now
        paid_at = now - 5 * DAY
        self.book.grant(renewal(name, sub, now + days * DAY, credits, at=paid_at))

    @precondition(lambda self: self.book.account.subscriptions)
    @rule(data=st.data())
    def end_subscription(self, data):
        running = [k for k, sub in self.book.account.subscriptions.items() if sub.ended_at is None]
        if running:
            self.book.end(data.draw(st.sampled_from(sorted(running))))

    @rule(credits=st.integers(1, 100), days=st.sampled_from([None, 7, 20]))
    def give(self, credits, days):
        expires_at = None if days is None else self.book.now + days * DAY
        self.book.gift(credits, next(self.names), LotKind.GOODWILL, expires_at)

    @rule(credits=st.integers(1, 150))
    def charge(self, credits):
        before, name = self.book.available(), f"gen_{next(self.names)}"
        if credits > before:
            with pytest.raises(CreditsInsufficientError) as refused:
                self.book.charge(name, credits)
            assert refused.value.available == before
        else:
            self.book.charge(name, credits)
            assert self.book.available() == before - credits

    @precondition(lambda self: self.book.account.charges)
    @rule(data=st.data(), outcome=st.sampled_from(list(Outcome)))
    def settle(self, data, outcome):
        generation = data.draw(st.sampled_from(sorted(self.book.account.charges)))
        taken = self.book.account.charges[generation].credits
        owed, claimed = (
            self.book.account.owed,
            sum(c.gap for c in self.book.account.claims.values()),
        )
        entry = self.book.settle(generation, outcome, delivered=1, promised=2)
        assert 0 <= entry.details["refunded"] <= taken
        if not claimed and not owed:
            assert entry.credits == entry.details["refunded"]

    @precondition(lambda self: self.book.orders)
    @rule(data=st.data(), amount=AMOUNTS, status=STATUSES, name=st.sampled_from("ab"))
    def refund(self, data, amount, status, name):
        order_id = data.draw(st.sampled_from(self.order_ids()))
        self.reverse(order_id, Reversals(refunds={f"re_{name}_{order_id}": Refund(amount, status)}))

    @precondition(lambda self: self.book.orders)
    @rule(data=st.data(), amount=AMOUNTS, status=DISPUTE_STATUSES, moved=st.integers(-1200, 1200))
    def dispute(self, data, amount, status, moved):
        order_id = data.draw(st.sampled_from(self.order_ids()))
        facts = Dispute(amount, frozenset({status}), {f"txn_{moved}": Movement(moved, abs(moved))})
        self.reverse(order_id, Reversals(disputes={f"du_{order_id}": facts}))

    @precondition(lambda self: self.book.orders)
    @rule(data=st.data(), days=st.integers(1, 9))
    def warn(self, data, days):
        order_id = data.draw(st.sampled_from(self.order_ids()))
        self.reverse(order_id, Reversals(warnings={f"w_{order_id}": self.book.now + days * DAY}))

    def reverse(self, order_id, facts):
        periods = tuple(
            (order.purchase.subscription_id, order.purchase.period_end)
            for key, order in self.book.orders.items()
            if order.purchase.subscription_id and order.net_paid and key != order_id
        )
        self.book.reverse(facts, order_id, periods=periods)
        assert self.book.reverse(facts, order_id, periods=periods) is None, "twice changes nothing"

    @rule(days=st.integers(0, 70))
    def wait(self, days):
        self.book.now += days * DAY

    @rule()
    def sweep(self):
        for order_id, freeze in list(self.book.account.freezes.items()):
            if freeze.thaws_at is not None:
                self.book.do(ThawOrder(order_id, freeze.thaws_at, CAUSE))
        available = self.book.available()
        for lot in list(self.book.account.lots.values()):
            expires_at = self.book.account.expiry(lot, 7 * DAY)
            if expires_at is not None and lot.remaining:
                self.book.do(ExpireLot(lot.lot_id, expires_at, CAUSE))
        assert self.book.available() == available, "a sweep takes nothing that could be spent"
        due = self.book.account.next_due
        assert due is None or due > self.book.now, "a sweep leaves nothing due"

    @invariant()
    def the_laws_hold(self):
        check(self.book.account)
        assert self.book.available() <= self.book.account.balance

    @invariant()
    def the_journal_replays(self):
        report = audit("usr_1", self.book.entries, self.book.account, self.book.orders.values())
        assert report.clean, report.difference
        assert report.balance == self.book.account.balance

    @invariant()
    def orders_add_up(self):
        """Granted = left + used + expired + clawed + kept for debts, counted from the journal."""
        account = self.book.account
        self.order_of |= {key: lot.order_id for key, lot in account.lots.items()}
        lots_of = {}
        for entry in self.book.entries:
            for posting in entry.postings:
                lots_of.setdefault(posting.lot_id, 0)
                if entry.key.startswith(("charge#", "outcome#")):
                    lots_of[posting.lot_id] += USE.get(posting.reason, 0) * posting.credits
        for order_id, order in self.book.orders.items():
            assert order.status is OrderStatus.CREDITED
            own = [lot for lot in lots_of if self.order_of.get(lot) == order_id]
            assert credits_used(account, order) == sum(lots_of[lot] for lot in own)
            assert order.expired >= 0
            claim = account.claims.get(order_id)
            assert (claim.taken if claim else 0) <= order.target.credits <= order.purchase.credits
            if claim:
                assert claim.expired == order.expired


World.TestCase.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
TestWorld = World.TestCase
