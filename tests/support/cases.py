"""Cases for tests."""

from reprise.cases.model import (
    Attempt,
    AttemptState,
    Case,
    CaseState,
    Goodwill,
    Letter,
    Reply,
    ReplyState,
    Wish,
)
from reprise.policy.facts import Category, Preference

from tests.support.ledger import DAY, HOUR, T0
from tests.support.policy import decide, order, request


def letter(**changes):
    return Letter(
        **{
            "ses_id": "m1",
            "received_at": T0,
            "address": "ada@example.com",
            "proven": True,
            "proof": "DMARC passed",
            "message_id": "1@example.com",
            "subject": "Refund",
            "text": "Please.",
        }
        | changes
    )


def case(case_id="C1", **changes):
    """A case about a credited pack, opened at T0."""
    return Case(
        **{
            "case_id": case_id,
            "state": CaseState.OPEN,
            "account_id": "usr_1",
            "letter": letter(),
            "wish": Wish(category=Category.CREDITED_PACK, confidence_percent=95, language="en"),
            "opened_at": T0,
            "changed_at": T0,
            "due_at": T0 + DAY,
            "wakes_at": T0,
        }
        | changes
    )


def full_case():
    """A case with something in every field."""
    attempt = Attempt(
        attempt_id="CFULL#1",
        action=0,
        order_id="cs_1",
        payment="pi_1",
        amount_minor=1500,
        currency="usd",
        state=AttemptState.DONE,
        stored_at=T0,
        key="CFULL#1",
        keyed_at=T0,
        refund_id="re_1",
    )
    return case(
        "CFULL",
        letter=letter(references=("0@example.com",), sent_at=T0 - HOUR, remarks=("spam",)),
        wish=Wish(
            category=Category.PACK_NOT_CREDITED,
            preference=Preference.REFUND,
            orders=("cs_1",),
            hints=("cs_2",),
            foreign=("ch_3",),
            songs=("gen_1",),
        ),
        choice_asked=True,
        decision=decide(request(about=order())),
        attempts=(attempt,),
        replies=(Reply(template="refunded", planned_at=T0, state=ReplyState.SENT),),
        approvals=("arn:1",),
        goodwill=Goodwill(10, T0 + 60 * DAY),
        follows="C0",
    )
