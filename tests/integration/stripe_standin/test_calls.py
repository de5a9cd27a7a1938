import subprocess
import sys
import urllib.error
import urllib.request

import pytest
import stripe

from ops.stripe_standin.forms import decode


@pytest.fixture
def paid(standin, sample):
    """A paid checkout session of 15 euros, whose payment the stand-in implies."""
    return standin.standin.state.put(sample("checkout_pack_paid")["data"]["object"])


def test_forms_nest():
    text = "created%5Bgte%5D=1&types[0]=a&types[1]=b&expand[]=c&expand[]=d&metadata[k]=&limit=3"
    assert decode(text) == {
        "created": {"gte": "1"},
        "types": ["a", "b"],
        "expand": ["c", "d"],
        "metadata": {"k": ""},
        "limit": "3",
    }


def test_a_refund_takes_the_charge_down_and_is_found_again(client, paid):
    refund = client.refunds.create(
        {
            "payment_intent": paid["payment_intent"],
            "amount": 500,
            "reason": "requested_by_customer",
            "metadata": {"reprise_attempt": "case_1#1"},
        }
    )
    assert (refund.amount, refund.status, refund.charge) == (500, "succeeded", "ch_RepPack1")
    assert client.refunds.retrieve(refund.id).metadata["reprise_attempt"] == "case_1#1"
    found = client.refunds.list({"payment_intent": paid["payment_intent"]})
    assert [one.id for one in found.data] == [refund.id]
    charge = client.charges.retrieve(refund.charge)
    assert (charge.amount_refunded, charge.refunded) == (500, False)
    intent = client.payment_intents.retrieve(paid["payment_intent"])
    assert intent.latest_charge == charge.id
    client.refunds.create({"charge": charge.id})
    assert client.charges.list({"payment_intent": intent.id}).data[0].refunded


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"amount": 1501}, None),
        ({"amount": 0}, "parameter_invalid_integer"),
        ({"payment_intent": "pi_none"}, "resource_missing"),
        ({"pack": "x"}, "parameter_unknown"),
    ],
)
def test_refunds_that_stripe_refuses(client, paid, params, code):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.refunds.create({"payment_intent": paid["payment_intent"]} | params)
    assert refused.value.code == code
    assert not client.refunds.list().data


def test_a_charge_is_refunded_once_and_not_while_it_is_disputed(client, standin, sample, paid):
    client.refunds.create({"payment_intent": paid["payment_intent"]})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.refunds.create({"payment_intent": paid["payment_intent"]})
    assert refused.value.code == "charge_already_refunded"
    standin.standin.state.put(sample("dispute_created")["data"]["object"])
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.refunds.create({"payment_intent": paid["payment_intent"]})
    assert refused.value.code == "charge_disputed"


def test_a_refund_that_fails_gives_the_charge_its_money_back(client, control, paid):
    control("refunds", status="pending")
    refund = client.refunds.create({"payment_intent": paid["payment_intent"]})
    assert refund.status == "pending"
    event = control("change", id=refund.id, set={"status": "failed"}, event="refund.failed")
    assert event["event"]["data"]["previous_attributes"] == {"status": "pending"}
    assert client.charges.retrieve(refund.charge).amount_refunded == 0


def test_lists_are_newest_first_filtered_and_paged(client, standin, sample):
    for number in range(25):
        found = sample("checkout_pack_paid")["data"]["object"]
        standin.standin.state.put(found | {"id": f"cs_{number:02}", "created": 1000 + number // 2})
    listed = client.checkout.sessions.list({"limit": 10})
    assert (listed.data[0].id, listed.has_more) == ("cs_24", True)
    ids = [one.id for one in client.checkout.sessions.list({"limit": 4}).auto_paging_iter()]
    assert ids == [f"cs_{number:02}" for number in reversed(range(25))]
    recent = client.checkout.sessions.list({"created": {"gte": 1011, "lt": 1012}, "limit": 100})
    assert [one.id for one in recent.data] == ["cs_23", "cs_22"]
    before = client.checkout.sessions.list({"ending_before": "cs_20", "limit": 2})
    assert ([one.id for one in before.data], before.has_more) == (["cs_22", "cs_21"], True)


def test_everything_that_is_read_can_be_read(client, control, sample):
    for case in (
        *("checkout_pack_paid", "invoice_paid_create", "invoice_payment_paid_create"),
        *("subscription_created", "dispute_created", "customer_updated", "fraud_warning"),
    ):
        control("events", event=sample(case), deliver=False)
    assert client.checkout.sessions.retrieve("cs_live_RepPack1").payment_status == "paid"
    assert client.checkout.sessions.line_items.list("cs_live_RepPack1").data == []
    assert client.checkout.sessions.list({"payment_intent": "pi_RepPack1"}).data
    assert client.invoices.retrieve("in_RepCreate").status == "paid"
    assert client.invoices.list({"subscription": "sub_RepAda", "status": "paid"}).data
    payments = client.invoice_payments.list(
        {"payment": {"type": "payment_intent", "payment_intent": "pi_RepCreate"}}
    )
    assert [one.invoice for one in payments.data] == ["in_RepCreate"]
    assert client.payment_intents.retrieve("pi_RepCreate").amount == 1000
    assert client.subscriptions.retrieve("sub_RepAda").status == "active"
    assert client.disputes.list({"payment_intent": "pi_RepPack1"}).data[0].id == "du_Rep1"
    assert client.disputes.retrieve("du_Rep1").amount == 1500
    assert client.radar.early_fraud_warnings.list({"charge": "ch_RepPack1"}).data
    assert client.customers.retrieve("cus_RepAda").email == "ada.new@example.com"


def test_a_long_invoice_shows_its_first_lines_and_lists_the_rest(client, standin, sample):
    found = sample("invoice_paid_create")["data"]["object"]
    line = found["lines"]["data"][0]
    found["lines"]["data"] = [line | {"id": f"il_{number}"} for number in range(12)]
    standin.standin.state.put(found)
    shown = client.invoices.retrieve(found["id"]).lines
    assert (len(shown.data), shown.has_more) == (10, True)
    listed = client.invoices.line_items.list(found["id"], {"limit": 100})
    assert [one.id for one in listed.data] == [f"il_{number}" for number in range(12)]


def test_canceled_subscriptions_are_listed_on_request_only(client, standin, sample):
    standin.standin.state.put(sample("subscription_deleted_at_once")["data"]["object"])
    assert not client.subscriptions.list({"customer": "cus_RepAda"}).data
    for status in ("all", "canceled"):
        assert client.subscriptions.list({"customer": "cus_RepAda", "status": status}).data


def test_undelivered_events_are_listed_by_type(client, control, sample):
    for case in ("checkout_pack_paid", "subscription_created", "refund_succeeded"):
        control("events", event=sample(case), deliver=False)
    wanted = {"delivery_success": False, "types": ["refund.created", "checkout.session.completed"]}
    found = client.events.list(wanted).data
    assert {one.type for one in found} == set(wanted["types"])
    assert not client.events.list({"delivery_success": True}).data
    assert client.events.retrieve(found[0].id).pending_webhooks == 1


def test_a_discount_on_the_next_renewal(client, standin, sample):
    standin.standin.state.put(sample("subscription_created")["data"]["object"])
    coupon = client.coupons.create({"percent_off": 20, "duration": "once", "id": "outage-1"})
    found = client.subscriptions.update("sub_RepAda", {"discounts": [{"coupon": coupon.id}]})
    assert found.discounts == ["di_outage-1"]
    assert client.coupons.retrieve("outage-1").times_redeemed == 1
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.subscriptions.update("sub_RepAda", {"discounts": [{"discount": "di_other"}]})
    assert refused.value.code == "resource_missing"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.coupons.create({"amount_off": 20, "id": "outage-2"})
    assert refused.value.param == "currency"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.coupons.create({"percent_off": 20, "duration": "once", "id": "outage-1"})
    assert refused.value.code == "resource_already_exists"


def test_a_portal_session_of_a_known_customer(client, standin, sample):
    standin.standin.state.put(sample("customer_updated")["data"]["object"])
    made = client.billing_portal.sessions.create({"customer": "cus_RepAda"})
    assert made.url.startswith("https://billing.stripe.com/")


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/charges/ch_none", "/v1/quotes/q_1"])
def test_what_is_not_there_is_not_found(standin, path):
    request = urllib.request.Request(standin.url + path)  # noqa: S310
    with pytest.raises(urllib.error.HTTPError, match="401") as refused:
        urllib.request.urlopen(request)  # noqa: S310
    refused.value.close()
    request.add_header("Authorization", "Bearer sk_test_x")
    with pytest.raises(urllib.error.HTTPError, match="404") as refused:
        urllib.request.urlopen(request)  # noqa: S310
    refused.value.close()


def test_the_command_prints_its_address_and_ends_when_told():
    command = [sys.executable, "-m", "ops.stripe_standin", "--secret", "whsec_1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.terminate()
        assert process.wait(timeout=10) == 0
