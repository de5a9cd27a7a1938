"""Every Stripe keeps the same promises: the fake, and the official client on the stand-in."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import SimpleNamespace

import pytest
from reprise.adapters.stripe_api import StripeApi
from reprise.billing.checkout import read_checkout
from reprise.billing.fields import Fields
from reprise.ledger.reversals import RefundStatus
from reprise.ports.stripe import (
    Bought,
    Payment,
    RefundOrder,
    StripeBrokenError,
    StripeBusyError,
    StripeRefusedError,
    StripeSilentError,
)
from reprise.ports.stripe_memory import MemoryStripe

from ops.stripe_standin.server import running
from ops.stripe_standin.state import Fault
from tests.support.files import sample

SAMPLE = sample("stripe_webhook/checkout_pack_paid")
SESSION = SAMPLE["data"]["object"]
ROOT_ID, PAYMENT, AMOUNT = SESSION["id"], SESSION["payment_intent"], SESSION["amount_total"]
CHARGE = "ch_" + PAYMENT.removeprefix("pi_")
ORDER = RefundOrder("C1#1", "C1#1", PAYMENT, 500)


@dataclass
class Kit:
    """A desk and how to break it.

    Args:
        fault: makes the next refund fail, before or after the work.
        dispute: disputes the payment.
        is_ended: says whether a subscription was ended.
    """

    desk: object
    fault: Callable[..., None]
    dispute: Callable[[], None]
    is_ended: Callable[[str], bool]


def memory():
    session = read_checkout(Fields(SESSION), "completed")
    paid = Payment(
        payment_id=PAYMENT,
        paid_at=session.paid_at,
        amount_minor=AMOUNT,
        refunded_minor=0,
        currency=session.currency,
        card="card_1",
        names=(CHARGE, "1234-5678"),
    )
    desk = MemoryStripe(
        roots={ROOT_ID: Bought((paid,))},
        sessions=dict.fromkeys((ROOT_ID, PAYMENT, CHARGE), session),
        charges={CHARGE: PAYMENT},
        customers={SESSION["customer"]},
    )
    faults = {
        "server_error": StripeBrokenError,
        "timeout": StripeSilentError,
        "rate_limit": StripeBusyError,
        "balance_insufficient": lambda why: StripeRefusedError("balance_insufficient", why),
    }

    def fault(kind, *, after=False):
        desk.faults.append(faults[kind]("played"))
        desk.after = after

    def dispute():
        desk.roots[ROOT_ID] = Bought((replace(paid, disputed=True),))

    return Kit(desk, fault, dispute, lambda subscription: subscription in desk.ended)


def over_http(running_standin):
    state = running_standin.standin.state
    state.put(SESSION)
    state.put({"id": SESSION["customer"], "object": "customer"})
    charge = state.objects["charge"][CHARGE]
    charge["payment_method_details"] = {"card": {"fingerprint": "card_1"}}
    charge["receipt_number"] = "1234-5678"

    def fault(kind, *, after=False):
        known = {"server_error", "timeout", "rate_limit"}
        code = "" if kind in known else kind
        played = kind if kind in known else "refuse"
        state.faults.append(Fault(played, path="/v1/refunds", after=after, code=code))

    def dispute():
        charge["disputed"] = True
        state.put(
            {"id": "du_1", "object": "dispute", "charge": CHARGE, "is_charge_refundable": False}
        )

    state.put({"id": "sub_1", "object": "subscription", "status": "active"})
    api = StripeApi(lambda: "sk_test_1", running_standin.url)
    return Kit(api, fault, dispute, lambda one: state.get("subscription", one)["ended_at"] > 0)


@pytest.fixture(params=["memory", "http"])
def kit(request):
    if request.param == "memory":
        yield memory()
        return
    with running() as found:
        made = over_http(found)
        yield made
        if "_client" in vars(made.desk):
            made.desk._client._requestor._client.close()


def test_a_session_says_how_it_was_paid(kit):
    (paid,) = kit.desk.bought(ROOT_ID).payments
    assert (paid.payment_id, paid.amount_minor, paid.refunded_minor) == (PAYMENT, AMOUNT, 0)
    assert (paid.card, paid.disputed) == ("card_1", False)
    assert paid.names == (CHARGE, "1234-5678")
    assert kit.desk.bought("cs_nobody") == Bought()
    assert kit.desk.bought("in_nobody") == Bought()


def test_a_session_is_found_by_any_of_its_ids(kit):
    for stripe_id in (ROOT_ID, PAYMENT, CHARGE):
        assert kit.desk.session_of(stripe_id).session_id == ROOT_ID
    for stripe_id in ("cs_nobody", "pi_nobody", "ch_nobody", "in_1"):
        assert kit.desk.session_of(stripe_id) is None
    assert kit.desk.payment_of(CHARGE) == PAYMENT


def test_a_key_refunds_once(kit):
    first = kit.desk.refund(ORDER)
    assert (first.amount_minor, first.attempt) == (500, "C1#1")
    assert first.status is RefundStatus.SUCCEEDED
    assert kit.desk.refund(ORDER) == first
    assert kit.desk.refunds_of(PAYMENT) == (first,)
    assert kit.desk.bought(ROOT_ID).payments[0].refunded_minor == 500


@pytest.mark.parametrize("after", [False, True])
def test_silence_leaves_open_what_happened_and_the_key_tells(kit, after):
    kit.fault("timeout", after=after)
    with pytest.raises(StripeSilentError):
        kit.desk.refund(ORDER)
    assert len(kit.desk.refunds_of(PAYMENT)) == int(after)
    kit.desk.refund(ORDER)
    assert len(kit.desk.refunds_of(PAYMENT)) == 1


@pytest.mark.parametrize("after", [False, True])
def test_a_failure_of_stripes_is_stored_under_the_key(kit, after):
    kit.fault("server_error", after=after)
    for _ in range(2):
        with pytest.raises(StripeBrokenError):
            kit.desk.refund(ORDER)
    assert len(kit.desk.refunds_of(PAYMENT)) == int(after)


def test_too_many_requests_did_nothing(kit):
    kit.fault("rate_limit")
    with pytest.raises(StripeBusyError):
        kit.desk.refund(ORDER)
    assert kit.desk.refund(ORDER).amount_minor == 500


def test_refusals_carry_stripes_code(kit):
    kit.desk.refund(replace(ORDER, amount_minor=AMOUNT))
    with pytest.raises(StripeRefusedError) as twice:
        kit.desk.refund(replace(ORDER, key="C1#2"))
    assert twice.value.code == "charge_already_refunded"
    kit.fault("balance_insufficient")
    with pytest.raises(StripeRefusedError) as poor:
        kit.desk.refund(replace(ORDER, key="C1#3"))
    assert poor.value.code == "balance_insufficient"


def test_a_subscription_is_ended_however_often_that_is_asked(kit):
    for _ in range(2):
        kit.desk.end_subscription("sub_1")
    assert kit.is_ended("sub_1")
    kit.desk.end_subscription("sub_nobody")


def test_the_portal_is_there_for_known_customers_only(kit):
    link = kit.desk.portal_link(SESSION["customer"], "https://product.example/plan")
    assert link.startswith("https://billing.stripe.com/p/session/")
    assert kit.desk.portal_link("cus_nobody", "https://product.example/plan") is None


def test_a_disputed_payment_is_not_refunded(kit):
    kit.dispute()
    assert kit.desk.bought(ROOT_ID).payments[0].disputed
    with pytest.raises(StripeRefusedError) as refused:
        kit.desk.refund(ORDER)
    assert refused.value.code == "charge_disputed"


def test_an_invoice_lists_every_payment_of_it():
    """Two payments of one invoice are what makes a duplicate provable."""
    invoice = sample("stripe_webhook/invoice_paid_create")
    paid = sample("stripe_webhook/invoice_payment_paid_create")
    with running() as found:
        state = found.standin.state
        state.put(invoice["data"]["object"])
        first = paid["data"]["object"]
        second = json.loads(json.dumps(first)) | {"id": "inpay_2"}
        second["payment"]["payment_intent"] = "pi_second"
        second["created"] = first["created"] + 60
        for one in (second, first):
            state.put(one)
        desk = StripeApi(lambda: "sk_test_1", found.url)
        bought = desk.bought(invoice["data"]["object"]["id"])
        assert [one.payment_id for one in bought.payments] == [
            first["payment"]["payment_intent"],
            "pi_second",
        ]
        desk._client._requestor._client.close()


def test_a_key_that_was_replaced_is_used_from_the_next_call_on(monkeypatch):
    """A warm function lives for hours, and whoever rolls a key revokes the old one."""
    keys, sent = ["rk_old"], []
    desk = StripeApi(lambda: keys[-1], "http://127.0.0.1:1")

    def raw_request(_method, _path, api_key=None):
        sent.append(api_key)
        return SimpleNamespace(body='{"payment_intent": "pi_1"}')

    monkeypatch.setattr(desk._client, "raw_request", raw_request)
    desk.payment_of("ch_1")
    keys.append("rk_new")
    desk.payment_of("ch_1")
    assert sent == ["rk_old", "rk_new"]


def test_an_unknown_key_is_no_verdict_about_a_refund():
    with running() as found:
        desk = over_http(found).desk
        found.standin.state.faults.append(Fault("refuse", path="/v1/refunds", code="401"))
        with pytest.raises(StripeBusyError):
            desk.refund(ORDER)
        desk._client._requestor._client.close()
