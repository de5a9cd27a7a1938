"""What customers and their banks do; each act is decided by the account's own dice."""

from reprise.ledger.commands import Gift
from reprise.ledger.entries import Cause
from reprise.ledger.lots import LotKind

from tests.simulation import bodies, letters, quarrels, reports
from tests.simulation.subscriptions import subscribe
from tests.simulation.truth import DAY, HOUR, MINUTE, PACKS, START, Bought

ACTS = ("packs", "subscriptions", "generations", "quarrels", "mails", "gifts")
"""Kinds of acts; a story is told with as few as still end badly."""


def begin(world, customer):
    """Register a customer and spread their acts over the days."""
    dice = customer.random
    account = customer.account_id
    world.truth.countries[account] = dice.choice(("DE", "DE", "FR", "US", "US"))
    world.at(START + dice.randrange(48) * MINUTE, register, world, customer)

    def some(kind, count, act):
        moments = [START + HOUR + dice.random() * world.days * DAY for _ in range(count)]
        for when in moments:
            if world.does(kind):
                world.at(whole(when), act, world, customer)

    some("packs", 1 + dice.choice((0, 1, 2)), buy_pack)
    some("packs", dice.choice((0, 0, 1)), leave_checkout)
    some("subscriptions", dice.choice((0, 1, 1, 2)), subscribe)
    some("gifts", dice.choice((0, 0, 1)), receive_gift)
    some("generations", int(world.days * dice.uniform(0.2, 1.2)), generate)
    some("mails", dice.choice((0, 1, 1, 2, 3)), letters.write)
    some("subscriptions", 4, look_at_benefits)


def whole(when):
    """The instant in whole seconds, as Stripe writes it."""
    return when.replace(microsecond=0)


def register(world, customer):
    """The product tells who the account belongs to."""
    account = customer.account_id
    body = {
        "email": f"{account}@shop.example",
        "locale": "en-GB",
        "country": world.truth.countries[account],
    }
    status, _ = reports.call(world, "PUT /accounts/{account_id}", account, body)
    assert status in {200, 201}, status
    world.truth.registered[account] = world.now


def buy_pack(world, customer):
    """Buy a pack: by card, or by a bank that pays two days later or not at all; or twice."""
    dice, account, now = customer.random, customer.account_id, world.now
    order, sku = f"cs_live_a1{customer.name()}", dice.choice((*PACKS, "pack_1000"))
    country = world.truth.countries[account]

    def said(number, **more):
        return bodies.checkout(
            f"{order}_e{number}", world.now, account, order, sku, made=now, country=country, **more
        )

    if dice.random() < 0.15:
        world.stripe.say(said(0, paid=False), account)
        fails = dice.random() < 0.3
        world.at(now + 2 * DAY, _bank_pays, world, customer, (order, sku), said, fails)
        return
    pay_pack(world, customer, order, sku)
    world.stripe.say(said(1), account)


def _bank_pays(world, customer, sold, said, fails):
    if fails:
        failed = said(2, paid=False, kind="async_payment_failed")
        world.stripe.say(failed, customer.account_id)
        return
    pay_pack(world, customer, *sold)
    world.stripe.say(said(2, kind="async_payment_succeeded"), customer.account_id)


def pay_pack(world, customer, order, sku):
    """Money moves for a pack, now and then twice."""
    credits, price = PACKS[sku]
    account, dice = customer.account_id, customer.random
    payment = bodies.payment_of(order)
    money = world.stripe.pay(payment, account, price, world.now, order)
    bought = Bought(account, credits, price, world.now, money)
    world.truth.bought[order] = bought
    if dice.random() < 0.08:
        again = world.now + MINUTE
        bought.duplicate = world.stripe.pay(f"{payment}Again", account, price, again, order)
        world.at(again + DAY, letters.complain, world, customer, "twice", order)
    elif world.does("quarrels"):
        quarrels.begin(world, customer, order)


def leave_checkout(world, customer):
    """Open a checkout and leave: it expires a day later."""
    account, order = customer.account_id, f"cs_live_a1{customer.name()}"
    event = bodies.checkout(
        f"{order}_e0",
        world.now + DAY,
        account,
        order,
        "pack_1000",
        made=world.now,
        paid=False,
        kind="expired",
    )
    world.at(world.now + DAY, world.stripe.say, event, account)


def receive_gift(world, customer):
    """An operator gives goodwill that lives eight days."""
    dice = customer.random
    name, credits, account = f"gift_{customer.name()}", dice.randrange(1, 200), customer.account_id
    gift = Gift(LotKind.GOODWILL, name, credits, world.now + 8 * DAY, Cause("operator", "eve"))
    world.by_hand(lambda: world.deployed.ledger.run(account, gift, world.now, may_open=True))


def generate(world, customer):
    """Generate something: each of the twelve operations has its turn."""
    reports.generate(world, customer, customer.random.choice(reports.OPERATIONS))


def look_at_benefits(world, customer):
    """Ask what the account is entitled to: the plan that was paid for, until its period ends."""
    account = customer.account_id
    plans = [one for one in world.truth.of(account).values() if one.period]
    route = "GET /accounts/{account_id}/entitlements"
    known = world.stripe.quiet(account) and not any(one.payment.frozen for one in plans)
    status, answer = reports.call(world, route, account)
    due = world.truth.plan_at(account, world.now)
    if status != 200 or (known and world.stripe.quiet(account) and answer["plan"] != due):
        world.violate(account, f"entitled to {answer}, should be {due}")


def read_mail(world, mail, message_id):
    """A customer reads an answer; one that asks is answered, mostly."""
    letters.answer(world, mail, message_id)
