"""A run of the reconciler that dies at any call to a store or to Stripe: the next run ends it."""

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta

from reprise.ledger.audit import audit
from reprise.policy.calendar import BusinessCalendar
from reprise.ports.bookmarks import MemoryBookmarks
from reprise.ports.cases_memory import MemoryCaseStore
from reprise.ports.directory import MemoryDirectory, Profile
from reprise.ports.ledger import Page
from reprise.usecases.choice import Choices
from reprise.usecases.reconcile.reconciler import Reconciler
from reprise.usecases.reconcile.run import Run

from tests.support.crashes import Calls, Crash
from tests.support.stripe import NOW, body, books, deliver, standing


@dataclass
class MemoryFeed:
    """A `StripeFeed` of lists; a page holds two."""

    events: list = field(default_factory=list)
    packs: list = field(default_factory=list)
    paid: list = field(default_factory=list)
    payments: list = field(default_factory=list)
    back: list = field(default_factory=list)

    def undelivered(self, _since, cursor):
        return self._page(self.events, cursor)

    def sessions(self, _since, cursor):
        return self._page(self.packs, cursor)

    def invoices(self, _since, cursor):
        return self._page(self.paid, cursor)

    def refunds(self, _since, cursor):
        return self._page(self.back, cursor)

    def refunds_by(self, stripe_id):
        return [one for one in self.back if stripe_id in (one["payment_intent"], one["charge"])]

    def paid_invoice(self, invoice_id):
        return [one for one in self.paid if one["id"] == invoice_id]

    def lines(self, invoice_id):
        return self.paid_invoice(invoice_id)[0]["lines"]["data"]

    def invoice_payments(self, *, invoice="", payment_intent=""):
        return [
            one
            for one in self.payments
            if one["invoice"] == invoice or one["payment"]["payment_intent"] == payment_intent
        ]

    def sessions_of(self, payment_intent):
        return [one for one in self.packs if one["payment_intent"] == payment_intent]

    def payment_of(self, _charge_id):
        return None

    def paid_at(self, _payment_intent):
        return None

    @staticmethod
    def _page(found, cursor):
        start = int(cursor or 0)
        more = start + 2 < len(found)
        return Page(tuple(found[start : start + 2]), str(start + 2) if more else None)


def subject(name, **changes):
    return json.loads(body(name))["data"]["object"] | changes


def feed():
    """Three packs, one of them under a price nobody knows, an invoice, and lost refunds."""
    second = {"id": "cs_live_RepPack2", "payment_intent": "pi_RepPack2"}
    odd = {"id": "cs_live_RepOdd", "payment_intent": "pi_RepOdd", "amount_subtotal": 1}
    return MemoryFeed(
        events=[json.loads(body("refund_partial")), json.loads(body("subscription_created"))],
        packs=[
            subject("checkout_pack_paid"),
            subject("checkout_pack_paid", **odd),
            subject("checkout_pack_paid", **second),
        ],
        paid=[subject("invoice_paid_create")],
        payments=[subject("invoice_payment_paid_create")],
        back=[subject("refund_pending", payment_intent="pi_RepPack2", charge="ch_2")],
    )


def end_of(calls):
    """Run until a run gets through; return where everything stands."""
    plain = books()
    deliver(plain, "refund_subscription")  # parked: nothing joins its payment to the invoice yet
    deliver(plain, "charge_refunded_partial")  # waits for its refund, which no event told of
    cases, directory = MemoryCaseStore(), MemoryDirectory()
    directory.put_profile(Profile("acc_ada", "ada@example.com", "en", "DE", NOW))
    choices = Choices(
        calls.watch(cases), calls.watch(directory), plain.policy, BusinessCalendar("UTC")
    )
    watched = replace(
        plain,
        ledger=replace(plain.ledger, store=calls.watch(plain.ledger.store)),
        mirrors=calls.watch(plain.mirrors),
        parking=calls.watch(plain.parking),
    )
    bookmarks = calls.watch(MemoryBookmarks())
    world = Reconciler(watched, calls.watch(feed()), bookmarks, choices)
    runs = 0
    while True:
        runs += 1
        at = NOW + runs * timedelta(minutes=10)
        try:
            report = Run(world, at, may_go_on=lambda: True).reconcile()
        except Crash:
            continue
        assert report.failed == []
        break
    assert runs == (2 if calls.at else 1)
    head = plain.ledger.store.read("acc_ada").account
    assert audit("acc_ada", plain.ledger.store.journal("acc_ada"), head).clean
    waiting = sorted(one.parked_id for one in plain.parking.parked(100).items)
    asked = sorted(case.wish.foreign for case in cases.cases.values())
    return standing(plain, "acc_ada"), waiting, asked, head.balance


def test_a_run_that_dies_at_any_call_is_ended_by_the_next():
    untroubled = Calls()
    end = end_of(untroubled)
    assert end[1:] == (["reconcile_cs_live_RepOdd"], [("cs_live_RepOdd",)], 667)
    for at in range(1, untroubled.count + 1):
        for after in (False, True):
            assert end_of(Calls(at, after)) == end, (at, after)
    print(f"reconcile: {2 * untroubled.count} of {2 * untroubled.count} crash points end alike")
    assert untroubled.count > 50
