"""Money that goes back without us: refunds from the dashboard, disputes, inquiries, warnings."""

from fractions import Fraction

from tests.simulation import bodies
from tests.simulation.truth import DAY, HOUR


def begin(world, customer, order):
    """Now and then an order's money is refunded in parts, or disputed, or suspected."""
    dice, bought = customer.random, world.truth.bought[order]
    far = 20 if bought.period is None else 80
    for number in range(dice.choice((0, 0, 0, 0, 0, 1, 2))):
        bought.quarrelled = True
        when = world.now + dice.randrange(1, 20 * 24) * HOUR
        amount = dice.choice((bought.price, bought.price // 3, 100, 1))
        world.at(when, dashboard, world, order, f"re_{order}_{number}", amount, dice.random() < 0.3)
    if dice.random() < 0.12:
        bought.quarrelled = True
        when = world.now + dice.randrange(1, far * 24) * HOUR
        Dispute(world, order, dice).plan(when)
    elif dice.random() < 0.04:
        bought.quarrelled = True
        when = world.now + dice.randrange(1, far) * DAY
        world.at(when, suspect, world, order)


def dashboard(world, order, name, amount, fails):
    """Somebody refunds in Stripe's dashboard."""
    bought = world.truth.bought[order]
    if not bought.payment.disputed and bought.payment.refunded + amount <= bought.price:
        world.stripe.give_back(bought.payment, bought.account, name, amount, fails=fails)


def suspect(world, order):
    """The card's issuer warns of fraud: the lots are frozen for thirty days."""
    payment = world.truth.bought[order].payment
    event = bodies.warning(f"evt_issfr_{payment.payment_id}", world.now, payment.payment_id)
    world.stripe.say(event, world.truth.bought[order].account)


ENDS = {
    "won": [(0, "needs_response", "out"), (20, "won", "out in")],
    "lost": [(0, "needs_response", "out"), (15, "lost", "out")],
    "lost then won": [(0, "needs_response", "out"), (15, "lost", "out"), (40, "won", "out in")],
    "appealed": [
        (0, "needs_response", "out"),
        (15, "won", "out in"),
        (25, "appeal_under_review", "out in out2"),
        (45, "lost", "out in out2"),
    ],
    "inquiry": [(0, "warning_needs_response", ""), (10, "warning_closed", "")],
    "inquiry grows": [
        (0, "warning_needs_response", ""),
        (5, "needs_response", "out"),
        (25, "won", "out in"),
    ],
    "prevented": [(0, "needs_response", ""), (3, "prevented", "")],
}
"""Stages: the day, the status, and which movements of money there are by then."""


class Dispute:
    """One dispute as the bank goes on with it."""

    def __init__(self, world, order, dice):
        self.world, self.order = world, order
        self.bought = world.truth.bought[order]
        self.end = dice.choice(list(ENDS))
        self.name = f"du_{order}"
        self.moved, self.begun = {}, False

    def plan(self, when):
        """Let every stage happen in its time."""
        for day, status, moves in ENDS[self.end]:
            self.world.at(when + day * DAY, self.stage, status, moves.split())

    def stage(self, status, moves):
        """Money moves, and Stripe says so."""
        world, money = self.world, self.bought.payment
        if not self.begun and (status != ENDS[self.end][0][1] or money.gone >= money.amount):
            return  # nothing was left to dispute
        self.begun = True
        if status != "warning_closed" or self.end != "inquiry":
            money.disputed = True
        for one in moves:
            self.moved.setdefault(one, world.now)
        rest = money.amount
        out = {"out": -1200, "in": 1200, "out2": -1200}
        net = -sum(out[one] for one in moves)
        money.withdrawn = Fraction(rest) if net else Fraction(0)
        self._freeze(status)
        txns = [(f"txn_{self.name}_{one}", out[one], self.moved[one]) for one in moves]
        kind = "created" if status == ENDS[self.end][0][1] else None
        event = bodies.dispute(
            f"evt_{self.name}_{status}",
            world.now,
            money.payment_id,
            self.name,
            rest,
            status,
            txns,
            kind,
        )
        world.stripe.say(event, self.bought.account)

    def _freeze(self, status):
        """Note when nothing of the order may be spent or expire."""
        frozen = self.bought.payment.frozen
        over = status in {"won", "lost", "prevented", "warning_closed"}
        held = bool(frozen) and frozen[-1][1] is None
        # What was lost and is won on appeal later was not frozen in between.
        if over and held:
            frozen[-1] = (frozen[-1][0], self.world.now)
        elif not over and not held:
            frozen.append((self.world.now, None))
