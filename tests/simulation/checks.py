"""What must hold after every step, and what the policy promises in the end."""

from collections import Counter

from reprise.ledger.account import check
from reprise.ledger.audit import audit
from reprise.ledger.entries import Reason
from reprise.ledger.usage import credits_used

from tests.simulation.truth import COST, LEFTOVER, PROMISE


def after_every_step(account):
    """The laws of the ledger, on the head alone; the journal is audited in the end."""
    check(account)


def in_the_end(account_id, truth, store, parked):
    """Return every promise that was broken, in words."""
    head = store.read(account_id).account
    if head is None:
        return ["no account"] if truth.bought else []
    journal = list(store.journal(account_id))
    report = audit(account_id, journal, head, store.orders_of(account_id))
    broken = [] if report.clean else [f"audit: {report.difference}"]
    broken += [f"still parked: {event}" for event in parked]
    broken += [f"still open: {generation}" for generation in head.charges]
    broken += _orders(account_id, truth, store, head)
    broken += _generations(truth, journal)
    broken += _expiries(truth, journal)
    broken += _conservation(account_id, truth, store, journal, head)
    return broken


def _orders(account_id, truth, store, head):
    stored = {order.order_id: order for order in store.orders_of(account_id)}
    for name, bought in truth.bought.items():
        order = stored.pop(name, None)
        if order is None or order.status.value != "credited":
            yield f"{name}: paid and not credited"
            continue
        claim = head.claims.get(name)
        target = claim.target if claim else 0
        if target != bought.claimed:
            yield f"{name}: {target} credits claimed, {bought.claimed} by the money"
    for name in stored:
        yield f"{name}: credited and never paid"


def _generations(truth, journal):
    outcomes = {}
    for entry in journal:
        if entry.key.startswith("outcome#"):
            outcomes[entry.key.removeprefix("outcome#")] = entry
    for name, generated in truth.generated.items():
        entry = outcomes.pop(name, None)
        if entry is None:
            yield f"{name}: no outcome"
            continue
        # The deadline may refund what the provider delivers later: the customer keeps both.
        gave_up = entry.details["outcome"] == "unresolved"
        if entry.details["refunded"] != generated.due_back and not gave_up:
            yield f"{name}: {entry.details['refunded']} back, {generated.due_back} due"
        if entry.details["refunded"] and entry.at - generated.ended_at > PROMISE:
            yield f"{name}: refunded {entry.at - generated.ended_at} after it had ended"
    for name in outcomes:
        yield f"{name}: settled and never charged"


def _expiries(truth, journal):
    """Subscription credits live 60 days from the paid time at the least; packs for ever."""
    for entry in journal:
        for posting in entry.postings:
            bought = truth.bought.get(posting.lot_id)
            if posting.reason is not Reason.EXPIRE or bought is None:
                continue
            if bought.period_end is None:
                yield f"{posting.lot_id}: pack credits expired"
            elif bought.reversed < bought.price and entry.at < bought.period_end + LEFTOVER:
                yield f"{posting.lot_id}: expired at {entry.at}, too early"


def _conservation(account_id, truth, store, journal, head):
    """What the ledger calls used is what the provider delivered, order by order and in all."""
    used = _used_by_order(journal)
    for order in store.orders_of(account_id):
        told = credits_used(head, order)
        if told != used[order.order_id]:
            yield f"{order.order_id}: {used[order.order_id]} credits used, {told} by the ledger"
    refunded = {e.key: e.details["refunded"] for e in journal if e.key.startswith("outcome#")}
    spent = sum(COST - refunded.get(f"outcome#{name}", 0) for name in truth.generated)
    if sum(used.values()) != spent:
        yield f"{sum(used.values())} credits used, {spent} by the outcomes"


def _used_by_order(journal):
    """Credits that charges took and did not give back, by the order they came from."""
    order_of, used = {}, Counter()
    for entry in journal:
        for lot_id, terms in entry.changes.get("lots", {}).items():
            if terms is not None:
                order_of[lot_id] = lot_id if terms[1] is None else terms[1]
        if not entry.key.startswith(("charge#", "outcome#")):
            continue
        for posting in entry.postings:
            if posting.reason in {Reason.TAKE, Reason.RETURN, Reason.REISSUE}:
                used[order_of[posting.lot_id]] -= posting.credits
    return used
