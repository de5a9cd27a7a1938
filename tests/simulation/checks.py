"""What the policy promises, looked at in the end, when everything has come to rest."""

from datetime import timedelta

from reprise.ledger.audit import audit
from reprise.ledger.entries import Reason
from reprise.ledger.usage import claim_of, credits_used

from tests.simulation.desk_checks import at_the_desk
from tests.simulation.judge import used_by_order
from tests.simulation.truth import COSTS, DAY, OFF, PROMISE, WAITING_MAX

DEADLINE = timedelta(minutes=20)
HEARD = 4 * DAY
"""By then the product has heard of everything: Stripe tries for three days."""


def in_the_end(world):
    """Return every promise that was broken, with whom it was broken to."""
    for customer in world.customers:
        account = customer.account_id
        for broken in _account(world, account):
            yield account, broken
    for event in world.deployed.parking.events.values():
        if event.done_at is None and "Again" not in event.body.decode():
            yield "stripe", f"still parked: {event.parked_id}, {event.field} {event.reason}"
    yield from at_the_desk(world)
    yield from _refunds(world)


def _account(world, account):
    store, truth = world.ledger_store, world.truth
    head = store.heads.get(account)
    if head is None:
        if truth.of(account):
            yield "paid, and has no account"
        return
    journal = list(store.journal(account))
    report = audit(account, journal, head, store.orders_of(account))
    if not report.clean:
        yield f"audit: {report.difference}"
    yield from (f"still open: {generation}" for generation in head.charges)
    yield from _orders(world, account, head)
    yield from _generations(truth, account, journal)
    yield from _expiries(world, account, journal, head)
    yield from _frozen(truth.of(account), journal)
    yield from _won(truth.of(account), journal)
    yield from _conservation(truth, account, store, journal, head)
    yield from _gifts(world, account, journal)
    yield from _money(truth, account, journal)


def _money(truth, account, journal):
    """A report's sums are Stripe's: the entries tell all that was paid and all that went back."""
    payments = truth.payments_of(account)
    # Of a second payment the customer's mail alone tells, and it may come to nothing.
    twice = (one.duplicate for one in truth.of(account).values() if one.duplicate)
    silent = {0}
    for one in twice:
        silent |= {amount + one.amount for amount in silent if not one.refunds}
    for name, part in {"paid_minor": "amount", "refunded_minor": "refunded"}.items():
        moved = sum(getattr(one, part) for one in payments)
        told = sum(entry.details.get(name, 0) for entry in journal)
        if moved - told not in (silent if part == "amount" else {0}):
            yield f"{name}: {moved} moved, {told} by the journal"


def _orders(world, account, head):
    """Each paid order is credited or refunded, never both; claims follow the money."""
    stored = {order.order_id: order for order in world.ledger_store.orders_of(account)}
    for name, bought in world.truth.of(account).items():
        order = stored.pop(name, None)
        if order is None or order.status.value == "pending":
            yield f"{name}: paid, and neither credited nor refunded"
            continue
        if order.status.value == "refunded":
            if bought.payment.refunded < bought.price:
                yield f"{name}: settled by money, and {bought.payment.refunded} of it went back"
            continue
        yield from _claim(order, name, bought, head)
        if order.purchase.credits != bought.credits:
            yield f"{name}: {order.purchase.credits} credits, {bought.credits} were bought"
    for name in stored:
        yield f"{name}: credited and never paid"


def _claim(order, name, bought, head):
    """A claim is what the money says, and takes what it can."""
    claim = claim_of(head, order)
    target = claim.target if claim else 0
    if target not in bought.claims:
        yield f"{name}: {target} credits claimed, {sorted(bought.claims)} by the money"
    left = sum(lot.remaining for lot in head.lots.values() if lot.order_id == name)
    if claim and claim.gap > 0 and left:
        yield f"{name}: {left} credits left, {claim.gap} more are claimed"


def _generations(truth, account, journal):
    """Each charge has one outcome, the right one, within the hour."""
    outcomes, charges = _by_key(journal, "outcome#"), _by_key(journal, "charge#")
    mine = {name: one for name, one in truth.generated.items() if one.account == account}
    if charges.keys() != mine.keys():
        yield f"charged {sorted(charges.keys() ^ mine.keys())} and generated the rest"
    for name in outcomes.keys() - mine.keys():
        yield f"{name}: settled and never charged"
    for name, generated in mine.items():
        if name in outcomes:
            for broken in _outcome(generated, charges[name], outcomes[name]):
                yield f"{name}: {broken}"
        else:
            yield f"{name}: no outcome"


def _by_key(journal, prefix):
    return {e.key.removeprefix(prefix): e for e in journal if e.key.startswith(prefix)}


def _outcome(generated, charge, entry):
    back, gave_up = entry.details["refunded"], entry.details["outcome"] == "unresolved"
    # The deadline may refund what the provider delivers later: the customer keeps both.
    if back not in (generated.allowed | ({COSTS[generated.operation]} if gave_up else set())):
        yield f"{back} credits back, {sorted(generated.allowed)} due"
    since = min(generated.ended_at, generated.charged_at + WAITING_MAX)
    if generated.waits and not generated.submitted:
        since = generated.charged_at + WAITING_MAX  # nobody can be asked about it
    if back and entry.at - since > PROMISE + OFF:
        yield f"refunded {entry.at - since} after it had ended"
    # The clock that charged it may have been behind, for all that the deadline knows.
    if gave_up and entry.at - charge.at < DEADLINE:
        yield f"given up after {entry.at - charge.at}"


def _expiries(world, account, journal, head):
    """Nothing expires early: packs never, leftovers by their policy, nothing that is frozen."""
    for entry in journal:
        for posting in entry.postings:
            bought = world.truth.bought.get(posting.lot_id)
            if posting.reason is Reason.EXPIRE and bought is not None:
                for broken in _expired(world.truth, account, bought, entry.at):
                    yield f"{posting.lot_id}: expired at {entry.at}, {broken}"
    for lot in head.lots.values():
        if lot.kind.value == "subscription" and lot.remaining and lot.expires_at is None:
            yield f"{lot.lot_id}: {lot.remaining} leftover credits never expire"


def _expired(truth, account, bought, at):
    if bought.period is None:
        yield "and was a pack"
        return
    ends = _paid_through(truth, account, at)
    if ends is not None and at < ends + bought.leftover - OFF:
        yield f"paid through {ends}"
    for since, until in bought.payment.frozen:
        if since + HEARD < at < (until or at):
            yield f"frozen since {since}"


def _frozen(known, journal):
    """Nothing is spent of what a dispute or an inquiry froze, once it was heard of."""
    for name, bought in known.items():
        for since, until in () if bought.duplicate else bought.payment.frozen:
            told = (e.at for e in journal if e.key.startswith(f"reversal#{name}#"))
            heard = min((at for at in told if at >= since - OFF), default=since + HEARD)
            for entry in journal:
                is_held = heard < entry.at and (until is None or entry.at < until - OFF)
                if is_held and _takes(entry, name):
                    yield f"{name}: {entry.key} spent what was frozen since {since}"


def _won(known, journal):
    """What the bank took and gave back is never worth nothing, however late it came."""
    for name, bought in known.items():
        if bought.payment.refunds or bought.duplicate:
            continue  # then it may be a refund that came to nothing
        for entry in journal:
            is_news = entry.key.startswith(f"reversal#{name}#")
            back = {one.lot_id for one in entry.postings if one.reason is Reason.RESTORE}
            gone = {one.lot_id for one in entry.postings if one.reason is Reason.EXPIRE}
            if is_news and back & gone:
                yield f"{name}: {entry.key} gave back what had expired"


def _takes(entry, lot_id):
    return any(one.lot_id == lot_id and one.reason is Reason.TAKE for one in entry.postings)


def _paid_through(truth, account, at):
    """Until when subscriptions were certainly paid and known to be so at an instant."""
    known = (one for one in truth.of(account).values() if one.period and one.paid_at < at - HEARD)
    calm = (one for one in known if not (one.payment.frozen or one.payment.refunds))
    return max((one.period[1] for one in calm), default=None)


def _conservation(truth, account, store, journal, head):
    """What the ledger calls used is what was delivered, order by order and in all."""
    used = used_by_order(journal)
    for order in store.orders_of(account):
        told = credits_used(head, order)
        if told != used[order.order_id]:
            yield f"{order.order_id}: {used[order.order_id]} credits used, {told} by the ledger"
    refunded = {e.key: e.details["refunded"] for e in journal if e.key.startswith("outcome#")}
    spent = sum(
        COSTS[one.operation] - refunded.get(f"outcome#{name}", 0)
        for name, one in truth.generated.items()
        if one.account == account
    )
    if sum(used.values()) != spent:
        yield f"{sum(used.values())} credits used, {spent} by the outcomes"


def _gifts(world, account, journal):
    """An outage is made good once, with what the model says."""
    # What was granted counts: a debt of a lost dispute may keep some of it, or all.
    given = {
        entry.key: sum(one.credits for one in entry.postings if one.reason is Reason.GRANT)
        for entry in journal
        if entry.key.startswith("goodwill#")
    }
    for incident, due in world.judge.outages.items():
        found = [credits for key, credits in given.items() if incident in key]
        if account in due and sum(found) != due[account]:
            yield f"{incident}: {sum(found)} credits for the outage, {due[account]} due"
        if len(found) > 1:
            yield f"{incident}: made good {len(found)} times"


def _refunds(world):
    """No payment gives back more than it took."""
    for payment, money in world.stripe.money.items():
        if money.refunded > money.amount:
            yield world.stripe.accounts[payment], f"{payment}: {money.refunded} refunded"
