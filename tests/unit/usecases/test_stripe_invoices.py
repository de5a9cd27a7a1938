"""What an invoice buys where its lines are unusual."""

import json

from reprise.usecases.stripe.books import Effect

from tests.support.stripe import body, books, deliver, edited

ADA = "acc_ada"


def test_an_invoice_without_lines_buys_nothing():
    """And where it was paid for something, somebody has to look what it was."""
    for total, effect in ((0, Effect.NONE), (1500, Effect.PARK)):
        to = books()

        def emptied(invoice, total=total):
            invoice["lines"]["data"] = []
            invoice["total"] = total

        assert deliver(to, edited("invoice_paid_pack", emptied)).effect is effect
        assert to.ledger.store.read(ADA).account is None


def upgraded(change):
    """Return the credits of an upgrade from Pro to Premier, its invoice changed."""
    to = books()
    deliver(to, edited("invoice_paid_update_proration", change))
    return {one.purchase.sku: one.purchase.credits for one in to.ledger.store.orders_of(ADA)}


def test_what_paid_for_a_pack_pays_for_no_upgrade():
    pack = json.loads(body("invoice_paid_pack"))["data"]["object"]["lines"]["data"][0]

    def with_pack(invoice):
        invoice["lines"]["data"].append(pack)
        invoice["lines"]["data"][1]["amount"] = 1500
        invoice["amount_paid"] = 2000

    # The change costs 8.33; what else was paid is the pack's.
    assert upgraded(with_pack) == {"premier": 555, "pack_1000": 1000}


def test_seats_that_were_there_before_an_upgrade_are_not_granted_again():
    def one_seat_more(invoice):
        left, entered = invoice["lines"]["data"]
        left["pricing"] = entered["pricing"]
        left |= {"amount": -4000, "quantity": 2}
        entered |= {"amount": 6000, "quantity": 3}
        invoice["amount_paid"] = 2000

    # Two thirds of a period of one seat more were paid for.
    assert upgraded(one_seat_more) == {"premier": 1333}


def test_an_upgrade_in_a_currency_without_a_price_is_parked_and_never_guessed():
    def in_pounds(invoice):
        invoice["currency"] = "gbp"

    to = books()
    done = deliver(to, edited("invoice_paid_update_proration", in_pounds))
    assert (done.effect, done.reason.split(":")[0]) == (Effect.PARK, "currency")


def test_a_change_to_a_plan_that_costs_nothing_grants_nothing():
    """It raised, so that Stripe delivered it again for days."""

    def free(invoice):
        invoice["lines"]["data"][1] |= {"amount": 0, "quantity": 0}
        invoice |= {"currency": "gbp", "amount_paid": 0}

    assert upgraded(free) == {}


def proration_lines():
    return json.loads(body("invoice_paid_update_proration"))["data"]["object"]["lines"]["data"]


def on_renewal(*more, paid):
    """Return what a renewal of Pro buys that bills changes of the month before as well."""

    def change(invoice):
        invoice["lines"]["data"] += more
        invoice |= {"amount_paid": paid, "amount_due": paid, "total": paid}

    to = books()
    deliver(to, edited("invoice_paid_cycle", change))
    return {one.order_id.partition("/")[2]: one for one in to.ledger.store.orders_of(ADA)}


def test_an_upgrade_that_is_billed_with_the_renewal_buys_what_it_would_have_at_once():
    """Stripe's default: prorations wait for the next invoice. They were paid and bought nothing."""
    left, entered = proration_lines()
    bought = on_renewal(left, entered, paid=2333)
    assert sorted(one.purchase.credits for one in bought.values()) == [500, 888]
    assert sum(one.purchase.paid for one in bought.values()) == 2333


def test_changes_back_and_forth_that_are_billed_with_the_renewal_gain_nothing():
    left, entered = proration_lines()
    toggles = [
        line | {"id": f"{line['id']}{number}{sign}", "amount": sign * line["amount"]}
        for number in range(10)
        for line in (left, entered)
        for sign in (1, -1)
    ]
    bought = on_renewal(*toggles, paid=1000)
    assert [one.purchase.credits for one in bought.values()] == [500]


def test_tax_on_a_change_buys_no_credits():
    assert upgraded(lambda invoice: invoice.update(amount_paid=1586)) == {"premier": 888}


def test_a_first_period_cut_short_buys_its_share():
    """A subscription anchored to the first of a month begins with a proration."""

    def half(invoice):
        line = invoice["lines"]["data"][0]
        line["parent"]["subscription_item_details"]["proration"] = True
        line["amount"] = 500
        invoice |= {"amount_paid": 500, "amount_due": 500, "total": 500}

    to = books()
    assert deliver(to, edited("invoice_paid_create", half)).credits == 250


def test_a_payment_that_is_told_of_before_its_invoice_waits_and_alarms_nobody():
    """Each renewal whose two events changed places was an alarm."""
    to = books()
    told = deliver(to, "invoice_payment_paid_create")
    assert (told.effect, told.metrics) == (Effect.NONE, ())
    assert [one.waits_for for one in to.parking.parked(10).items] == ["in_RepCreate"]
    deliver(to, "invoice_paid_create")
    assert to.ledger.store.find_alias("pi_RepCreate").order_id == "in_RepCreate"
    assert not to.parking.parked(10).items


def test_an_upgrade_under_a_discount_buys_by_what_it_costs_then():
    """Half price: what 13.33 buys of it is twice what it buys at the full price."""

    def half_price(invoice):
        left, entered = invoice["lines"]["data"]
        left["amount"] = -333
        entered["discount_amounts"] = [{"amount": 1000, "discount": "di_1"}]
        invoice["amount_paid"] = 667

    assert upgraded(half_price) == {"premier": 889}


def anchored(entered_price, left, paid, plan="pro", discount=0):
    """Return the one order of a change of plan that begins a new month at once."""

    def change(invoice):
        old, new = invoice["lines"]["data"]
        prices = old["pricing"], new["pricing"]
        if plan == "pro":
            new["pricing"], old["pricing"] = prices
            new["metadata"]["plan"] = plan
        old["amount"] = left
        new |= {"amount": entered_price, "discount_amounts": []}
        if discount:
            new["discount_amounts"] = [{"amount": discount, "discount": "di_1"}]
        new["parent"]["subscription_item_details"]["proration"] = False
        new["period"] = {"start": 1795060800, "end": 1797652800}
        invoice |= {"amount_paid": paid, "amount_due": paid, "total": entered_price + left}

    to = books()
    deliver(to, "subscription_created")
    done = deliver(to, edited("invoice_paid_update_proration", change))
    (order,) = to.ledger.store.orders_of(ADA)
    account = to.ledger.store.read(ADA).account
    assert done.credits == account.balance == order.purchase.credits
    assert order.purchase.sku == plan
    through = account.subscriptions["sub_RepAda"].paid_through
    assert int(through.timestamp()) == 1797652800
    return order.purchase.credits


def test_a_downgrade_with_a_new_month_that_the_remainder_paid_for_gives_its_time():
    """It made no order: the benefits ended with the old month, though the new one was paid for."""
    assert anchored(1000, -2000, paid=0) == 0


def test_a_downgrade_with_a_new_month_buys_what_was_paid_for_it():
    """On the last day of Premier: 9.00 of 10.00 are paid, and bought nothing."""
    assert anchored(1000, -100, paid=900) == 450


def test_an_upgrade_with_a_new_month_buys_all_of_what_was_paid_for_it():
    """The month before is over: what it granted is no part of the new one."""
    assert anchored(3000, -33, paid=2967, plan="premier") == 1978


def test_a_new_month_under_a_discount_is_bought_by_its_price():
    assert anchored(3000, 0, paid=1500, plan="premier", discount=1500) == 2000


def test_a_trial_that_a_change_begins_is_no_paid_time():
    def trial(invoice):
        del invoice["lines"]["data"][0]
        invoice["lines"]["data"][0]["amount"] = 0
        invoice["lines"]["data"][0]["parent"]["subscription_item_details"]["proration"] = False
        invoice |= {"amount_paid": 0, "amount_due": 0, "total": 0}

    assert upgraded(trial) == {}
