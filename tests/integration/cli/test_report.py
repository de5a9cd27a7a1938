"""A period's report sums up every account's entries, in credits and in money, exactly."""

import csv
import io

import pytest
from reprise.ledger.charges import Outcome
from reprise.ledger.commands import EndSubscription, Gift, ReverseOrder
from reprise.ledger.lots import LotKind
from reprise.ledger.reversals import RefundStatus

from ops.cli.output import Exit
from tests.support.ledger import CAUSE, DAY, MINUTE, dispute, pack, refund, renewal


def reverse(desk, order_id, facts, after, account="usr_1"):
    order = desk.store.read(account, orders=[order_id]).orders[order_id]
    command = ReverseOrder(order_id, order.version, facts, CAUSE)
    return desk.ledger.run(account, command, desk.began + after)


def lives(desk):
    """Two accounts: bought, spent, failed, refunded, disputed and given something."""
    desk.grant(pack(at=desk.began))
    desk.grant(renewal(at=desk.began))
    desk.grant(pack("cs_2", 50, 700, at=desk.began), account="usr_2")
    desk.charge("gen_1")
    desk.settle("gen_1", Outcome.PARTIAL, delivered=1, promised=2)
    desk.charge("gen_2", after=3 * MINUTE)
    desk.settle("gen_2", Outcome.FAILED, after=4 * MINUTE)
    desk.charge("gen_3", 20, after=5 * MINUTE)
    reverse(desk, "cs_1", refund(300), 6 * MINUTE)
    reverse(desk, "cs_2", dispute(700, "needs_response", txn_3=-700), 7 * MINUTE, "usr_2")
    gift = Gift(LotKind.GOODWILL, "case/C1", 40, None, CAUSE)
    desk.ledger.run("usr_2", gift, desk.began + 8 * MINUTE)


def told(reprise, desk, since, *more):
    since = (desk.began + since).isoformat()
    found = reprise("report", "--since", since, "--json", *more)
    assert found.exit_code == Exit.FINE, found.output
    return {(one["what"], one["unit"]): one["amount"] for one in found.json["lines"]}


def test_a_period_adds_up_in_credits_and_in_money(desk, reprise):
    lives(desk)
    sums = told(reprise, desk, -DAY)
    assert sums == {
        ("outstanding before", "credits"): 0,
        ("sold", "credits"): 100 + 500 + 50,
        ("goodwill", "credits"): 40,
        ("given free", "credits"): 0,
        ("charged", "credits"): -40,
        ("returned", "credits"): 5 + 10,
        ("expired", "credits"): 0,
        ("clawed back", "credits"): -30 - 50,
        ("kept for debts", "credits"): 0,
        ("outstanding after", "credits"): 585,
        ("paid", "usd"): 1000 + 1000 + 700,
        ("refunded", "usd"): 300,
        ("disputed", "usd"): 700,
    }


def test_what_came_before_is_the_balance_it_began_with_and_what_comes_later_is_not_told(
    desk, reprise
):
    lives(desk)
    until = (desk.began + 5 * MINUTE).isoformat()
    sums = told(reprise, desk, 3 * MINUTE, "--until", until)
    assert sums["outstanding before", "credits"] == 645
    assert (sums["charged", "credits"], sums["returned", "credits"]) == (-10, 10)
    assert sums["outstanding after", "credits"] == 645
    assert not any(unit == "usd" for _, unit in sums), "no money moved then"


def test_two_periods_that_touch_make_up_the_one_they_are_parts_of(desk, reprise):
    lives(desk)
    middle = 5 * MINUTE
    whole, second = told(reprise, desk, -DAY), told(reprise, desk, middle)
    first = told(reprise, desk, -DAY, "--until", (desk.began + middle).isoformat())
    for key in whole.keys() - {("outstanding before", "credits"), ("outstanding after", "credits")}:
        assert whole[key] == first.get(key, 0) + second.get(key, 0), key
    assert first["outstanding after", "credits"] == second["outstanding before", "credits"]


def test_a_refund_that_failed_takes_its_money_out_again(desk, reprise):
    desk.grant(pack(at=desk.began))
    reverse(desk, "cs_1", refund(300), MINUTE)
    reverse(desk, "cs_1", refund(300, RefundStatus.FAILED), 2 * MINUTE)
    sums = told(reprise, desk, -DAY)
    assert sums["refunded", "usd"] == 0
    assert sums["clawed back", "credits"] == 0
    assert told(reprise, desk, 2 * MINUTE)["refunded", "usd"] == -300


def test_credits_that_come_back_in_a_new_lot_are_not_told_twice(desk, reprise):
    """A charge that failed and a dispute that was won after the plan's credits had expired."""
    desk.began -= 120 * DAY
    desk.grant(renewal(at=desk.began))
    desk.charge("gen_1")
    end = EndSubscription("sub_1", desk.began, CAUSE)
    desk.ledger.run("usr_1", end, desk.began + DAY)
    reverse(desk, "in_1/il_1", dispute(1000, "lost", txn_1=-1000), 2 * DAY)
    desk.settle("gen_1", Outcome.FAILED, after=95 * DAY)
    reverse(desk, "in_1/il_1", dispute(1000, "won", txn_2=1000), 100 * DAY)
    sums = told(reprise, desk, -DAY)
    assert {key: amount for (key, unit), amount in sums.items() if unit == "credits"} == {
        "outstanding before": 0,
        "sold": 500,
        "goodwill": 0,
        "given free": 0,
        "charged": -10,
        "returned": 10,
        "expired": 0,
        "clawed back": 0,
        "kept for debts": 0,
        "outstanding after": 500,
    }


def test_the_report_is_read_by_spreadsheets_and_by_people(desk, reprise):
    lives(desk)
    since = desk.began.isoformat()
    rows = list(csv.DictReader(io.StringIO(reprise("report", "--since", since, "--csv").stdout)))
    assert {"what": "refunded", "unit": "usd", "amount": "300", "entries": "1"} in rows
    shown = reprise("report", "--since", since).stdout
    assert "-40" in shown
    assert "27.00" in shown, "money with its decimals, where people read"


def test_a_ledger_without_an_entry_has_a_report_of_noughts(desk, reprise):
    assert set(told(reprise, desk, -DAY).values()) == {0}


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("--since", "yesterday"), "--since"),
        (("--since", "2026-05-03", "--until", "2026-05-02"), "--until"),
        (("--since", "2026-05-03", "--until", "2999-01-01"), "--until"),
        (("--since", "2026-05-03", "--csv", "--json"), "--csv"),
    ],
)
def test_a_period_that_cannot_be_is_refused(reprise, words, field):
    refused = reprise("report", *words)
    assert refused.exit_code == Exit.BAD_INPUT
    assert f"error: {field}" in refused.stderr


def test_an_entry_that_cannot_be_read_is_named_and_never_left_out(desk, reprise):
    desk.grant(pack(at=desk.began))
    desk.client.update_item(
        TableName="ledger",
        Key={"pk": {"S": "account#usr_1"}, "sk": {"S": "settle#cs_1"}},
        UpdateExpression="SET body = :none",
        ExpressionAttributeValues={":none": {"S": "{}"}},
    )
    failed = reprise("report", "--since", "2026-05-02")
    assert failed.exit_code == Exit.UNREACHABLE
    assert "usr_1 settle#cs_1" in failed.stderr
