"""A withdrawal of the product's page, from the button to the money."""

import pytest
from reprise.cases.model import CaseState
from reprise.catalogue.reading import example_catalogue
from reprise.ledger.errors import OrderUnknownError
from reprise.policy.calendar import BusinessCalendar
from reprise.usecases.accounts import Accounts
from reprise.usecases.withdrawing import Withdrawals

from tests.support.desk import ADA, BOUGHT, NOW, ORDER, PAID, PAYMENT, World
from tests.support.ledger import DAY


def withdrawals(world):
    accounts = Accounts(world.books.ledger, world.desk.directory, example_catalogue())
    return Withdrawals(accounts, world.cases, world.books.policy, BusinessCalendar("Europe/Berlin"))


def test_it_is_acknowledged_with_its_time_then_refunded():
    world = World()
    case, is_new = withdrawals(world).withdraw(ADA, ORDER, NOW)
    done = world.work(case.case_id)
    assert is_new
    assert (done.state, done.decision.rule) == (CaseState.APPROVED, "withdrawal")
    assert world.refunds == {PAYMENT: PAID}
    assert world.balance == 0
    received, refunded = world.told
    assert ORDER in received
    assert f"{NOW:%Y-%m-%d %H:%M:%S} UTC" in received
    assert received.startswith("Sie haben diesen Kauf widerrufen")
    assert refunded.startswith("wir haben Ihnen 15.00 EUR")


def test_the_time_of_the_button_counts_however_late_it_is_worked_on():
    world = World()
    in_time = BOUGHT + 13 * DAY
    case, _ = withdrawals(world).withdraw(ADA, ORDER, in_time)
    assert world.work(case.case_id, now=in_time + 30 * DAY).decision.rule == "withdrawal"


@pytest.mark.parametrize(
    ("country", "after", "state", "rule"),
    [
        ("DE", 20 * DAY, CaseState.DENIED, "pack_credited"),
        ("US", DAY, CaseState.PERSON, "withdrawal_country"),
    ],
)
def test_a_page_promises_no_more_than_the_law(country, after, state, rule):
    world = World(country=country)
    case, _ = withdrawals(world).withdraw(ADA, ORDER, BOUGHT + after)
    done = world.work(case.case_id, now=BOUGHT + after)
    assert (done.state, done.decision.rule) == (state, rule)
    assert world.refunds == {}


def test_a_used_purchase_is_a_persons_call():
    world = World()
    world.use()
    case, _ = withdrawals(world).withdraw(ADA, ORDER, NOW)
    assert world.work(case.case_id).decision.rule == "withdrawal_used"


def test_a_mail_after_the_button_refunds_nothing_more():
    world = World()
    case, _ = withdrawals(world).withdraw(ADA, ORDER, NOW)
    world.work(case.case_id)
    world.open("C2")
    assert world.work("C2").decision.rule == "already_refunded"
    assert world.refunds == {PAYMENT: PAID}


def test_an_unknown_order_opens_nothing():
    world = World()
    with pytest.raises(OrderUnknownError):
        withdrawals(world).withdraw(ADA, "cs_other", NOW)
    assert world.cases.cases_of(ADA) == []
