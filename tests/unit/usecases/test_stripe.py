"""What each of Stripe's events does to an account, and that it cannot be made to do more."""

import pytest
from reprise.billing.events import read_event
from reprise.ledger.audit import audit
from reprise.ledger.charges import Outcome
from reprise.ledger.commands import ChargeGeneration, SettleCharge
from reprise.metrics import Metric
from reprise.usecases.stripe.books import Effect
from reprise.usecases.stripe.receive import receive, redrive

from tests.support.ledger import CAUSE
from tests.support.stripe import NOW, body, books, deliver, edited

ADA = "acc_ada"


def balance(of):
    return of.ledger.account(ADA).balance


def test_a_paid_pack_is_credited_once():
    to = books()
    done = deliver(to, "checkout_pack_paid")
    assert (done.effect, done.credits, done.key) == (Effect.GRANT, 1000, "settle#cs_live_RepPack1")
    for again in (body("checkout_pack_paid"), body("checkout_pack_paid_second_event")):
        assert deliver(to, again).credits == 0
    assert balance(to) == 1000
    order = to.ledger.store.orders_of(ADA)[0]
    assert order.purchase.facts["country"] == "DE"
    assert order.purchase.policy_version == "2026-05-02"


def test_an_unpaid_checkout_grants_only_when_its_payment_succeeds():
    to = books()
    assert deliver(to, "checkout_pack_unpaid").effect is Effect.MAP
    assert to.ledger.store.read(ADA).account is None
    assert deliver(to, "checkout_pack_async_succeeded").effect is Effect.GRANT
    assert balance(to) == 1000


@pytest.mark.parametrize("name", ["checkout_pack_async_failed", "checkout_expired"])
def test_a_checkout_that_came_to_nothing_closes(name):
    to = books()
    assert deliver(to, name).effect is Effect.CLOSE
    assert to.ledger.store.read(ADA).account is None


def test_a_subscription_checkout_only_maps_and_its_invoice_grants():
    to = books()
    assert deliver(to, "checkout_subscription").effect is Effect.MAP
    assert deliver(to, "invoice_paid_create").effect is Effect.GRANT
    assert balance(to) == 500


@pytest.mark.parametrize(
    "pair",
    [
        ("pre_basil_invoice_paid_create", "invoice_paid_create"),
        ("pre_basil_invoice_paid_cycle", "invoice_paid_cycle"),
        ("pre_basil_invoice_paid_pack", "invoice_paid_pack"),
        ("pre_basil_invoice_paid_update_proration", "invoice_paid_update_proration"),
    ],
)
def test_both_shapes_of_an_invoice_grant_the_same(pair):
    """An event of either API version, and then the other, is one grant."""
    credits = []
    for name in pair:
        to = books()
        credits.append(deliver(to, name).credits)
        assert deliver(to, next(other for other in pair if other != name)).credits == 0
    assert credits[0] == credits[1] > 0


def test_an_upgrade_grants_what_the_money_paid_for_and_ten_toggles_gain_nothing():
    to = books()
    deliver(to, "invoice_paid_create")
    upgraded = deliver(to, "invoice_paid_update_proration").credits
    assert 0 < upgraded < 2000
    before = balance(to)
    for number in range(10):

        def paid_from_balance(invoice, number=number):
            invoice["id"] = f"in_Toggle{number}"
            invoice["amount_paid"] = 0

        assert deliver(to, edited("invoice_paid_update_proration", paid_from_balance)).credits == 0
    assert balance(to) == before


@pytest.mark.parametrize(
    ("name", "field", "metric"),
    [
        ("adv_nobody_named", "metadata.user_id", Metric.UNKNOWN_ACCOUNT),
        ("adv_accounts_disagree", "metadata.user_id", Metric.UNKNOWN_ACCOUNT),
        ("adv_unknown_price", "price", Metric.UNKNOWN_PRICE),
        ("adv_amount_not_of_sku", "amount", Metric.UNKNOWN_PRICE),
        ("adv_test_mode", "livemode", None),
        ("adv_other_api_version", "api_version", None),
        ("adv_connected_account", "account", None),
        ("invoice_paid_more_lines", "lines.has_more", None),
    ],
)
def test_what_cannot_be_applied_is_parked_and_counted_and_grants_nothing(name, field, metric):
    to = books()
    done = deliver(to, name)
    assert done.effect is Effect.PARK
    assert set(done.metrics) == {Metric.PARKED_EVENT, metric} - {None}
    waiting = to.parking.parked(10).items
    assert [(p.field, p.body) for p in waiting] == [(field, body(name))]
    assert not to.ledger.store.heads


def test_an_unknown_type_is_answered_and_kept_out():
    to = books()
    assert deliver(to, "adv_unknown_type").effect is Effect.NONE
    assert not to.parking.parked(10).items


def test_a_refund_before_its_order_waits_and_is_driven_when_the_order_appears():
    to = books()
    assert deliver(to, "refund_partial").effect is Effect.PARK
    raw = body("checkout_pack_paid")
    handled = receive(to, raw, read_event(raw), NOW)
    assert [h.effect for h in handled] == [Effect.GRANT, Effect.CLAW_BACK]
    assert balance(to) == 1000 - 333
    assert not to.parking.parked(10).items


def test_a_parked_event_that_still_lacks_something_stays():
    to = books()
    deliver(to, "refund_partial")
    waiting = to.parking.parked(10).items[0]
    assert redrive(to, waiting, NOW)[0].effect is Effect.PARK
    assert to.parking.parked(10).items[0].attempts == 1


def test_the_first_try_of_a_parked_event_alarms_as_its_parking_did():
    """The function may have died between parking it and counting it; later tries are no news."""
    to = books()
    metrics = set(deliver(to, "adv_unknown_price").metrics)
    assert metrics == {Metric.PARKED_EVENT, Metric.UNKNOWN_PRICE}
    for wanted in (metrics, set()):
        (waiting,) = to.parking.parked(10).items
        assert set(redrive(to, waiting, NOW)[0].metrics) == wanted


def test_a_dispute_that_is_won_gives_back_exactly_what_it_took():
    to = books()
    deliver(to, "checkout_pack_paid")
    to.ledger.run(ADA, ChargeGeneration("g", "lyrics", 100, CAUSE), NOW)
    to.ledger.run(ADA, SettleCharge("g", Outcome.DELIVERED, CAUSE), NOW)
    taken = deliver(to, "dispute_created")
    assert (taken.effect, taken.credits) == (Effect.CLAW_BACK, -900)
    assert deliver(to, "dispute_funds_withdrawn").credits == 0
    assert deliver(to, "dispute_funds_reinstated").credits == 900
    deliver(to, "dispute_won")
    head = to.ledger.account(ADA)
    assert (head.balance, head.owed, head.freezes, head.claims) == (900, 0, {}, {})


def test_a_lost_dispute_owes_what_was_spent_and_a_refund_takes_no_more():
    to = books()
    deliver(to, "checkout_pack_paid")
    to.ledger.run(ADA, ChargeGeneration("g", "lyrics", 100, CAUSE), NOW)
    to.ledger.run(ADA, SettleCharge("g", Outcome.DELIVERED, CAUSE), NOW)
    for name in ("dispute_created", "dispute_funds_withdrawn", "dispute_lost", "refund_partial"):
        deliver(to, name)
    head = to.ledger.account(ADA)
    assert head.balance == 0
    assert head.claims["cs_live_RepPack1"].taken == 900
    # 333 of the 1000 are claimed by our own refund, which absorbs the shortfall first.
    assert head.owed == 0


def test_a_refund_of_a_subscription_is_joined_through_its_invoice_payment():
    for first in ("invoice_payment_paid_create", "refund_subscription", "invoice_paid_create"):
        to = books()
        names = ["invoice_payment_paid_create", "refund_subscription", "invoice_paid_create"]
        for name in [first, *(name for name in names if name != first)]:
            deliver(to, name)
        assert balance(to) == 0, first
        assert not to.parking.parked(10).items


def test_a_claim_to_be_our_attempt_is_believed_only_if_it_is_stored():
    to = books()
    deliver(to, "checkout_pack_paid")
    deliver(to, "refund_of_ours")
    order = to.ledger.store.orders_of(ADA)[0]
    assert order.reversals.refunds["re_RepOurs"].attempt is None


def test_a_refund_that_claims_to_carry_out_another_refund_hides_nothing():
    to = books()
    deliver(to, "checkout_pack_paid")
    deliver(to, "refund_partial")

    def name_the_other(found):
        found |= {"id": "re_Other", "metadata": {"reprise_attempt": "re_RepPart"}}

    deliver(to, edited("refund_partial", name_the_other))
    assert balance(to) == 1000 - 666


def test_a_checkout_with_an_invoice_is_credited_once():
    """Stripe can make an invoice of a checkout: two events of one payment."""

    def of_invoice(session):
        session["invoice"] = "in_RepManual"

    ends = set()
    events = [edited("checkout_pack_paid", of_invoice), body("invoice_paid_pack")]
    for order in (events, events[::-1]):
        to = books()
        for raw in order:
            deliver(to, raw)
        ends.add((balance(to), *(one.order_id for one in to.ledger.store.orders_of(ADA))))
        deliver(to, edited("checkout_pack_paid", of_invoice))
        assert to.ledger.store.find_alias("cs_live_RepPack1").order_id == "in_RepManual"
    assert ends == {(1000, "in_RepManual/il_Repm1")}


@pytest.mark.parametrize("name", ["refund_partial", "dispute_created"])
def test_a_reversal_in_another_currency_is_never_compared_with_what_was_paid(name):
    to = books()
    deliver(to, "checkout_pack_paid")
    done = deliver(to, edited(name, lambda found: found.update(currency="jpy")))
    assert (done.effect, done.reason.partition(":")[0]) == (Effect.PARK, "currency")
    assert balance(to) == 1000


def test_an_order_keeps_what_was_true_when_it_was_bought():
    """Price, country, consent, policy and time are pinned: no later event rewrites them."""
    to = books()
    deliver(to, "checkout_pack_paid")
    bought = to.ledger.store.orders_of(ADA)[0].purchase
    assert (bought.facts["terms"], bought.facts["country"]) == ("accepted", "DE")
    assert (bought.paid, bought.currency, bought.policy_version) == (1500, "eur", "2026-05-02")

    def moved_house(found):
        found["customer_details"]["address"]["country"] = "US"
        found |= {"consent": None, "created": found["created"] + 9_000_000}

    assert deliver(to, edited("checkout_pack_paid", moved_house)).credits == 0
    deliver(to, "refund_partial")
    assert to.ledger.store.orders_of(ADA)[0].purchase == bought


def test_a_customer_without_an_id_is_nobodys_and_matches_nobody():
    to = books()
    deliver(to, "checkout_pack_paid")

    def guest(found):
        found |= {"id": "cs_guest", "customer": None, "client_reference_id": None}
        found["metadata"] = {"sku": "pack_1000"}

    done = deliver(to, edited("checkout_pack_paid", guest))
    assert (done.effect, balance(to)) == (Effect.PARK, 1000)


def test_every_journal_replays():
    to = books()
    for name in ("checkout_pack_paid", "refund_partial", "dispute_created", "dispute_won"):
        deliver(to, name)
    head = to.ledger.account(ADA)
    assert audit(ADA, to.ledger.store.journal(ADA), head).clean
