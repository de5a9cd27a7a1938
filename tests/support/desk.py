"""A desk in memory: a ledger with Ada's pack, Stripe's memory, an outbox that remembers."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from reprise.billing.checkout import read_checkout
from reprise.billing.fields import Fields
from reprise.cases.model import CaseState, Change, Line, Wish
from reprise.ledger.commands import ChargeGeneration
from reprise.policy.calendar import BusinessCalendar
from reprise.policy.facts import Category
from reprise.ports.brake import MemoryBrake
from reprise.ports.cases_memory import MemoryCaseStore
from reprise.ports.directory import MemoryDirectory, Profile
from reprise.ports.outbox import MemoryOutbox
from reprise.ports.stripe import Bought, Payment
from reprise.ports.stripe_memory import MemoryStripe
from reprise.ports.tallies import MemoryTallies
from reprise.usecases.cases.desk import Answering, Desk
from reprise.usecases.cases.operators import OperatorDesk
from reprise.usecases.cases.working import work

from tests.support.cases import case, letter
from tests.support.ledger import CAUSE, MINUTE
from tests.support.stripe import body, books, deliver

ADA, ORDER, PAYMENT, PAID = "acc_ada", "cs_live_RepPack1", "pi_RepPack1", 1500
CHARGE, RECEIPT = "ch_3MmlLrLkdIwHu7ix0snN0B15", "1234-5678"
SESSION = json.loads(body("checkout_pack_paid"))["data"]["object"]
BOUGHT = datetime.fromtimestamp(SESSION["created"], UTC)
NOW = BOUGHT + timedelta(days=2)
ADDRESS = "refunds@music.example"


class Instead:
    """Something with some of its methods replaced."""

    def __init__(self, inner, **methods) -> None:
        self._inner = inner
        vars(self).update(methods)

    def __getattr__(self, name):
        return getattr(self._inner, name)


class World:
    """Everything that a case may touch."""

    def __init__(self, *, credited=True, country="DE") -> None:
        session = SESSION | {"customer_details": {"address": {"country": country}}}
        self.paid = Payment(
            payment_id=PAYMENT,
            paid_at=BOUGHT,
            amount_minor=PAID,
            refunded_minor=0,
            currency="eur",
            card="card_ada",
            names=(CHARGE, RECEIPT),
        )
        read = read_checkout(Fields(session), "completed")
        self.stripe = MemoryStripe(
            roots={ORDER: Bought((self.paid,))},
            sessions=dict.fromkeys((ORDER, PAYMENT), read),
        )
        self.cases = MemoryCaseStore()
        self.tallies = MemoryTallies()
        self.outbox = MemoryOutbox()
        self.brake = MemoryBrake()
        directory = MemoryDirectory()
        directory.put_profile(Profile(ADA, "ada@example.com", "de-DE", country, BOUGHT))
        self.woken = []
        self.books = replace(books(), wake=lambda case_ids, _now: self.woken.extend(case_ids))
        if credited:
            event = json.loads(body("checkout_pack_paid"))
            event["data"]["object"] = session
            deliver(self.books, json.dumps(event).encode(), BOUGHT + MINUTE)
        self.desk = Desk(
            cases=self.cases,
            tallies=self.tallies,
            directory=directory,
            books=self.books,
            stripe=self.stripe,
            brake=self.brake,
            answering=Answering(self.outbox, ADDRESS, lambda: b"key"),
            calendar=BusinessCalendar("Europe/Berlin"),
        )

    def open(self, case_id="C1", *, category=Category.EU_WITHDRAWAL, wish=None, **changes):
        """Open a case of Ada's, received an hour ago, about her pack."""
        asked = {"category": category, "confidence_percent": 95, "language": "en"}
        asked |= {"orders": (ORDER,)} | (wish or {})
        received = NOW - timedelta(hours=1)
        opened = case(
            case_id,
            **{
                "account_id": ADA,
                "letter": letter(ses_id=f"m-{case_id}", received_at=received, sent_at=received),
                "wish": Wish(**asked),
                "opened_at": received,
                "changed_at": received,
                "due_at": NOW + timedelta(hours=6),
                "wakes_at": received,
            }
            | changes,
        )
        line = Line(at=received, actor="mailbox", action="opened", reason="mail")
        self.cases.save(Change(opened, line))
        return opened

    def work(self, case_id="C1", now=NOW):
        """Work on a case; return it as it is then."""
        self.done = work(self.desk, case_id, now)
        return self.cases.case(case_id)

    def settled(self, case_id="C1", now=NOW, hours=96):
        """Work on a case as messages and sweeps would, until nothing more will happen."""
        for hour in range(hours):
            found = self.work(case_id, now + timedelta(hours=hour))
            if found.over or found.state in {CaseState.PERSON, CaseState.ASKED}:
                return found
        raise AssertionError(found)

    def on_stripe(self, **methods):
        """Let some of Stripe's methods do something else."""
        self.desk = replace(self.desk, stripe=Instead(self.stripe, **methods))

    def use(self, credits=10, now=NOW - timedelta(hours=2)):
        """Spend some of the pack."""
        self.books.ledger.run(ADA, ChargeGeneration("gen_1", "music_simple", credits, CAUSE), now)

    def paid_twice(self):
        """Let the order have been paid twice."""
        again = replace(self.paid, payment_id="pi_again", paid_at=BOUGHT + MINUTE)
        self.stripe.roots[ORDER] = Bought((self.paid, again))

    @property
    def operators(self):
        """What operators' commands work with."""
        return OperatorDesk(self.cases, self.books.ledger.store, self.books.policy)

    @property
    def balance(self):
        return self.books.ledger.account(ADA).balance

    @property
    def refunds(self):
        """What Stripe gave back, by payment."""
        return {
            payment: sum(one.amount_minor for one in made if one.status.counts)
            for payment, made in self.stripe.refunds.items()
        }

    @property
    def told(self):
        """The first line of the body of each answer."""
        return [mail.text.split("\n\n")[1] for mail in self.outbox.sent]

    def actions(self, case_id="C1"):
        return [line.action for line in self.cases.journal(case_id)]
