"""Subscriptions as customers and Stripe go on with them."""

from tests.simulation import bodies, letters, quarrels
from tests.simulation.bodies import PERIOD
from tests.simulation.truth import DAY, HOUR, PLANS, START, Bought


def subscribe(world, customer):
    """Subscribe, change plans, cancel at the period's end or at once, and perhaps come back."""
    Subscription(world, customer).begin()


class Subscription:
    """One subscription, month by month."""

    def __init__(self, world, customer):
        self.world, self.customer, self.dice = world, customer, customer.random
        self.account = customer.account_id
        self.name = f"sub_1{customer.name()}"
        self.plan = self.dice.choice(("pro", "pro", "premier"))
        self.months = self.dice.choice((1, 1, 2, 3))
        self.period = (world.now, world.now + PERIOD)
        self.cancel_at = None
        self.said, self.ended = 0, False

    def begin(self):
        self.world.stripe.subscriptions[self.name] = self
        self.say("created")
        self.pay(1)

    def say(self, kind="updated", **more):
        """Tell the subscription as it is."""
        self.said += 1
        event = bodies.subscription(
            f"{self.name}_e{self.said}",
            self.world.now,
            self.account,
            self.name,
            self.period,
            self.plan,
            kind=kind,
            cancel_at=self.cancel_at,
            **more,
        )
        self.world.stripe.say(event, self.account)

    def pay(self, number):
        """A month is paid; then changes may come, and the next month or the end."""
        now, dice = self.world.now, self.dice
        self._paid(number, now)
        if self.plan == "pro" and dice.random() < 0.2:
            self.world.at(now + dice.randrange(1, 25) * DAY, self.upgrade)
        elif self.plan == "premier" and dice.random() < 0.2:
            self.plan = "pro"  # from the next month on
        if number < self.months:
            self.world.at(self.period[1], self.renew, number + 1)
            return
        if dice.random() < 0.6:
            self.world.at(now + dice.randrange(1, 20) * DAY, self.cancel)
        self.world.at(self.period[1] + dice.choice((0, 0, -10, 10)) * DAY, self.end)

    def _paid(self, number, at):
        credits, price = PLANS[self.plan]
        name = self.customer.name()
        invoice, payment = f"in_1{name}", f"pi_3{name}"
        money = self.world.stripe.pay(payment, self.account, price, at, invoice)
        order = f"{invoice}/il_1"
        self.world.truth.bought[order] = Bought(
            self.account,
            credits,
            price,
            at,
            money,
            plan=self.plan,
            subscription=self.name,
            period=self.period,
            is_renewal=number > 1,
            charged_after=self.cancel_at is not None and self.period[0] >= self.cancel_at,
        )
        paid = bodies.invoice_paid(
            f"{invoice}_e1",
            at,
            self.account,
            self.name,
            invoice,
            self.plan,
            self.period,
            first=number == 1,
            country=self.world.truth.countries[self.account],
        )
        self.world.stripe.say(paid, self.account)
        joined = bodies.invoice_payment(f"{invoice}_e2", at, invoice, payment, price)
        self.world.stripe.say(joined, self.account)
        if self.world.does("quarrels"):
            quarrels.begin(self.world, self.customer, order)

    def renew(self, number):
        if self.ended:
            return
        self.period = (self.period[1], self.period[1] + PERIOD)
        self.say()
        self.pay(number)

    def upgrade(self):
        """From Pro to Premier in the middle of a month: the difference is paid at once."""
        now = self.world.now
        if self.ended or self.plan != "pro" or not self.period[0] < now < self.period[1]:
            return
        self.plan = "premier"
        left = (self.period[1] - now) / PERIOD
        amounts = [-int(PLANS["pro"][1] * left), int(PLANS["premier"][1] * left)]
        paid, name = sum(amounts), self.customer.name()
        invoice, payment = f"in_1{name}", f"pi_3{name}"
        credits = min(PLANS["premier"][0] - PLANS["pro"][0], PLANS["premier"][0] * paid // 3000)
        rest = (now, self.period[1])
        self.say()
        if credits == 0:
            return
        money = self.world.stripe.pay(payment, self.account, paid, now, invoice)
        event = bodies.invoice_upgrade(
            f"{invoice}_e1", now, self.account, self.name, invoice, rest, amounts
        )
        self.world.stripe.say(event, self.account)
        joined = bodies.invoice_payment(f"{invoice}_e2", now, invoice, payment, paid)
        self.world.stripe.say(joined, self.account)
        self.world.truth.bought[f"{invoice}/il_2"] = Bought(
            self.account,
            credits,
            paid,
            now,
            money,
            plan="premier",
            subscription=self.name,
            period=rest,
            quarrelled=True,
        )

    def cancel(self):
        """Cancel for the end of the period."""
        if self.cancel_at is None and not self.ended:
            self.cancel_at = self.period[1]
            self.say()

    def end(self):
        """The subscription ends; a few are charged for one more month by mistake before."""
        if self.ended:
            return
        is_over = self.cancel_at is not None and self.period[1] <= self.world.now
        if is_over and self.dice.random() < 0.25:
            self.period = (self.period[1], self.period[1] + PERIOD)
            self._paid(2, self.world.now)
            order = list(self.world.truth.bought)[-1]
            later = self.world.now + 2 * HOUR
            self.world.at(later, letters.complain, self.world, self.customer, "after_cancel", order)
        self.end_at_once()
        if self.dice.random() < 0.3 and self.world.now < START + self.world.days * DAY:
            back = self.world.now + self.dice.randrange(1, 20) * DAY
            self.world.at(back, subscribe, self.world, self.customer)

    def end_at_once(self):
        """End it now: its time has come, or it was withdrawn from."""
        if not self.ended:
            self.ended = True
            self.say("deleted", ended_at=self.world.now)
