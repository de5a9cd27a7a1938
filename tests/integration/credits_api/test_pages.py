"""Refund requests and Stripe's portal, as the product's own pages meet them."""

from dataclasses import replace

import pytest
from reprise.api.cases import CaseStands, MoneyBack
from reprise.cases.model import CaseState, Change, Line, Reply, ReplyState
from reprise.client import (
    ATTEMPTS_MAX,
    NotFoundError,
    RequestInvalidError,
    ServiceUnavailableError,
)
from reprise.ledger.commands import GrantOrder
from reprise.ports.ledger import Alias

from ops.stripe_standin.state import Fault
from tests.support.cases import case, full_case
from tests.support.ledger import CAUSE, HOUR, T0, pack, renewal

BACK = "https://product.example/plan"


def buy(root, account, *purchases):
    for purchase in purchases:
        root.accounts.ledger.run(account, GrantOrder(purchase, CAUSE), T0, may_open=True)


def point(root, customer, account):
    root.accounts.ledger.store.put_alias(customer, Alias(account))


def keep(root, *cases):
    for one in cases:
        line = Line(at=T0, actor="mailbox", action="opened", reason="a mail")
        root.pages().cases.save(Change(replace(one, version=1), line))


def test_the_api_knows_every_state_of_a_case():
    assert {state.value for state in CaseStands} == {state.value for state in CaseState}


def test_cases_are_listed_newest_first_page_by_page_for_their_account_alone(api, root):
    buy(root, "usr_1", pack())
    keep(root, *(case(f"C{n}", opened_at=T0 + n * HOUR) for n in range(3)))
    keep(root, case("C9", account_id="usr_2"))
    first = api.cases("usr_1", limit=2)
    rest = api.cases("usr_1", limit=2, cursor=first.cursor)
    assert [one.case_id for one in first.cases + rest.cases] == ["C2", "C1", "C0"]
    assert rest.cursor is None
    with pytest.raises(RequestInvalidError, match="cursor"):
        api.cases("usr_1", cursor="C9")
    for account, case_id in (("usr_1", "C9"), ("usr_2", "C1"), ("usr_1", "CNONE")):
        with pytest.raises(NotFoundError, match="case-unknown"):
            api.case(account, case_id)
    with pytest.raises(NotFoundError, match="account-unknown"):
        api.cases("usr_9")


def test_a_decided_case_says_the_policys_words_and_nothing_of_the_mail(api, root):
    decided = full_case()
    keep(root, replace(decided, state=CaseState.APPROVED))
    shown = api.case("usr_1", "CFULL")
    assert (shown.state, shown.category) == (CaseStands.APPROVED, "pack_not_credited")
    assert (shown.opened_at, shown.due_at) == (decided.opened_at, decided.due_at)
    assert shown.decision.approved
    assert shown.decision.words == (decided.decision.sentence or None)
    assert shown.decision.refunds == (MoneyBack("cs_1", 1500, "usd"),)
    assert [one.template for one in shown.replies] == ["refunded"]
    body = api.transport.seen[-1][1]["body"]
    letter = decided.letter
    for secret in (letter.address, letter.text, letter.subject, letter.message_id, "evidence"):
        assert secret not in body


def test_what_is_only_proposed_stays_inside_and_what_is_asked_is_said(api, root):
    keep(root, replace(full_case(), state=CaseState.PERSON))
    assert api.case("usr_1", "CFULL").decision is None
    asks = Reply(template="ask_order_id", planned_at=T0, state=ReplyState.PLANNED)
    keep(root, case("CASKED", state=CaseState.ASKED, replies=(asks,)))
    shown = api.case("usr_1", "CASKED")
    assert (shown.asked, shown.replies) == ("order_id", ()), "not sent yet"


def test_the_portal_is_that_of_who_pays_for_the_subscription(api, root, stripe):
    mine, other = {"customer": "cus_1"}, {"customer": "cus_pack"}
    buy(root, "usr_1", replace(renewal(), facts=mine), pack(facts=other, at=T0 + HOUR))
    point(root, "cus_1", "usr_1")
    link = api.portal("usr_1", BACK)
    assert link.startswith("https://billing.stripe.com/")
    sessions = {one["url"]: one for one in stripe.standin.state.of("billing_portal.session")}
    assert (sessions[link]["customer"], sessions[link]["return_url"]) == ("cus_1", BACK)


def test_there_is_no_portal_where_stripe_knows_nobody(api, root):
    with pytest.raises(NotFoundError, match="account-unknown"):
        api.portal("usr_9", BACK)
    for account, facts in (("usr_1", {}), ("usr_2", {"customer": "cus_gone"})):
        buy(root, account, pack(f"cs_{account}", facts=facts))
    point(root, "cus_gone", "usr_2")
    for account in ("usr_1", "usr_2"):
        with pytest.raises(NotFoundError, match="customer-unknown"):
            api.portal(account, BACK)


def test_a_shared_customer_opens_the_portal_to_the_first_account_only(api, root):
    """Else one account's owner could end what another's pays for."""
    for account in ("usr_1", "usr_2"):
        buy(root, account, pack(f"cs_{account}", facts={"customer": "cus_1"}))
    point(root, "cus_1", "usr_1")
    assert api.portal("usr_1", BACK)
    with pytest.raises(NotFoundError, match="customer-unknown"):
        api.portal("usr_2", BACK)


def test_a_stripe_that_is_busy_may_be_asked_again(api, root, stripe):
    buy(root, "usr_1", pack(facts={"customer": "cus_1"}))
    point(root, "cus_1", "usr_1")
    busy = Fault("rate_limit", path="/v1/billing_portal/sessions")
    stripe.standin.state.faults.extend([busy] * ATTEMPTS_MAX)
    with pytest.raises(ServiceUnavailableError, match="busy"):
        api.portal("usr_1", BACK)
    assert api.portal("usr_1", BACK)
