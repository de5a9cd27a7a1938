"""The withdrawal function of a page: shown while it must be, taken in once, for its owner alone."""

from dataclasses import replace

import pytest
from reprise.api.cases import CaseStands
from reprise.client import NotFoundError
from reprise.ledger.commands import ChargeGeneration, GrantOrder, ReverseOrder
from reprise.policy.facts import Category

from tests.support.ledger import CAUSE, DAY, HOUR, T0, pack, refund, renewal


def buy(root, account, *purchases):
    for purchase in purchases:
        root.accounts.ledger.run(account, GrantOrder(purchase, CAUSE), T0, may_open=True)


def german(**more):
    return {"facts": {"country": "DE"}} | more


@pytest.fixture
def shown(api):
    def of(account="usr_1", after=HOUR):
        return replace(api, story_now=lambda: T0 + after).withdrawals(account).orders

    return of


def test_a_purchase_is_shown_until_its_window_ends(root, shown):
    """T0 is a Thursday, so the fourteenth day after it needs no moving to a working day."""
    buy(root, "usr_1", pack(**german()))
    (one,) = shown()
    assert (one.order_id, one.paid, one.currency) == ("cs_1", 1000, "usd")
    assert (one.purchased_at, one.unused) == (T0, True)
    last = one.until - T0
    assert 14 * DAY < last < 15 * DAY
    assert shown(after=last - HOUR / 3600)
    assert shown(after=last) == ()


def test_what_cannot_be_withdrawn_from_is_not_shown(root, shown):
    later = renewal("in_2/il_1", at=T0)
    first = {"country": "DE", "reason": "subscription_create"}
    bought = [
        renewal(at=T0 - 30 * DAY, facts=first),
        pack("cs_us", facts={"country": "US"}),
        pack("cs_nowhere"),
        replace(later, facts={"country": "DE", "reason": "subscription_cycle"}),
    ]
    buy(root, "usr_1", *bought, pack("cs_back", **german()))
    back = ReverseOrder("cs_back", 1, refund(), CAUSE)
    root.accounts.ledger.run("usr_1", back, T0)
    assert shown() == ()


def test_the_first_payment_after_a_free_trial_is_shown(root, shown):
    """The fourteen days run from the trial's beginning or anew (C-565/22): the decision says."""
    facts = {"country": "DE", "reason": "subscription_cycle"}
    buy(root, "usr_1", renewal(at=T0, facts=facts))
    assert [one.order_id for one in shown()] == ["in_1/il_1"]


def test_a_used_purchase_and_a_first_period_are_shown_as_what_they_are(root, shown):
    first = renewal(at=T0)
    facts = {"country": "FR", "reason": "subscription_create"}
    buy(root, "usr_1", replace(first, facts=facts), pack(**german()))
    root.accounts.ledger.run("usr_1", ChargeGeneration("gen_1", "lyrics", 501, CAUSE), T0)
    assert {one.order_id: one.unused for one in shown()} == {"cs_1": False, "in_1/il_1": False}


def test_a_country_that_the_purchase_lacks_is_the_accounts(api, root, shown):
    buy(root, "usr_1", pack())
    assert shown() == ()
    api.register("usr_1", email="ada@example.com", locale="de-DE", country="AT")
    assert [one.order_id for one in shown()] == ["cs_1"]


def test_a_confirmed_withdrawal_is_a_case_with_its_own_time_and_an_acknowledgement(api, root):
    api.register("usr_1", email="ada@example.com", locale="de-DE", country="DE")
    buy(root, "usr_1", pack(**german()))
    answer = api.withdraw("usr_1", "cs_1")
    assert (answer.state, answer.category) == (CaseStands.OPEN, "eu_withdrawal")
    case = root.pages().cases.case(answer.case_id)
    assert (case.account_id, case.wish.orders) == ("usr_1", ("cs_1",))
    assert case.wish.category is Category.EU_WITHDRAWAL
    assert (case.letter.address, case.letter.received_at) == ("ada@example.com", T0)
    assert (case.wish.language, case.wakes_at) == ("de", T0)
    assert [one.template for one in case.replies] == ["withdrawal_received"]
    (line,) = root.pages().cases.journal(case.case_id)
    assert (line.actor, line.reason) == ("withdrawal_page", "confirmed on the withdrawal page")


def test_confirming_again_changes_nothing(api, root):
    buy(root, "usr_1", pack(**german()))
    first = api.withdraw("usr_1", "cs_1")
    again = replace(api, story_now=lambda: T0 + DAY).withdraw("usr_1", "cs_1")
    assert again == first
    assert len(root.pages().cases.cases_of("usr_1")) == 1


def test_nobody_withdraws_from_anothers_purchase(api, root):
    buy(root, "usr_1", pack())
    buy(root, "usr_2", pack("cs_2"))
    for order in ("cs_2", "cs_none"):
        with pytest.raises(NotFoundError, match="order-unknown"):
            api.withdraw("usr_1", order)
    with pytest.raises(NotFoundError, match="account-unknown"):
        api.withdrawals("usr_9")
    assert root.pages().cases.cases_of("usr_2") == []
