"""Builders for ledger tests: a fixed day, one policy, short names."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from reprise.ledger.account import Account, check
from reprise.ledger.charges import Outcome
from reprise.ledger.commands import (
    ChargeGeneration,
    EndSubscription,
    Gift,
    GrantOrder,
    ReverseOrder,
    SettleCharge,
)
from reprise.ledger.decide import decide, orders_needed
from reprise.ledger.entries import Cause, Entry, apply
from reprise.ledger.lots import LotKind
from reprise.ledger.orders import Order, Purchase
from reprise.ledger.reversals import Dispute, Movement, Refund, RefundStatus, Reversals
from reprise.ledger.terms import Rules, Terms

T0 = datetime(2026, 10, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
CAUSE = Cause("test", "evt_1")
V1 = "2026-05-02"
FREEZES_ON = frozenset({"dispute", "inquiry", "fraud_warning"})
RULES = Rules(V1, {V1: Terms(V1, 60 * DAY, 7 * DAY, 7 * DAY, FREEZES_ON)})
NOTICE = RULES.current.notice


def pack(order_id="cs_1", credits=100, paid=1000, due=None, at=T0, **more) -> Purchase:
    return Purchase(
        order_id=order_id,
        kind=LotKind.PACK,
        sku="pack_100",
        credits=credits,
        paid=paid,
        due=paid if due is None else due,
        payment=paid,
        currency="usd",
        purchased_at=at,
        policy_version=V1,
        **more,
    )


def renewal(
    order_id="in_1/il_1", sub="sub_1", end=T0 + 30 * DAY, credits=500, at=T0, **more
) -> Purchase:
    return replace(
        pack(order_id, credits, 1000, at=at, **more),
        kind=LotKind.SUBSCRIPTION,
        sku="pro",
        subscription_id=sub,
        period_end=end,
    )


def refund(amount=1000, status=RefundStatus.SUCCEEDED, refund_id="re_1", attempt=None) -> Reversals:
    return Reversals(refunds={refund_id: Refund(amount, status, attempt)})


def dispute(amount=1000, *statuses, dispute_id="du_1", **movements) -> Reversals:
    """Facts of one dispute; `txn_3=-500` is a movement of -500 at millisecond 3."""
    moves = {txn: Movement(moved, int(txn[4:])) for txn, moved in movements.items()}
    return Reversals(disputes={dispute_id: Dispute(amount, frozenset(statuses), moves)})


class Book:
    """One account with its journal and orders, in memory, checked after every step."""

    def __init__(self, account_id="usr_1", rules=RULES) -> None:
        self.account = Account(account_id)
        self.rules = rules
        self.orders: dict[str, Order] = {}
        self.entries: list[Entry] = []
        self.now = T0

    def do(self, command, now=None):
        """Decide and apply a command; return its entry, or None if nothing changed."""
        self.now = max(self.now, now or self.now)
        needed = orders_needed(self.account, command)
        orders = {key: self.orders[key] for key in needed if key in self.orders}
        decision = decide(self.account, command, self.now, self.rules, orders)
        if decision is None:
            return None
        assert apply(self.account, decision.entry).lots == decision.account.lots
        self.account = decision.account
        self.orders |= {order.order_id: order for order in decision.orders}
        self.entries.append(decision.entry)
        check(self.account)
        assert self.account.balance == sum(entry.credits for entry in self.entries)
        return decision.entry

    def grant(self, purchase, now=None):
        return self.do(GrantOrder(purchase, CAUSE), now)

    def gift(self, credits, gift_id="g1", kind=LotKind.GOODWILL, expires_at=None, now=None):
        return self.do(Gift(kind, gift_id, credits, expires_at, CAUSE), now)

    def charge(self, generation_id="gen_1", credits=10, now=None, operation="music_simple"):
        return self.do(ChargeGeneration(generation_id, operation, credits, CAUSE), now)

    def settle(
        self, generation_id="gen_1", outcome=Outcome.FAILED, delivered=0, promised=2, now=None
    ):
        return self.do(SettleCharge(generation_id, outcome, CAUSE, delivered, promised), now)

    def reverse(self, facts, order_id="cs_1", now=None, periods=()):
        version = self.orders[order_id].version if order_id in self.orders else 0
        return self.do(ReverseOrder(order_id, version, facts, CAUSE, periods), now)

    def end(self, sub="sub_1", ended_at=None, now=None):
        return self.do(EndSubscription(sub, ended_at or self.now, CAUSE), now)

    def left(self) -> dict[str, int]:
        """Remaining credits by lot, empty lots left out."""
        return {key: lot.remaining for key, lot in self.account.lots.items() if lot.remaining}

    def available(self, now=None) -> int:
        return self.account.available(now or self.now, NOTICE)


def orderings(steps):
    """All orders of the steps."""
    return itertools.permutations(steps)
