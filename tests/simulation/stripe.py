"""Stripe: what it holds, what it tells the webhook, what it lists, and refunds under keys."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from reprise.billing.checkout import read_checkout
from reprise.billing.fields import Fields
from reprise.ledger.reversals import RefundStatus
from reprise.ports.ledger import Page
from reprise.ports.stripe import (
    Bought,
    Payment,
    RefundSeen,
    StripeBrokenError,
    StripeRefusedError,
)

from ops.stripe_standin.signing import http_event
from tests.simulation import bodies
from tests.simulation.truth import DAY, MINUTE, Money

SECRETS = ("whsec_sim_old", "whsec_sim_new")
RETRIES = (1, 5, 30, 120, 600)
"""Minutes until a failed delivery comes again; the last one repeats."""
GIVES_UP = timedelta(days=3)
KEYS_KEPT = timedelta(hours=24)
PAGE = 4


class Stripe:
    """A `StripeFeed` and a `StripeDesk` over what customers and banks did."""

    def __init__(self, world):
        self.world = world
        self.told = world.now
        self.undelivered_events = {}
        self.session_list, self.invoice_list = {}, {}
        self.joined, self.refund_list = {}, {}
        self.money = {}
        self.duplicates = {}
        self.answers = {}
        self.accounts = {}
        self.subscriptions, self.withdrawn = {}, set()

    # What happens ----------------------------------------------------------------------------

    def pay(self, payment_id, account, amount, at, root):
        """Take a payment for a session or an invoice."""
        money = Money(payment_id, amount, at, f"card_{account}")
        self.money[payment_id] = money
        self.duplicates.setdefault(root, []).append(money)
        self.accounts[payment_id] = account
        return money

    def say(self, event, account):
        """Make an event now, and deliver it as Stripe does: late, twice, or never."""
        found = event["data"]["object"]
        if event["type"].startswith("checkout.session") and found["status"] == "complete":
            self.session_list[found["id"]] = found
        if event["type"] == "invoice.paid":
            self.invoice_list[found["id"]] = found
        if event["type"] == "invoice_payment.paid":
            self.joined[found["invoice"]] = found
        if event["type"].startswith("refund."):
            self.refund_list[found["id"]] = found
        self.undelivered_events[event["id"]] = (self.world.now, account, event)
        self.world.stripe_changed()
        faults, raw = self.world.faults, json.dumps(event)
        if not faults.strikes("webhook never sent", 2):
            self._deliver_in(faults.random.choice((1, 2, 3, 10, 60, 600, 7200)), event["id"], raw)
        if faults.strikes("webhook twice", 6):
            self._deliver_in(faults.random.choice((1, 30, 4000, 90_000)), event["id"], raw)
        if faults.strikes("second event object", 2):
            again = bodies.second_event(event)
            self._deliver_in(faults.random.choice((1, 30, 4000)), again["id"], json.dumps(again))

    def _deliver_in(self, seconds, event_id, raw):
        when = self.world.now + timedelta(seconds=seconds)
        self.world.at(when, self.deliver, event_id, raw, when)

    def deliver(self, event_id, raw, first_at, tries=0):
        """Deliver an event to the webhook, and again until it is taken or three days are over."""
        now = self.world.now
        encoded = self.world.faults.random.random() < 0.2
        secrets = SECRETS if now.hour < 12 else SECRETS[1:]
        request = http_event(raw.encode(), secrets, now, encoded=encoded)
        answer = self.world.invoke("stripe_webhook", request)
        if answer is not None and answer["statusCode"] == 200:
            self.undelivered_events.pop(event_id, None)
            return
        if answer is not None and answer["statusCode"] not in {400, 503}:
            self.world.violate("stripe", f"{event_id}: answered {answer['statusCode']}")
        again = now + RETRIES[min(tries, len(RETRIES) - 1)] * MINUTE
        if again - first_at < GIVES_UP:
            self.world.at(again, self.deliver, event_id, raw, first_at, tries + 1)

    def quiet(self, account):
        """Whether every event about an account was delivered."""
        return all(who != account for _, who, _ in self.undelivered_events.values())

    def owes(self, since):
        """Whether there is an event or a paid object that the product may not know yet."""
        if any(made >= since for made, _, _ in self.undelivered_events.values()):
            return True
        aliases = self.world.ledger_store.aliases
        paid = [one for one in self.session_list.values() if one["payment_status"] == "paid"]
        return any(
            _at(one) >= since and one["id"] not in aliases
            for one in (*paid, *self.invoice_list.values())
        )

    # What it lists (StripeFeed) --------------------------------------------------------------

    def undelivered(self, since, cursor):
        found = [event for made, _, event in self.undelivered_events.values() if made >= since]
        return _page(found, cursor)

    def sessions(self, since, cursor):
        return _page([one for one in self.session_list.values() if _at(one) >= since], cursor)

    def invoices(self, since, cursor):
        return _page([one for one in self.invoice_list.values() if _at(one) >= since], cursor)

    def refunds(self, since, cursor):
        """The feed's list of refunds, those made since then."""
        return _page([one for one in self.refund_list.values() if _at(one) >= since], cursor)

    def refunds_by(self, stripe_id):
        every = self.refund_list.values()
        return [one for one in every if stripe_id in {one["payment_intent"], one["charge"]}]

    def paid_invoice(self, invoice_id):
        return [one for one in (self.invoice_list.get(invoice_id),) if one]

    def lines(self, invoice_id):
        return self.invoice_list[invoice_id]["lines"]["data"]

    def invoice_payments(self, *, invoice="", payment_intent=""):
        return [
            one
            for one in self.joined.values()
            if one["invoice"] == invoice or one["payment"]["payment_intent"] == payment_intent
        ]

    def sessions_of(self, payment_intent):
        every = self.session_list.values()
        return [one for one in every if one["payment_intent"] == payment_intent]

    def payment_of(self, charge_id):
        payment = charge_id.replace("ch_", "pi_")
        return payment if payment in self.money else None

    def paid_at(self, payment_intent):
        money = self.money.get(payment_intent)
        return money.paid_at if money else None

    # What the desk asks (StripeDesk) ---------------------------------------------------------

    def bought(self, root):
        paid = sorted(self.duplicates.get(root, ()), key=lambda one: (one.paid_at, one.payment_id))
        return Bought(tuple(_payment(one) for one in paid))

    def session_of(self, stripe_id):
        if stripe_id.startswith("ch_"):
            stripe_id = stripe_id.replace("ch_", "pi_")
        found = self.session_list.get(stripe_id)
        found = found or next(iter(self.sessions_of(stripe_id)), None)
        if found is None:
            return None
        session = read_checkout(Fields(found), "completed")
        return replace(session, paid_at=self.paid_at(session.payment_intent) or session.paid_at)

    def refunds_of(self, payment_id):
        return tuple(
            RefundSeen(name, amount, RefundStatus[status.upper()], attempt)
            for name, (amount, status, attempt) in self.money[payment_id].refunds.items()
        )

    def refund(self, order):
        """Give money back, once per key; a key is kept for a day, a failure of ours with it."""
        now, faults = self.world.now, self.world.faults
        at, answer = self.answers.get(order.key, (None, None))
        if at is not None and now - at < KEYS_KEPT:
            if isinstance(answer, Exception):
                raise answer
            return answer
        money = self.money[order.payment_id]
        if faults.strikes("refund refused for now"):
            raise StripeRefusedError("balance_insufficient", "no money on the account")
        if money.disputed:
            raise StripeRefusedError("charge_disputed", "charged back")
        if money.refunded + order.amount_minor > money.amount:
            raise StripeRefusedError("charge_already_refunded", "already refunded")
        broken = faults.strikes("refund made, then 500", 2)
        seen = self._refunded(money, order.amount_minor, order.attempt_id)
        answer = StripeBrokenError("500") if broken else seen
        self.answers[order.key] = (now, answer)
        if broken:
            raise answer
        return seen

    def end_subscription(self, subscription_id):
        self.withdrawn.add(subscription_id)
        self.subscriptions[subscription_id].end_at_once()

    def _refunded(self, money, amount, attempt):
        name = f"re_{money.payment_id}_{len(money.refunds)}"
        fails = attempt is not None and self.world.faults.strikes("refund fails at the bank", 2)
        account = self.accounts[money.payment_id]
        if attempt is not None:
            self.world.truth.refunds_ours.setdefault(account, []).append(self.world.now)
        self.give_back(money, account, name, amount, attempt, fails=fails)
        return RefundSeen(name, amount, RefundStatus.PENDING, attempt)

    def give_back(self, money, account, name, amount, attempt=None, *, fails=False):
        """Refund a payment: pending at once, succeeded or failed a day later."""
        self._set_refund(account, money, name, amount, "pending", attempt)
        last = "failed" if fails else "succeeded"
        self.world.at(
            self.world.now + DAY, self._set_refund, account, money, name, amount, last, attempt
        )

    def _set_refund(self, account, money, name, amount, status, attempt):
        now = self.world.now
        money.refunds[name] = (amount, status, attempt)
        known = self.refund_list.get(name)
        made = bodies.refund(
            f"evt_{name}_{status}", now, money.payment_id, name, amount, status, attempt
        )
        made["data"]["object"]["created"] = known["created"] if known else bodies.seconds(now)
        self.say(made, account)
        if status == "pending":
            charge = bodies.charge_refunded(
                f"evt_{name}_charge", now, money.payment_id, money.amount, money.refunded
            )
            self.say(charge, account)


def _payment(money):
    return Payment(
        payment_id=money.payment_id,
        paid_at=money.paid_at,
        amount_minor=money.amount,
        refunded_minor=money.refunded,
        currency="eur",
        disputed=money.disputed,
        card=money.card,
    )


def _at(found):
    return datetime.fromtimestamp(found["created"], UTC)


def _page(found, cursor):
    """Newest first; a cursor names the last one that was seen."""
    newest = sorted(found, key=lambda one: (-one["created"], one["id"]))
    ids = [one["id"] for one in newest]
    start = ids.index(cursor) + 1 if cursor in ids else 0
    page = newest[start : start + PAGE]
    more = start + PAGE < len(newest)
    return Page(tuple(page), page[-1]["id"] if more else None)
