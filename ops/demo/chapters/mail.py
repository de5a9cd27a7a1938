"""Four mails to the refund mailbox: refunded, denied, forged, and decided by two people."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from reprise.cases.model import CaseState

from ops.cli.output import Exit
from ops.demo.operators import Operator
from ops.demo.outside import delivered, given_back, joins, stripe_tells
from ops.demo.post import sent, sent_to, settled, show_history, show_mail, writes
from ops.demo.samples import Customer
from ops.demo.stage import Stage

TITLE: Final = "Four mails to the refund mailbox"

_PACK: Final = 1000
_LARGE: Final = 5000
_LARGE_CENTS: Final = 6000
_BEFORE: Final = timedelta(minutes=10)
_DENIED: Final = "Credit packs are non-refundable once the credits land on your balance"


def play(stage: Stage) -> None:
    """Let the four write."""
    began = datetime.now(UTC).replace(microsecond=0) - _BEFORE
    jo = Customer("usr_jo", began)
    _withdraws(stage, jo)
    _changes_mind(stage, Customer("usr_kim", began, country="US"))
    _is_forged(stage, Customer("usr_lea", began))
    _wants_both(stage, Customer("usr_max", began, country="US"))


def _withdraws(stage: Stage, jo: Customer) -> None:
    joins(stage, jo)
    stage.tell(f"Jo, in Germany, buys a pack of {_PACK}, uses none of it, and withdraws by mail")
    paid = jo.pack()
    stripe_tells(stage, paid)
    words = "I have not used my credit pack. I withdraw from the purchase within 14 days\n"
    words += f"and ask for my money back.\n\nMy order: {_order(paid)}\n\nJo\n"
    case = settled(stage, writes(stage, jo, "Withdrawal", words), CaseState.APPROVED)
    delivered(stage)
    stage.expect("given back", given_back(stage, paid), "15.00 EUR")
    show_mail(stage, sent_to(stage, jo.email)[-1])
    show_history(stage, case)
    stage.close(jo.account_id, 0)


def _changes_mind(stage: Stage, kim: Customer) -> None:
    joins(stage, kim)
    stage.tell("Kim, in the United States, buys one too, has its credits, and changes his mind")
    paid = kim.pack()
    stripe_tells(stage, paid)
    words = "I bought a credit pack and I changed my mind. Please refund it.\n"
    words += f"Transaction {paid['data']['object']['payment_intent']}\n\nKim\n"
    case = settled(stage, writes(stage, kim, "Refund for my pack", words), CaseState.DENIED)
    stage.expect("given back", given_back(stage, paid), "0.00 EUR")
    answer = sent_to(stage, kim.email)[-1]
    show_mail(stage, answer)
    sentence = _DENIED if _DENIED in " ".join(answer.text.split()) else ""
    stage.expect("the policy's sentence", sentence, _DENIED)
    show_history(stage, case)
    stage.close(kim.account_id, _PACK)


def _is_forged(stage: Stage, lea: Customer) -> None:
    joins(stage, lea)
    stage.tell("Lea has a pack. Somebody writes in her name; her domain disowns the mail")
    paid = lea.pack()
    stripe_tells(stage, paid)
    words = f"I was charged twice. Refund {_order(paid)} now.\n"
    before = len(sent(stage))
    mail = writes(stage, lea, "Refund now", words, forged=True)
    case = settled(stage, mail, CaseState.PERSON)
    rule = case.decision.rule if case.decision else None
    stage.expect("the case waits for a person", rule, "sender_unproven")
    stage.expect("account in the case", case.account_id, None)
    stage.expect("orders in the case", case.wish.orders, ())
    stage.expect("mails that were sent for it", len(sent(stage)) - before, 0)
    show_history(stage, case)
    stage.close(lea.account_id, _PACK)


def _wants_both(stage: Stage, customer: Customer) -> None:
    """Have two people agree on more than one may decide alone; what was spent is written off."""
    joins(stage, customer)
    stage.tell(
        f"Max buys two packs of {_LARGE}, has one song made, and finds the wrong card charged"
    )
    paid = [customer.pack("pack_5000", _LARGE_CENTS, number) for number in (1, 2)]
    stripe_tells(stage, *paid)
    stage.credits().charge(customer.account_id, "gen_max_1", "music_simple")
    orders = [_order(one) for one in paid]
    words = "You charged the wrong card for both of these orders:\n"
    words += "\n".join(orders) + "\n\nPlease refund them.\n\nMax\n"
    mail = writes(stage, customer, "Wrong card", words)
    case = settled(stage, mail, CaseState.PERSON)
    show_mail(stage, sent_to(stage, customer.email)[-1])

    stage.tell("An operator agrees; 120.00 is more than one may give back alone")
    why = ("--reason", "wrong card, seen in Stripe")
    both = tuple(part for one in orders for part in ("--refund", one))
    ann, bob = (Operator.of(name, stage) for name in ("ann", "bob"))
    approve = ("cases", "approve", case.case_id, *both, *why)
    ann.runs(*approve)
    ann.runs(*approve, code=Exit.BAD_INPUT)
    stage.expect("given back", given_back(stage, *paid), "0.00 EUR")
    stage.tell("A second operator agrees; the credits go first, and what was spent is written off")
    bob.runs(*approve)
    case = settled(stage, mail, CaseState.APPROVED)
    delivered(stage)
    stage.expect("given back", given_back(stage, *paid), "120.00 EUR")
    show_mail(stage, sent_to(stage, customer.email)[-1])
    show_history(stage, case)
    stage.close(customer.account_id, 0)


def _order(paid: dict[str, Any]) -> str:
    return str(paid["data"]["object"]["id"])
