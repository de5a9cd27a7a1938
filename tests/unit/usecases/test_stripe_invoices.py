"""What an invoice buys where its lines are unusual."""

import json

from reprise.usecases.stripe.books import Effect

from tests.support.stripe import body, books, deliver, edited

ADA = "acc_ada"


def test_an_invoice_without_lines_buys_nothing():
    to = books()
    done = deliver(to, edited("invoice_paid_pack", lambda found: found["lines"].update(data=[])))
    assert done.effect is Effect.NONE
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

    assert upgraded(with_pack) == {"premier": 666, "pack_1000": 1000}


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
