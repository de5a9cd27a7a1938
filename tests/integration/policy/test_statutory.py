"""Statutory rights: "that statutory right applies in addition to this policy".

Directive 2011/83/EU, article 9; Regulation 1182/71 counts the days. Ada lives in the EU.
"""

import copy
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.story import ADA, Story

BOUGHT = datetime(2027, 3, 9, 12, tzinfo=UTC)  # a Tuesday
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
WITHDRAW = (
    "I withdraw from my purchase {} within 14 days. I am writing from Germany and have not used any"
    " of the credits."
)


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.fixture
def story():
    return Story(BOUGHT)


# Country, purchase, and the first instant (UTC) that is too late.
WINDOWS = {
    "fourteen days, the day of the purchase not counted": (
        *("DE", at(2027, 3, 9, 12), at(2027, 3, 23, 23)),
    ),
    "bought after midnight in Berlin, before it in UTC": (
        *("DE", at(2027, 3, 8, 23, 30), at(2027, 3, 23, 23)),
    ),
    "a Saturday moves to Monday": ("DE", at(2027, 4, 3, 12), at(2027, 4, 19, 22)),
    "Easter Monday moves, and summer time has begun": (
        *("DE", at(2027, 3, 15, 12), at(2027, 3, 30, 22)),
    ),
    "winter time has begun": ("DK", at(2027, 10, 18, 12), at(2027, 11, 1, 23)),
    "a leap day is a day": ("DE", at(2028, 2, 15, 12), at(2028, 2, 29, 23)),
    "New Year and the weekend after it": ("DE", at(2026, 12, 18, 12), at(2027, 1, 4, 23)),
    "from one month's end to the next": ("FI", at(2027, 8, 31, 12), at(2027, 9, 14, 21)),
    "the Azores end last": ("PT", at(2027, 3, 9, 12), at(2027, 3, 24, 1)),
    "Orthodox Easter, and the first of May that moves behind it": (
        *("GR", at(2027, 4, 16, 12), at(2027, 5, 5, 21)),
    ),
}


@pytest.mark.parametrize(("country", "bought", "ends"), WINDOWS.values(), ids=WINDOWS)
def test_the_last_second_counts_and_the_next_does_not(country, bought, ends):
    for sent, refunded in ((ends - SECOND, 1500), (ends, 0)):
        story = Story(bought, country=country)
        order = story.buys_pack(country=country)
        case = story.at(sent).writes(WITHDRAW.format(order))
        assert case.decision.rule == ("withdrawal" if refunded else "pack_credited")
        assert story.refunded == refunded
        story.holds_together()


def test_the_days_begin_with_the_payment_and_not_with_the_open_page():
    """Opened on Monday night and paid on Tuesday: the Tuesday two weeks later is in time."""
    story = Story(BOUGHT - DAY)
    opened = story.now
    order = story.at(BOUGHT).buys_pack(opened=opened)
    case = story.at(at(2027, 3, 23, 22, 59)).writes(WITHDRAW.format(order))
    assert (case.state, case.decision.rule) == ("approved", "withdrawal")
    assert story.refunded == 1500


def test_the_day_it_was_sent_counts_where_its_date_can_be_believed(story):
    """`The date the request was sent`: for 48 hours, and no second longer."""
    order = story.buys_pack()
    ends = at(2027, 3, 23, 23)
    for other, received, rule in (
        (order, ends - SECOND + 48 * HOUR, "withdrawal"),
        (story.buys_pack(), ends + 48 * HOUR, "pack_credited"),
    ):
        case = story.at(received).writes(WITHDRAW.format(other), sent=ends - SECOND)
        assert case.decision.rule == rule


def test_who_withdraws_from_a_subscription_is_told_that_it_has_ended(story):
    order, _ = story.subscribes()
    assert story.plan == "pro"
    case = story.after(days=2).writes(WITHDRAW.format(order.partition("/")[0]))
    assert (case.state, case.decision.rule) == ("approved", "withdrawal")
    assert (story.refunded, story.available, story.plan) == (1000, 0, "free")
    assert "10.00 EUR" in story.said
    assert "Your subscription has ended" in story.said
    assert story.after(days=1).head.subscriptions["sub_1Ada"].ended_at is not None
    story.holds_together()


def test_a_right_stands_before_the_policys_no(story):
    """`We don't auto-refund mid-period`, but who may withdraw is refunded whatever they call it."""
    order, _ = story.subscribes()
    invoice = order.partition("/")[0]
    words = f"I just cancelled Pro, can you refund the rest of this billing period? Order {invoice}"
    case = story.after(days=3).writes(words)
    assert (case.state, case.decision.rule) == ("approved", "withdrawal")


def test_a_pack_on_an_invoice_with_a_subscription_is_withdrawn_from_alone(story):
    """Two purchases on one invoice: one goes back with its own money, the other stays."""

    def with_pack(invoice):
        line = copy.deepcopy(invoice["lines"]["data"][0])
        item = {"proration": False, "subscription": "sub_1Ada", "invoice_item": "ii_1"}
        line |= {"id": "il_9", "amount": 1500, "subtotal": 1500}
        line["parent"] = {"type": "invoice_item_details", "invoice_item_details": item}
        line["pricing"]["price_details"]["price"] = "price_1TFixPack100"
        invoice["lines"]["data"].append(line)
        invoice |= dict.fromkeys(("amount_due", "amount_paid", "subtotal", "total"), 2500)

    period = (story.now, story.now + 30 * DAY)
    story.subscription("sub_1Ada", period, kind="created")
    invoice = story.pays_invoice("sub_1Ada", period, first=True, change=with_pack)
    assert story.after(days=1).available == 1500
    by_mail = story.writes(WITHDRAW.format(invoice))
    assert (by_mail.state, by_mail.decision.rule) == ("person", "several_orders")
    target = f"/accounts/{ADA}/withdrawals"
    status, opened = story.api("POST", target, {"order_id": f"{invoice}/il_9"})
    assert status == 201
    assert story.after(minutes=5).case(opened["case_id"]).decision.rule == "withdrawal"
    assert (story.refunded, story.available, story.plan) == (1500, 500, "pro")
    assert "subscription" not in story.said
    story.after(days=2).holds_together()
    _, shown = story.api("GET", target)
    assert [one["order_id"] for one in shown["orders"]] == [f"{invoice}/il_1"]


@pytest.mark.parametrize("fails", [True, False])
def test_used_is_what_was_not_given_back(story, fails):
    """Credits that came back were not used; those of an open charge are, until they do."""
    order = story.buys_pack()
    story.generates("gen_1")
    if fails:
        story.after(minutes=30)  # the deadline gave them back
    case = story.writes(WITHDRAW.format(order))
    assert case.decision.rule == ("withdrawal" if fails else "withdrawal_used")
    assert story.refunded == (1500 if fails else 0)
    story.holds_together()


def test_what_is_asked_twice_is_refunded_once(story):
    order = story.buys_pack()
    story.after(days=1).writes(WITHDRAW.format(order))
    again = story.writes(WITHDRAW.format(order))
    assert (again.state, again.decision.rule) == ("approved", "already_refunded")
    assert "refunded already" in story.said
    assert story.after(days=3).refunded == 1500


@pytest.mark.parametrize("country", ["NO", "IS", "LI"])
def test_the_eea_has_the_right_too(country):
    story = Story(BOUGHT, country=country)
    order = story.buys_pack(country=country)
    assert story.writes(WITHDRAW.format(order)).decision.rule == "withdrawal"


def test_who_lives_elsewhere_is_judged_by_the_country_of_the_purchase():
    """Moving into the EU afterwards gives no right, and moving away takes none."""
    for bought_in, lives_in, rule in (
        ("US", "DE", "withdrawal_country"),
        ("DE", "US", "withdrawal"),
    ):
        story = Story(BOUGHT, country=lives_in)
        order = story.buys_pack(country=bought_in)
        assert story.writes(WITHDRAW.format(order)).decision.rule == rule


def test_a_subscription_whose_plan_changed_since_is_a_persons_call(story):
    """A smaller plan leaves a balance at Stripe: with all the money back it would be paid twice."""
    order, period = story.subscribes(plan="premier")
    story.after(days=3).subscription("sub_1Ada", period, "pro")
    case = story.writes(WITHDRAW.format(order.partition("/")[0]))
    assert (case.state, case.decision.rule) == ("person", "withdrawal_changed")
    assert story.refunded == 0


def test_what_was_paid_for_a_subscription_since_is_withdrawn_from_with_it(story):
    """The first payment alone would go back, the subscription end, and the upgrade be lost."""
    order, period = story.subscribes()
    story.after(days=3).subscription("sub_1Ada", period, "premier")
    upgrade = story.upgrades("sub_1Ada", period, (-900, 2700))
    case = story.writes(WITHDRAW.format(order.partition("/")[0]))
    assert (case.state, case.decision.rule) == ("person", "withdrawal_paid_again")
    assert (story.refunded, story.plan) == (0, "premier")
    proposed = [(one.kind, one.target, one.amount_minor) for one in case.decision.actions]
    assert proposed == [
        ("refund_order", order, 1000),
        ("refund_order", f"{upgrade}/il_2", 1800),
        ("end_subscription", "sub_1Ada", 0),
    ]
    assert story.approves(case).state == "approved"
    assert (story.refunded, story.available, story.plan) == (2800, 0, "free")
    assert "28.00 EUR" in story.said
    assert "Your subscription has ended" in story.said
    story.holds_together()


def test_a_withdrawal_counts_from_when_it_was_declared(story):
    """Declared in time without the order's id; the mail that names it comes after the last day."""
    order = story.buys_pack()
    first = story.at(at(2027, 3, 23, 22)).writes(WITHDRAW.format("of a pack"))
    assert first.decision.rule == "order_unknown"
    reply_to = story.outbox.sent[-1].reply_to
    later = story.after(days=3).writes(WITHDRAW.format(order))
    assert (later.state, later.decision.rule) == ("person", "withdrawal_declared")
    assert [one.target for one in later.decision.actions] == [order]
    story.writes(f"It is {order}", to=reply_to)
    assert story.case(first.case_id).decision.rule == "withdrawal"
    assert story.refunded == 1500


def test_who_declared_nothing_in_time_is_late(story):
    order, other = story.buys_pack(), story.buys_pack()
    story.after(days=2).writes(WITHDRAW.format(other))
    case = story.after(days=20).writes(WITHDRAW.format(order))
    assert case.decision.rule == "pack_credited"


def test_greece_by_either_of_its_codes_is_greece():
    """The EU writes EL where ISO and Stripe write GR."""
    story = Story(BOUGHT, country="EL")
    order = story.buys_pack(country=None)
    assert story.writes(WITHDRAW.format(order)).decision.rule == "withdrawal"
