"""What customers, their banks and the provider do; each act is decided by the account's dice."""

from datetime import timedelta
from fractions import Fraction

from tests.simulation import bodies
from tests.simulation.reports import report
from tests.simulation.truth import (
    COST,
    DAY,
    HOUR,
    MINUTE,
    MONTH_CREDITS,
    MONTH_PRICE,
    PACK_CREDITS,
    PACK_PRICE,
    START,
    Bought,
    Generated,
)


def begin(world, customer):
    """Spread a customer's acts over the days."""
    dice = customer.random

    def some(count, act):
        for _ in range(count):
            when = START + timedelta(seconds=dice.randrange(int(world.days * 86_400)))
            world.at(when, customer, act, world)

    world.at(START + dice.randrange(600) * MINUTE, customer, buy_pack, world)
    some(dice.choice([0, 1, 2]), buy_pack)
    some(dice.choice([0, 1, 1, 2]), subscribe)
    some(dice.choice([0, 0, 1]), receive_gift)
    some(int(world.days * dice.uniform(0.2, 1.5)), generate)


def buy_pack(customer, world):
    dice, order = customer.random, customer.name("cs")
    now, account = world.now, customer.account_id
    paid_at = now
    if dice.random() < 0.15:
        world.send(customer, bodies.checkout(order + "_e0", now, account, order, paid=False))
        if dice.random() < 0.3:
            failed = bodies.checkout(
                order + "_e1", now, account, order, paid=False, kind="async_payment_failed"
            )
            world.send(customer, failed, now + 2 * DAY)
            return
        paid_at = now + 2 * DAY
        kind = "async_payment_succeeded"
    else:
        kind = "completed"
    paid = bodies.checkout(order + "_e2", paid_at, account, order, kind=kind)
    world.send(customer, paid, paid_at)
    customer.truth.bought[order] = Bought(PACK_CREDITS, PACK_PRICE, paid_at)
    quarrel(customer, world, order, f"pi_{order}", paid_at)


def subscribe(customer, world):
    """Pay some months of Pro and then end it: at the period's end, at once, or unpaid."""
    dice, name = customer.random, customer.name("sub")
    months, period = dice.choice([1, 1, 2, 3]), (world.now, world.now + 30 * DAY)
    account = customer.account_id
    opened = bodies.subscription(f"{name}_e0", world.now, account, name, period, kind="created")
    world.send(customer, opened)
    for number in range(1, months + 1):
        period = (period[0], period[1]) if number == 1 else (period[1], period[1] + 30 * DAY)
        paid_at = period[0] + dice.choice([0, 1, 60]) * MINUTE
        event_id = f"{name}_m{number}"
        invoice = bodies.invoice_paid(event_id, paid_at, account, name, number, period)
        world.send(customer, invoice, paid_at)
        joined = bodies.invoice_payment(event_id + "_p", paid_at, name, number)
        world.send(customer, joined, paid_at)
        order = f"in_{name}_{number}/il_1"
        customer.truth.bought[order] = Bought(MONTH_CREDITS, MONTH_PRICE, paid_at, period[1])
        quarrel(customer, world, order, f"pi_in_{name}_{number}", paid_at)
    ended_at = period[1] - dice.choice([0, 0, 10]) * DAY + dice.choice([0, 0, 20]) * DAY
    ended = bodies.subscription(
        f"{name}_e9", ended_at, account, name, period, ended_at=ended_at, kind="deleted"
    )
    world.send(customer, ended, ended_at)
    world.at(ended_at + 5 * DAY, customer, world.redrive_parked)


def quarrel(customer, world, order, payment, paid_at):
    """Now and then money goes back: refunds in parts, some failing; disputes won, lost, late."""
    dice, bought = customer.random, customer.truth.bought[order]
    for number in range(dice.choice([0, 0, 0, 0, 1, 2])):
        name, when = f"re_{order}_{number}", paid_at + dice.randrange(1, 20 * 24) * HOUR
        amount = dice.choice([bought.price, bought.price // 3, 100, 1])
        last = dice.choice(["succeeded", "succeeded", "failed"])
        for at, status in ((when, "pending"), (when + DAY, last)):
            event_id = f"evt_{name}_{status}"
            raw = bodies.refund(event_id, at, payment, name, amount, status)
            world.send(customer, raw, at)
        bought.refunds[name] = (amount, last)
    if dice.random() < 0.12:
        _dispute(customer, world, order, payment, paid_at)


def _dispute(customer, world, order, payment, paid_at):
    dice, bought = customer.random, customer.truth.bought[order]
    name, when = f"du_{order}", paid_at + dice.randrange(1, 25 * 24) * HOUR
    out = (f"txn_{name}_out", -1200, when)
    back = (f"txn_{name}_in", 1200, when + 20 * DAY)
    stages = [(when, "needs_response", [out])]
    end = dice.choice(["won", "lost", "lost then won"])
    if end != "won":
        stages.append((when + 15 * DAY, "lost", [out]))
    if end != "lost":
        stages.append((when + 20 * DAY, "won", [out, back]))
    for at, status, moves in stages:
        raw = bodies.dispute(f"evt_{name}_{status}", at, payment, name, bought.price, status, moves)
        world.send(customer, raw, at)
    bought.withdrawn = Fraction(bought.price if end == "lost" else 0)


def receive_gift(customer, world):
    """An operator gives goodwill that lives eight days."""
    world.give(customer, customer.random.randrange(1, 200), world.now + 8 * DAY)


def generate(customer, world):
    """Charge a song; the provider delivers, fails, delivers half, nothing, or never answers."""
    dice, generation = customer.random, customer.name("gen")
    if world.store.heads.get(customer.account_id) is None:
        return
    if world.charge(customer, generation, COST) is None:
        return
    outcome = dice.choices(
        ["delivered", "partial", "failed", "empty", "silent"], [70, 5, 15, 5, 5]
    )[0]
    took = timedelta(seconds=dice.randrange(20, 240))
    ended_at = world.now + took if outcome != "silent" else world.now + 20 * MINUTE
    customer.truth.generated[generation] = Generated(world.now, outcome, ended_at)
    report(world, customer, generation, outcome, ended_at)
