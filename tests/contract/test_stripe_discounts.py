"""Every Stripe gives discounts alike: the fake, and the official client on the stand-in."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from reprise.adapters.stripe_discounts import StripeDiscountsApi
from reprise.billing.award import Discount, Renewal
from reprise.ports.stripe import (
    StripeBusyError,
    StripeForbiddenError,
    StripeRefusedError,
    StripeSilentError,
)
from reprise.ports.stripe_discounts import DiscountOrder, MemoryDiscounts, StripeDiscounts

from ops.stripe_standin.server import running
from ops.stripe_standin.state import Fault
from tests.support.files import sample

SAMPLE = sample("stripe_webhook/subscription_created")
SUBSCRIPTION = SAMPLE["data"]["object"]
SUB, CUSTOMER = SUBSCRIPTION["id"], SUBSCRIPTION["customer"]
ORDER = DiscountOrder("reprise-1", "reprise-1/1", Discount(SUB, 101, "eur"), (), "Outage")


@dataclass
class Kit:
    """A Stripe, what ends the subscription there, and what makes the next gift go unanswered."""

    stripe: StripeDiscounts
    cancel: Callable[[], None]
    silence: Callable[[], None]


def memory():
    made = MemoryDiscounts({SUB: Renewal(status="active", currency="eur")})

    def cancel():
        made.renewals[SUB] = replace(made.renewals[SUB], status="canceled")

    def silence():
        made.faults, made.after = [StripeSilentError("played")], True

    return Kit(made, cancel, silence)


def over_http(standin):
    state = standin.standin.state
    state.put(SUBSCRIPTION)
    state.put({"id": CUSTOMER, "object": "customer", "discount": None})
    path = f"/v1/subscriptions/{SUB}"
    return Kit(
        StripeDiscountsApi(lambda: "rk_test_1", standin.url),
        lambda: state.change(SUB, {"status": "canceled"}),
        lambda: state.faults.append(Fault("timeout", path=path, after=True)),
    )


@pytest.fixture
def standin():
    with running() as found:
        yield found


@pytest.fixture(params=["memory", "http"])
def kit(request, standin):
    if request.param == "memory":
        yield memory()
        return
    made = over_http(standin)
    yield made
    close(made.stripe)


def close(stripe):
    if "_client" in vars(stripe):
        stripe._client._requestor._client.close()


def test_a_subscription_is_read_as_it_is_now(kit):
    assert kit.stripe.renewal(SUB) == Renewal(status="active", currency="eur")
    assert kit.stripe.renewal("sub_nobody") is None
    kit.cancel()
    assert kit.stripe.renewal(SUB).status == "canceled"


def test_a_discount_is_given_once_and_that_is_known_for_ever(kit):
    assert not kit.stripe.redeemed("reprise-1")
    kit.stripe.give(ORDER)
    assert kit.stripe.redeemed("reprise-1")
    assert kit.stripe.renewal(SUB).discounts == ("di_reprise-1",)
    with pytest.raises(StripeRefusedError):
        kit.stripe.give(replace(ORDER, key="reprise-1/2", kept=("di_reprise-1",)))
    kit.cancel()
    assert kit.stripe.redeemed("reprise-1")


def test_silence_leaves_open_what_happened_and_the_coupon_tells(kit):
    kit.silence()
    with pytest.raises(StripeSilentError):
        kit.stripe.give(ORDER)
    assert kit.stripe.redeemed("reprise-1")


def test_what_the_subscription_has_already_stays(kit):
    kit.stripe.give(ORDER)
    kit.stripe.give(replace(ORDER, coupon_id="reprise-2", key="k2", kept=("di_reprise-1",)))
    assert kit.stripe.renewal(SUB).discounts == ("di_reprise-1", "di_reprise-2")


def test_a_cancelled_subscription_takes_none(kit):
    kit.cancel()
    with pytest.raises(StripeRefusedError) as refused:
        kit.stripe.give(ORDER)
    assert refused.value.code == "resource_missing"
    assert not kit.stripe.redeemed("reprise-1")


@pytest.fixture
def http(standin):
    made = over_http(standin)
    yield made.stripe
    close(made.stripe)


def test_forgotten_keys_give_nothing_twice(standin, http):
    http.give(ORDER)
    http.give(ORDER)  # the key remembers
    standin.standin.answers.forget()
    with pytest.raises(StripeRefusedError, match="coupon_expired"):
        http.give(ORDER)
    assert standin.standin.state.get("coupon", "reprise-1")["times_redeemed"] == 1


def test_a_coupon_that_was_made_before_is_redeemed(standin, http):
    standin.standin.state.faults.append(Fault("server_error", path="/v1/subscriptions"))
    with pytest.raises(Exception, match="unknown error"):
        http.give(ORDER)
    http.give(replace(ORDER, key="reprise-1/2"))
    coupon = standin.standin.state.get("coupon", "reprise-1")
    assert {name: coupon[name] for name in ("amount_off", "currency", "duration")} == {
        "amount_off": 101,
        "currency": "eur",
        "duration": "once",
    }
    assert (coupon["max_redemptions"], coupon["times_redeemed"]) == (1, 1)


def test_a_customers_discount_is_kept_and_any_currency_but_its_own_refused(standin, http):
    standin.standin.state.change(CUSTOMER, {"discount": {"id": "di_friend", "object": "discount"}})
    assert http.renewal(SUB).discounts == ("di_friend",)
    http.give(replace(ORDER, kept=("di_friend",)))
    assert http.renewal(SUB).discounts == ("di_friend", "di_reprise-1")
    foreign = replace(ORDER.discount, currency="usd")
    with pytest.raises(StripeRefusedError, match="currency"):
        http.give(replace(ORDER, coupon_id="reprise-2", key="k2", discount=foreign))


@pytest.mark.parametrize(
    ("changes", "renewal"),
    [
        ({"cancel_at": 1_900_000_000}, {"ends": True}),
        ({"cancel_at_period_end": True}, {"ends": True}),
        ({"pause_collection": {"behavior": "void"}}, {"collects": False}),
        ({"schedule": "sub_sched_1"}, {"scheduled": True}),
        ({"discounts": [{"id": "di_1", "object": "discount"}]}, {"discounts": ("di_1",)}),
    ],
)
def test_what_keeps_a_discount_from_the_next_invoice_is_seen(standin, http, changes, renewal):
    standin.standin.state.change(SUB, changes)
    assert http.renewal(SUB) == Renewal(status="active", currency="eur", **renewal)


@pytest.mark.parametrize(("status", "kind"), [(401, StripeBusyError), (403, StripeForbiddenError)])
def test_a_key_without_the_right_is_no_refusal_of_the_subscription(standin, http, status, kind):
    standin.standin.state.faults.append(Fault("refuse", path="/v1/coupons", code=str(status)))
    with pytest.raises(kind):
        http.give(ORDER)
