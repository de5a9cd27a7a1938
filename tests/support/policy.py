"""Policy versions, orders and requests for tests, each a plain example that a test changes."""

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from importlib.resources import files

from reprise.policy.deciding import decide_case
from reprise.policy.decision import Action, ActionKind
from reprise.policy.facts import (
    CaseFacts,
    Category,
    OrderFacts,
    OrderKind,
    OrderMatch,
    PaymentFacts,
    Settlement,
    SubscriptionFacts,
)
from reprise.policy.reading import read_version

FIRST_TEXT = files("reprise.policy").joinpath("book/2026-05-02.json").read_text("utf-8")
FIRST = read_version(FIRST_TEXT)
# A Thursday; fourteen days later is a Thursday too, and no holiday anywhere near.
BOUGHT = datetime(2026, 9, 10, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def document(version="2026-05-02", effective_from=None, *, material=False, **values):
    """The first version's document under another name, date or with other values."""
    changed = deepcopy(json.loads(FIRST_TEXT))
    changed |= {"version": version, "material": material}
    if effective_from is not None:
        changed["effective_from"] = effective_from.isoformat()
    for section in ("clauses", "house_rules"):
        for clause in changed[section]:
            clause["values"] |= {
                name: value for name, value in values.items() if name in clause["values"]
            }
    return changed


def text(*args, **values):
    """The same as the text of a file."""
    return json.dumps(document(*args, **values))


def order(**changes):
    """A German's pack of 1,000 credits for 15 dollars, credited at once and unused."""
    return OrderFacts(
        **{
            "id": "cs_1",
            "kind": OrderKind.PACK,
            "purchased_at": BOUGHT,
            "credited_at": BOUGHT + MINUTE,
            "settlement": Settlement.CREDITED,
            "amount_minor": 1500,
            "currency": "usd",
            "country": "DE",
            "policy_version": FIRST.id,
        }
        | changes
    )


def uncredited(**changes):
    """The same pack, paid but not credited."""
    return order(**{"credited_at": None, "settlement": Settlement.UNCREDITED} | changes)


def renewal(**changes):
    """An invoice of a subscription's later period."""
    return order(
        **{
            "id": "in_2",
            "kind": OrderKind.SUBSCRIPTION,
            "period_start": BOUGHT,
            "is_renewal": True,
            "amount_minor": 1000,
        }
        | changes
    )


def request(category=Category.CREDITED_PACK, about=None, **changes):
    """A mail of a proven sender about one order, received an hour after the purchase."""
    return CaseFacts(
        **{
            "category": category,
            "confidence_percent": 95,
            "sender_proven": True,
            "received_at": BOUGHT + HOUR,
            "order": about,
            "order_match": OrderMatch.ONE if about else OrderMatch.NOT_GIVEN,
        }
        | changes
    )


SECOND = timedelta(seconds=1)
LATE = BOUGHT + 60 * MINUTE + SECOND
# The end of the withdrawal window of the German who bought on Thursday the 10th.
CLOSES = datetime(2026, 9, 24, 22, tzinfo=UTC)
BACK = (Action(ActionKind.REFUND_ORDER, "cs_1", "", 1500, "usd"),)
CREDIT = (Action(ActionKind.COMPLETE_ORDER, "cs_1"),)
CANCELLED = SubscriptionFacts(
    cancel_confirmed_at=BOUGHT - 10 * DAY, cancel_effective_at=BOUGHT - DAY
)


def payment(number, refunded=0):
    return PaymentFacts(
        id=f"pi_{number}",
        paid_at=BOUGHT + number * MINUTE,
        amount_minor=1500,
        refunded_minor=refunded,
    )


def decide(facts, now=BOUGHT + 2 * HOUR, policy=FIRST):
    """The decision two hours after the purchase, under the first version."""
    return decide_case(facts, policy, now)


def check(decision, verdict, rule, actions=()):
    """Compare the three things that matter most."""
    assert (decision.verdict, decision.rule, decision.actions) == (verdict, rule, actions)
