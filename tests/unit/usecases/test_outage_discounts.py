"""A discount on the next renewal instead of credits: who gets which, and nobody both or twice."""

from dataclasses import replace
from itertools import product

import pytest
from reprise.billing.award import Discount, Renewal
from reprise.billing.outage import Incident
from reprise.errors import BadInputError
from reprise.ports.ledger import SHARDS, HeadMovedError, StoreBusyError
from reprise.ports.stripe import (
    StripeBrokenError,
    StripeBusyError,
    StripeForbiddenError,
    StripeRefusedError,
    StripeSilentError,
)
from reprise.ports.stripe_discounts import MemoryDiscounts
from reprise.usecases.outage_credits import Remedy, post_leg
from reprise.usecases.walk import Leg

from tests.support.crashes import Calls, Crash
from tests.support.ledger import DAY
from tests.support.outages import (
    BOB,
    NOW,
    START,
    declare,
    hours,
    outages,
    pay,
    see,
    sighting,
    subscriber,
    subscribers,
)

USD = Renewal(status="active", currency="usd")


def world(*accounts) -> Remedy:
    """Subscribers, each with a subscription of its own, and a confirmed incident of discounts."""
    of = outages()
    for account in accounts or ("usr_1",):
        see(of, account, sighting(), sub=f"sub_{account}")
        pay(of, account, sub=f"sub_{account}")
    incident = declare(of, by="discount")[0]
    stripe = MemoryDiscounts({f"sub_{account}": USD for account in accounts or ("usr_1",)})
    return Remedy(of, stripe, of.confirm(incident.incident_id, BOB, NOW))


def post(remedy: Remedy, now=NOW):
    return [post_leg(remedy, Leg(shard), now, lambda: True) for shard in range(SHARDS)]


def counted(legs):
    names = {name for leg in legs for name in leg.counts}
    return {name: sum(leg.counts.get(name, 0) for leg in legs) for name in names}


def credits_of(remedy: Remedy, account="usr_1"):
    lots = remedy.outages.ledger.account(account).lots.values()
    return [lot.remaining for lot in lots if lot.kind == "goodwill"]


def test_whoever_renews_is_let_off_what_the_credits_were_sold_for():
    of = outages()
    subscribers(of, ("usr_renews", "usr_gone"))
    see(of, "usr_gone", sighting(2, START + DAY, status="canceled", ended_at=START + DAY))
    incident, preview = declare(of, by="discount")
    assert (preview.accounts, preview.credits, preview.worth) == (2, 50, {"usd": 100})
    assert (preview.discounts, preview.money) == (1, {"usd": 100})
    gets = {due.account_id: due.discount for due in preview.samples}
    assert gets == {"usr_gone": None, "usr_renews": Discount("sub_1", 100, "usd")}
    assert (incident.expected_discounts, incident.expected_money) == (1, {"usd": 100})
    assert Incident.of_body(incident.incident_id, 1, incident.body()) == incident


def test_an_amount_is_rounded_up_to_the_minor_unit():
    of = outages()
    see(of, "usr_1", sighting())
    pay(of, "usr_1", credits=499)
    assert declare(of, by="discount")[1].money == {"usd": 101}  # 50 of 499 for 1000: 100.2


def test_one_discount_makes_good_all_of_an_account_where_it_renews_next():
    of = outages()
    subscriber(of, "usr_1")
    later = START + DAY
    see(of, "usr_1", sighting(2, later, later, plan="premier"), sub="sub_2")
    pay(of, "usr_1", later, sub="sub_2", credits=2000)
    (due,) = declare(of, by="discount")[1].samples
    assert due.discount == Discount("sub_1", 200, "usd")


@pytest.mark.parametrize(
    "changed", [{"status": "paused"}, {"status": "unpaid"}, {"cancels_at": START + 30 * DAY}]
)
def test_what_will_not_renew_gets_credits(changed):
    of = outages()
    subscriber(of, "usr_1")
    see(of, "usr_1", replace(sighting(2, START + DAY), **changed))
    (due,) = declare(of, by="discount")[1].samples
    assert (due.discount, due.credits) == (None, 50)


def test_the_way_of_making_good_is_part_of_what_is_declared():
    of = outages()
    incident, _ = declare(of, by="discount")
    with pytest.raises(BadInputError, match="--compensation: must be discount"):
        declare(of)
    of.withdraw(incident.incident_id, BOB, NOW)
    assert declare(of)[0].compensation == "credits"


def test_each_account_gets_its_discount_once_however_often_it_is_visited():
    accounts = [f"usr_{number}" for number in range(30)]
    remedy = world(*accounts)
    for _ in range(3):
        assert counted(post(remedy)) == {"accounts": 30, "discounts": 30, "minor_usd": 3000}
    given = {off.subscription_id: off.amount_minor for off in remedy.stripe.given.values()}
    assert given == {f"sub_{account}": 100 for account in accounts}
    assert len(remedy.stripe.keys) == 30
    assert all(credits_of(remedy, account) == [] for account in accounts)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("fault", [StripeSilentError, StripeBrokenError, StripeBusyError])
def test_a_call_without_an_answer_is_looked_up_before_it_is_made_again(fault, after):
    """Under another key, so that neither a stored 500 nor a forgotten key matters."""
    remedy = world()
    remedy.stripe.faults, remedy.stripe.after = [fault("played")], after
    first = post(remedy)
    assert [len(leg.failed) for leg in first if leg.failed] == [1]
    assert len(remedy.outages.incidents.shards) == SHARDS - 1, "the shard stays open"
    assert counted(post(remedy)) == {"accounts": 1, "discounts": 1, "minor_usd": 100}
    assert len(remedy.stripe.given) == 1
    assert len(set(remedy.stripe.keys)) == len(remedy.stripe.keys) == (1 if after else 2)


@pytest.mark.parametrize("status", ["active", "canceled"])
def test_every_crash_point_leaves_one_discount_or_one_gift(status):
    """Though the subscription comes back meanwhile."""
    calls = Calls()
    post(watched(world(), calls, status))
    assert calls.count > SHARDS
    for at, after in product(range(1, calls.count + 1), (False, True)):
        remedy = world()
        with pytest.raises(Crash):
            post(watched(remedy, Calls(at, after), status))
        remedy.stripe.renewals["sub_usr_1"] = USD
        assert counted(post(remedy))["accounts"] == 1
        assert len(remedy.stripe.given) + len(credits_of(remedy)) == 1, f"point {at}, {after}"


def watched(remedy: Remedy, calls: Calls, status) -> Remedy:
    """The same surroundings, each of whose calls may be the last."""
    remedy.stripe.renewals["sub_usr_1"] = Renewal(status=status, currency="usd")
    of = remedy.outages
    ledger = replace(of.ledger, store=calls.watch(of.ledger.store))
    watching = replace(of, ledger=ledger, incidents=calls.watch(of.incidents))
    return replace(remedy, outages=watching, stripe=calls.watch(remedy.stripe))


@pytest.mark.parametrize(
    ("renewal", "why"),
    [
        (None, "the subscription is gone"),
        (Renewal(status="canceled", currency="usd"), "is canceled"),
        (Renewal(status="active", currency="usd", ends=True), "ends"),
        (Renewal(status="active", currency="usd", collects=False), "are not collected"),
        (Renewal(status="active", currency="usd", scheduled=True), "a schedule runs"),
        (Renewal(status="active", currency="eur"), "billed in eur"),
    ],
)
def test_who_has_no_renewal_any_more_gets_the_credits_and_it_is_on_record(renewal, why):
    remedy = world()
    if renewal:
        remedy.stripe.renewals["sub_usr_1"] = renewal
    else:
        del remedy.stripe.renewals["sub_usr_1"]
    for _ in range(2):
        assert counted(post(remedy)) == {"accounts": 1, "credits": 50}
        remedy.stripe.renewals["sub_usr_1"] = USD  # back again: what was given stays
    assert (credits_of(remedy), remedy.stripe.given) == ([50], {})
    award = remedy.outages.incidents.award(remedy.incident.incident_id, "usr_1")
    assert why in award.instead


def test_a_refusal_gives_credits_and_a_missing_right_gives_nothing_yet():
    remedy = world()
    remedy.stripe.faults = [StripeForbiddenError("", "the key may not write coupons")]
    assert [len(leg.failed) for leg in post(remedy) if leg.failed] == [1]
    assert (credits_of(remedy), remedy.stripe.given) == ([], {})
    remedy.stripe.faults = [StripeRefusedError("resource_missing", "no such subscription")]
    assert counted(post(remedy, NOW + hours(0.5))) == {"accounts": 1, "credits": 50}
    assert credits_of(remedy) == [50]


def test_a_refusal_of_what_was_done_already_is_no_refusal():
    """An overlapping delivery redeemed the coupon between the look and the call."""
    remedy = world()
    give = MemoryDiscounts.give

    def twice(stripe, order):
        give(stripe, order)
        give(stripe, order)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemoryDiscounts, "give", twice)
        assert counted(post(remedy)) == {"accounts": 1, "discounts": 1, "minor_usd": 100}
    assert credits_of(remedy) == []


@pytest.mark.parametrize("objection", ["status", "refusal"])
def test_a_call_still_under_way_keeps_credits_back_until_it_is_known_what_it_gave(objection):
    """A slow call of one delivery, while another finds a reason for credits that passes."""
    remedy = world()
    stripe, give, between = remedy.stripe, MemoryDiscounts.give, []

    def slow(_, order):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(MemoryDiscounts, "give", give)
            if objection == "status":
                stripe.renewals["sub_usr_1"] = replace(USD, status="paused")
            else:
                stripe.faults = [StripeRefusedError("lock_timeout", "somebody else is at it")]
            between.extend(post(remedy, NOW + hours(0.1)))
            stripe.renewals["sub_usr_1"] = USD
        give(stripe, order)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemoryDiscounts, "give", slow)
        post(remedy)
    assert sum(len(leg.failed) for leg in between) == 1
    assert credits_of(remedy) == []
    assert counted(post(remedy, NOW + hours(0.5))) == {
        "accounts": 1,
        "discounts": 1,
        "minor_usd": 100,
    }
    assert (len(stripe.given), credits_of(remedy)) == (1, [])


def test_credits_are_given_once_no_call_can_be_under_way():
    remedy = world()
    remedy.stripe.faults = [StripeSilentError("played")]
    post(remedy)
    remedy.stripe.renewals["sub_usr_1"] = replace(USD, status="paused")
    assert sum(len(leg.failed) for leg in post(remedy, NOW + hours(0.1))) == 1
    assert credits_of(remedy) == []
    assert counted(post(remedy, NOW + hours(0.5))) == {"accounts": 1, "credits": 50}
    assert (credits_of(remedy), remedy.stripe.given) == ([50], {})


def test_two_deliveries_at_once_do_not_store_over_each_other():
    remedy = world()
    store = remedy.outages.incidents
    post(remedy)
    award = store.award(remedy.incident.incident_id, "usr_1")
    with pytest.raises(HeadMovedError):
        store.save_award(remedy.incident.incident_id, award)


def test_discounts_that_were_there_stay():
    remedy = world()
    remedy.stripe.renewals["sub_usr_1"] = Renewal(
        status="active", currency="usd", discounts=("di_friend",)
    )
    post(remedy)
    first, second = remedy.stripe.renewals["sub_usr_1"].discounts
    assert (first, second.startswith("di_reprise-out-")) == ("di_friend", True)


def test_credits_that_cannot_be_posted_now_are_posted_later():
    remedy = world()
    remedy.stripe.renewals["sub_usr_1"] = Renewal(status="unpaid", currency="usd")
    commit = remedy.outages.ledger.store.commit

    def stuck(decision):
        raise StoreBusyError(decision.account.account_id)

    remedy.outages.ledger.store.commit = stuck
    assert any(leg.failed for leg in post(remedy))
    remedy.outages.ledger.store.commit = commit
    assert counted(post(remedy)) == {"accounts": 1, "credits": 50}
