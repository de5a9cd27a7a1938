"""Stories told to the real handlers: what customers, Stripe and providers do, second by second.

Functions and stores are the simulation's, without its dice: nothing happens that is not told.
"""

import json
from datetime import timedelta
from itertools import count

from reprise.ledger.audit import audit
from reprise.policy.book import PolicyBook
from reprise.ports.outbox import MemoryOutbox
from reprise.ports.stripe_memory import MemoryStripe
from reprise.usecases.cases.operators import Operator, OperatorDesk, approve
from reprise.usecases.pages import Pages
from reprise.usecases.withdrawing import Withdrawals

from ops.cli.tracing import fates
from tests.simulation import bodies, letters
from tests.simulation.deployed import CALENDAR
from tests.simulation.truth import PACKS
from tests.simulation.world import World
from tests.support.mails import raw_mail
from tests.support.policy import FIRST_TEXT
from tests.support.toward_api import event_of

ADA = "acc_ada"
SOON = timedelta(seconds=10)
_CHECKED = ("refund_deadline", "stripe_reconcile", "case_actions", "expiry_sweep")


class Story:
    """One customer, in a world where nothing goes wrong by itself.

    Args:
        start: when it begins.
        versions: texts of later policy versions; their notices went out in time.
        country: where the customer lives, as the product's backend tells it.
    """

    def __init__(self, start, *versions, country="DE"):
        book = PolicyBook.of([FIRST_TEXT, *versions])
        self.world = _Quiet(start, book)
        self._numbers = count(1)
        self.outbox = self.world.outbox
        root, cases = self.world.deployed.roots["credits_api"], self.world.cases
        withdrawals = Withdrawals(root.accounts, cases, book, CALENDAR)
        pages = Pages(root.accounts, cases, MemoryStripe(), withdrawals)
        object.__setattr__(root, "pages", lambda: pages)
        told = {"email": f"{ADA}@shop.example", "locale": "en-GB", "country": country}
        assert self.api("PUT", f"/accounts/{ADA}", told)[0] == 201

    # Time ------------------------------------------------------------------------------------

    def at(self, when):
        """Go on to a time: what was under way until then happens, and the schedules run then."""
        assert when >= self.world.now
        self._pass(when)
        for function in _CHECKED:
            self._invoke(function, {"time": when.isoformat(), "id": f"{function}-{when}"})
        self._pass(when + SOON)
        self.world.now = when
        return self

    def after(self, **span):
        return self.at(self.now + timedelta(**span))

    @property
    def now(self):
        return self.world.now

    def _pass(self, until):
        while self.world._queue and self.world._queue[0][0] <= until:
            self._do(self.world._next)
        self.world.now = until

    def _invoke(self, function, event):
        return self._do(self.world.invoke, function, event)

    def _do(self, act, *args):
        """Do something with the functions at work; nothing may be broken by it."""
        with self.world.deployed.running():
            answer = act(*args)
        assert self.world.violations == []
        return answer

    # Stripe ----------------------------------------------------------------------------------

    def tell(self, event, *, lost=False):
        """Let Stripe make an event now, and deliver it unless it gets lost."""
        stripe = self.world.stripe
        stripe.say(event, ADA)
        if lost:
            stripe.undelivered_events.clear()
        else:
            self._do(stripe.deliver, event["id"], json.dumps(event), self.now)

    def pays(self, root, amount):
        """Let money move for a session or an invoice, and return the payment's id."""
        payment = f"pi_3{next(self._numbers):04}Qw7Zk2Lm9"
        self.world.stripe.pay(payment, ADA, amount, self.now, root)
        return payment

    def buys_pack(self, sku="pack_1000", *, opened=None, country="DE", late=None, lost=False):
        """Buy a pack now; return the order's id.

        Args:
            sku: the pack.
            opened: when the page was opened on which it was paid; now if not given.
            country: the buyer's, as Stripe knows it.
            late: how long nobody hears of the payment, after which its event is delivered.
            lost: whether its event gets lost, so that only Stripe's lists tell of it.
        """
        order = f"cs_live_a1{next(self._numbers):04}Qw7Zk2Lm9"
        payment = self.pays(order, PACKS[sku][1])
        made = opened or self.now
        event = bodies.checkout(
            f"evt_{order}", self.now, ADA, order, sku, made=made, country=country
        )
        event["data"]["object"]["payment_intent"] = payment
        if late is not None:
            self.at(self.now + late)
        self.tell(event, lost=lost)
        return order

    def pays_invoice(self, sub, period, plan="pro", *, first=False, country="DE", change=None):
        """Pay a period of a subscription; return the invoice's id."""
        invoice = f"in_1{next(self._numbers):04}Qw7Zk2Lm9"
        event = bodies.invoice_paid(
            f"evt_{invoice}",
            self.now,
            ADA,
            sub,
            invoice,
            plan,
            period,
            first=first,
            country=country,
        )
        if change:
            change(event["data"]["object"])
        paid = event["data"]["object"]["amount_paid"]
        payment = self.pays(invoice, paid)
        self.tell(event)
        self.tell(bodies.invoice_payment(f"evt_{invoice}_p", self.now, invoice, payment, paid))
        return invoice

    def upgrades(self, sub, period, amounts):
        """Pay the change from Pro to Premier now; return the invoice's id."""
        invoice, paid = f"in_1{next(self._numbers):04}Qw7Zk2Lm9", sum(amounts)
        payment = self.pays(invoice, paid)
        rest = (self.now, period[1])
        name = f"evt_{invoice}"
        self.tell(bodies.invoice_upgrade(name, self.now, ADA, sub, invoice, rest, amounts))
        self.tell(bodies.invoice_payment(f"{name}_p", self.now, invoice, payment, paid))
        return invoice

    def subscription(self, sub, period, plan="pro", **more):
        """Tell a subscription as it is now."""
        self.world.stripe.subscriptions.setdefault(sub, _Ended(self, sub, period, plan))
        event = f"evt_{sub}_{next(self._numbers)}"
        self.tell(bodies.subscription(event, self.now, ADA, sub, period, plan, **more))

    def subscribes(self, sub="sub_1Ada", *, plan="pro", days=30, country="DE"):
        """Subscribe now; return the first invoice's order id and the period."""
        period = (self.now, self.now + timedelta(days=days))
        self.subscription(sub, period, plan, kind="created")
        invoice = self.pays_invoice(sub, period, plan, first=True, country=country)
        return f"{invoice}/il_1", period

    # The product -----------------------------------------------------------------------------

    def api(self, method, target, body=None):
        """Call the credits API; return status and answer."""
        raw = json.dumps(body).encode() if body is not None else b""
        answer = self._invoke("credits_api", event_of(method, target, None, raw))
        return answer["statusCode"], json.loads(answer["body"])

    def charges(self, generation, operation="music_custom"):
        asked = {"generation_id": generation, "operation": operation}
        return self.api("POST", f"/accounts/{ADA}/charges", asked)

    def reports(self, generation, kind="Generation Rejected", **detail):
        """Put an event of the product's on the bus."""
        event = {
            "detail-type": kind,
            "source": "music.generation",
            "time": self.now.isoformat(),
            "id": f"bus-{next(self._numbers)}",
            "detail": {"account_id": ADA, "generation_id": generation, **detail},
        }
        self._invoke(
            "provider_events", {"Records": [{"messageId": "1", "body": json.dumps(event)}]}
        )

    def generates(self, generation, operation="music_custom", *, fails=False):
        """Charge a generation, and let it be rejected at once if it fails."""
        status, answer = self.charges(generation, operation)
        assert status == 201, answer
        if fails:
            self.reports(generation, operation=operation, provider="suno", error={"code": 500})

    # Mail ------------------------------------------------------------------------------------

    def writes(self, text, *, sent=None, proven=True, subject="Refund", to="", answers=""):
        """Receive a mail now, and work on it; return its case (the last one, if several)."""
        ses_id = f"mail-{next(self._numbers)}"
        address, to, sent = f"{ADA}@shop.example", to or "refunds@music.example", sent or self.now
        headers = letters.headers_of(ses_id, address, to, sent, answers)
        self.world.deployed.mails.mails[ses_id] = raw_mail(text, subject, "plain", **headers)
        record = letters.received(ses_id, address, to, self.now, proven=proven)
        before, here = set(self.world.cases.cases), self.now
        self._invoke("refund_email", {"Records": [record]})
        self._pass(here + SOON)
        self.world.now = here
        new = [key for key in self.world.cases.cases if key not in before]
        return self.case(new[-1]) if new else None

    def approves(self, case, by="arn:aws:sts::1:assumed-role/desk/bea"):
        """Let an operator agree to what is proposed, and the function act on it."""
        desk = OperatorDesk(self.world.cases, self.world.ledger_store, self.world.book)
        approve(desk, case.case_id, Operator(by, "as the law says", self.now))
        return self.after(minutes=1).case(case.case_id)

    def case(self, case_id):
        return self.world.cases.cases[case_id]

    @property
    def said(self):
        """The text of the last mail that left."""
        return self.outbox.sent[-1].text

    # What stands -----------------------------------------------------------------------------

    @property
    def head(self):
        return self.world.deployed.ledger.account(ADA)

    @property
    def available(self):
        return self.api("GET", f"/accounts/{ADA}/balance")[1]["available"]

    @property
    def plan(self):
        return self.api("GET", f"/accounts/{ADA}/entitlements")[1]["plan"]

    @property
    def refunded(self):
        """What Stripe gave back in all, in minor units."""
        return sum(money.refunded for money in self.world.stripe.money.values())

    def order(self, order_id):
        """An order as the API shows it."""
        return self.api("GET", f"/accounts/{ADA}/orders/{order_id}")[1]

    def holds_together(self):
        """Replay the journal: it makes the head, and every credit is somewhere."""
        store = self.world.ledger_store
        journal = store.journal(ADA)
        found = audit(ADA, journal, store.read(ADA).account, store.orders_of(ADA))
        assert found.difference is None
        for lot, fate in fates(journal).items():
            assert fate.adds_up, (lot, fate)
            assert min(fate.parts.values()) >= 0, (lot, fate)
        assert self.world.violations == []


class _Quiet(World):
    """A world in which customers do nothing by themselves and read no mail."""

    def __init__(self, start, book):
        self._told_book = book
        super().__init__(0, 0, [0], fault_rate=0)
        self.start = self.now = self.stripe.told = start
        self.cases._decided = lambda _case: None
        self.stripe._deliver_in = lambda *_: None
        outbox = self.outbox
        outbox.send = lambda mail: MemoryOutbox.send(outbox, mail)

    def _book(self):
        return self._told_book


class _Ended:
    """What Stripe does when we end a subscription."""

    def __init__(self, story, sub, period, plan):
        self._told = (sub, period, plan)
        self._story = story

    def end_at_once(self):
        self._story.subscription(*self._told, kind="deleted", ended_at=self._story.now)
