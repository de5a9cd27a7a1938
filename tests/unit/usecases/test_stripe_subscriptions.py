"""What events say of subscriptions: mirrored in any order, ended once, known by themselves."""

from datetime import UTC, datetime, timedelta

import pytest
from reprise.ports.ledger import Alias
from reprise.usecases.stripe.books import Effect

from tests.support.stripe import books, deliver, edited

ADA = "acc_ada"
PAID_THROUGH = datetime(2026, 12, 2, 8, tzinfo=UTC)


def balance(of):
    return of.ledger.account(ADA).balance


def test_an_ended_subscription_schedules_the_expiry_of_its_leftovers():
    to = books()
    deliver(to, "checkout_pack_paid")
    deliver(to, "invoice_paid_create")
    done = deliver(to, "subscription_deleted_at_period_end", PAID_THROUGH)
    assert done.effect is Effect.SCHEDULE_EXPIRY
    lots = to.ledger.account(ADA).lots
    expiries = {lot.kind.value: lot.expires_at for lot in lots.values()}
    assert expiries["pack"] is None
    assert expiries["subscription"] is not None
    paid_through = to.ledger.account(ADA).subscriptions["sub_RepAda"].paid_through
    assert expiries["subscription"] == paid_through + timedelta(days=60)


def test_a_subscriptions_plan_is_the_one_among_its_items_whatever_stands_first():
    def with_seats(found):
        seats = {"id": "si_0", "price": {"id": "price_seats"}}
        found["items"]["data"].insert(0, found["items"]["data"][0] | seats)

    to = books()
    deliver(to, edited("subscription_created", with_seats))
    assert [one.current.plan for one in to.mirrors.mirrors_of(ADA)] == ["pro"]


@pytest.mark.parametrize("backwards", [False, True])
def test_a_cancellation_that_was_unset_is_unset_whatever_came_first(backwards):
    names = ["subscription_created", "subscription_cancel_at", "subscription_cancel_unset"]
    to = books()
    for name in names[::-1] if backwards else names:
        deliver(to, name)
    (mirror,) = to.mirrors.mirrors_of(ADA)
    assert mirror.current.cancels_at is None
    assert len(mirror.sightings) == 3


def test_a_subscription_is_known_by_itself_and_not_by_a_customer_who_may_be_shared():
    """Two accounts on one Stripe customer: an invoice that names nobody waits for its checkout."""
    to = books()
    to.ledger.store.put_alias("cus_RepAda", Alias("acc_eve"))

    def anonymous(invoice):
        invoice["parent"]["subscription_details"]["metadata"] = {}
        invoice["lines"]["data"][0]["metadata"] = {}

    assert deliver(to, edited("invoice_paid_create", anonymous)).effect is Effect.PARK
    deliver(to, "checkout_subscription")
    assert balance(to) == 500
    assert to.ledger.store.read("acc_eve").account is None
