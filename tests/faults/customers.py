"""Customers of a deployed stack: what each does, and the small model of what must come of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.simulation import answers, bodies
from tests.simulation.truth import PACKS

PACK = "pack_1000"
PACK_CREDITS, PACK_PRICE = PACKS[PACK]
BOUGHT_AT = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=30)
"""Within the hour that a pack may take to be credited, and long enough ago to be missed."""
COST = 10
_ALL_BACK = ("empty", "failed", "rejected", "lost")
_BACK = {"delivered": 0, "partial": 5} | dict.fromkeys(_ALL_BACK, COST)
"""Credits that come back by how a generation ends; `lost`: nobody ever hears how."""
_LATER = timedelta(minutes=5)


@dataclass
class Customer:
    """One account: what was done to it, and what it must hold in the end."""

    account_id: str
    generated: dict[str, str] = field(default_factory=dict)
    paid_back: int = 0
    withdrawn: bool = False

    @property
    def order(self):
        return f"cs_test_{self.account_id.replace('_', '')}"

    @property
    def payment(self):
        return bodies.payment_of(self.order)

    @property
    def address(self):
        return f"{self.account_id}@shop.example"

    @property
    def balance(self):
        if self.withdrawn:
            return 0
        spent = sum(COST - _BACK[how] for how in self.generated.values())
        return PACK_CREDITS - spent - PACK_CREDITS * self.paid_back // PACK_PRICE

    def back(self, generation):
        """Credits that this generation gives back."""
        return _BACK[self.generated[generation]]

    def checkout(self):
        event_id = f"evt_buy_{self.account_id}"
        return bodies.checkout(event_id, BOUGHT_AT, self.account_id, self.order, PACK)


def buys(outside, one):
    """Register, and pay for a pack; Stripe says so in two events, and sends the first again."""
    outside.register(one.account_id, one.address)
    event = outside.webhook(one.checkout())
    outside.deliver(event)
    outside.webhook(one.checkout() | {"id": f"evt_again_{one.account_id}"})


def generates(outside, one, number, how):
    """Charge, submit and have it end; everything is said twice, and a lost report never."""
    generation, task = f"gen_{number}", f"task_{one.account_id}_{number}"
    one.generated[generation] = how
    outside.charge(one.account_id, generation)
    about = {"account_id": one.account_id, "generation_id": generation, "provider": "kie"}
    if how == "rejected":
        _say(outside, "Rejected", about | {"payload": {"code": 455}})
        return
    _say(outside, "Submitted", about | {"task_id": task})
    if how != "lost":
        told = {"authenticated": True, "payload": answers.callback("music_simple", task, how)}
        _say(outside, "Callback", about | told)
        _say(outside, "Callback", about | told)


def is_paid_back(outside, one, amount):
    """Have Stripe refund a part: first announced, then done, and said in the wrong order too."""
    one.paid_back += amount
    name = f"re_{one.account_id}_{one.paid_back}"
    said = [
        bodies.refund(f"evt_{name}_{status}", BOUGHT_AT + _LATER, one.payment, name, amount, status)
        for status in ("succeeded", "pending", "succeeded")
    ]
    for event in said:
        outside.webhook(event)


def withdraws(outside, one):
    """Write a mail that withdraws from the unused pack; it is delivered twice."""
    one.withdrawn = True
    for _ in range(2):
        outside.mail(f"0mail-{one.account_id}", one.address, one.order)


def _say(outside, kind, detail):
    """Report until the bus takes it: the product keeps its own list of what it has yet to say."""
    for _ in range(50):
        if outside.report(kind, detail):
            return
    raise AssertionError(f"the bus never took {kind}")
