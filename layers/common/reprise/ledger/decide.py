"""The ledger's one way in: `decide(account, command, now)`."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum, auto

from reprise.ledger.account import Account
from reprise.ledger.charging import charge_generation, settle_charge
from reprise.ledger.commands import (
    ChargeGeneration,
    Command,
    EndSubscription,
    ExpireLot,
    Gift,
    GrantOrder,
    NoteLate,
    RefundUncredited,
    ReverseOrder,
    SettleCharge,
    ThawOrder,
    command_hash,
)
from reprise.ledger.draft import Decision, Draft
from reprise.ledger.entries import Entry
from reprise.ledger.expiring import end_subscription, expire_lot, thaw_order
from reprise.ledger.granting import gift, grant_order, refund_uncredited
from reprise.ledger.orders import Order
from reprise.ledger.resting import resting
from reprise.ledger.reversing import reverse_order
from reprise.ledger.terms import Rules
from reprise.ledger.timing import thaw_lapsed

REOPENED_MAX = 90
"""Orders that one renewal seen late can give back to; a transaction holds a hundred items."""


def decide(
    account: Account,
    command: Command,
    now: datetime,
    rules: Rules,
    orders: Mapping[str, Order] | None = None,
) -> Decision | None:
    """Return what a command does to an account, without doing it.

    Args:
        account: the head as read.
        command: what is asked.
        now: the wall clock; the entry is never dated before the last one.
        rules: policy values by version.
        orders: the stored orders that `orders_needed` names, as far as they exist.

    Returns:
        The decision, or None if the command changes nothing.

    Raises:
        RepriseError: the command is refused; nothing changes.
        InvariantViolationError: the command would break a law of the ledger.
    """
    draft = Draft(account, orders or {}, command, now, rules)
    thaw_lapsed(draft)
    match command:
        case ChargeGeneration():
            return charge_generation(draft, command)
        case SettleCharge():
            return settle_charge(draft, command)
        case GrantOrder():
            return grant_order(draft, command)
        case Gift():
            return gift(draft, command)
        case NoteLate():
            draft.details |= command.business
            return draft.sealed(rules.in_force)
        case _:
            return _decide_rarer(draft, command)


def _decide_rarer(draft: Draft, command: Command) -> Decision | None:
    match command:
        case ReverseOrder():
            return reverse_order(draft, command)
        case RefundUncredited():
            return refund_uncredited(draft, command)
        case EndSubscription():
            return end_subscription(draft, command)
        case ExpireLot():
            return expire_lot(draft, command)
        case ThawOrder():
            return thaw_order(draft, command)
        case _:
            raise TypeError(f"no such command: {command!r}")


def orders_needed(account: Account, command: Command) -> frozenset[str]:
    """Return the orders that must be read before `command` can be decided."""
    match command:
        case GrantOrder():
            lapsed = {lapsed.lot.order_id for lapsed in account.lapsed.values()}
            reopened = sorted(order_id for order_id in lapsed if order_id is not None)
            kept = (*reopened[:REOPENED_MAX], *resting(account))
            return frozenset({command.purchase.order_id, *kept})
        case RefundUncredited():
            return frozenset({command.purchase.order_id})
        case ReverseOrder():
            return frozenset({command.order_id})
        case ExpireLot():
            lot = account.lots.get(command.lot_id)
            return frozenset() if lot is None or lot.order_id is None else frozenset({lot.order_id})
        case _:
            return frozenset()


class Verdict(Enum):
    """What a command is to the entry that already stands under its key."""

    REPLAY = auto()
    LATE = auto()
    CONFLICT = auto()


def judge(entry: Entry, command: Command) -> Verdict:
    """Compare a command with the entry that stands under its key.

    On the contended keys the first wins and what contradicts it is noted as late; anywhere else
    the same key with other inputs is an error that must alarm.
    """
    if entry.command_hash == command_hash(command):
        return Verdict.REPLAY
    settled_by = entry.details.get("settled_by")
    match command:
        case SettleCharge():
            return Verdict.LATE
        case RefundUncredited() if settled_by == "credits":
            return Verdict.LATE
        case GrantOrder() if settled_by == "money":
            return Verdict.LATE
        case _:
            return Verdict.CONFLICT
