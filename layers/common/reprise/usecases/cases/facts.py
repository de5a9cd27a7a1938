"""The facts of a case: what the ledger, the mirrors and Stripe know about what it asks for."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from reprise.cases.model import Case
from reprise.ledger.commands import settle_key
from reprise.ledger.lots import LotKind
from reprise.ledger.orders import Order, OrderStatus, Purchase, root_of
from reprise.ledger.usage import credits_used
from reprise.mail.model import ReadMail
from reprise.policy.facts import (
    CaseFacts,
    Category,
    DuplicateFacts,
    OrderFacts,
    OrderKind,
    OrderMatch,
    PaymentFacts,
    Settlement,
)
from reprise.ports.directory import Profile
from reprise.ports.ledger import Read
from reprise.ports.stripe import Bought
from reprise.usecases.cases.desk import Desk, account_tally, card_tally
from reprise.usecases.cases.generations import generation_facts
from reprise.usecases.cases.lookups import Uncredited, placed, receipted
from reprise.usecases.cases.others import asks_for_money, declared
from reprise.usecases.cases.own_ids import matching
from reprise.usecases.cases.subscriptions import subscription_facts

RECENT: Final = timedelta(days=90)
_RECENT_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class Gathered:
    """The facts, and what acting on them needs besides.

    Args:
        facts: what the decision may look at.
        foreign: another account owns what the mail names: worth a person's notice.
    """

    facts: CaseFacts
    foreign: bool = False


def gather(desk: Desk, case: Case, now: datetime) -> Gathered:
    """Return the facts of a case as they are now.

    Args:
        desk: the stores, Stripe and the outbox.
        case: the case; only a proven sender's account is looked at.
        now: the wall clock.

    Raises:
        TransientError: Stripe or a table could not be asked now.
    """
    letter, wish = case.letter, case.wish
    bare = CaseFacts(
        category=wish.category,
        confidence_percent=wish.confidence_percent,
        preference=wish.preference,
        sender_proven=letter.proven,
        date_header=letter.sent_at,
        received_at=letter.received_at,
        order_match=OrderMatch.NOT_FOUND if wish.foreign else OrderMatch.NOT_GIVEN,
        choice_asked=case.choice_asked,
    )
    if case.account_id is None or not letter.proven:
        return Gathered(bare)
    return _of_account(desk, case, case.account_id, bare, now)


def _of_account(
    desk: Desk, case: Case, account_id: str, bare: CaseFacts, now: datetime
) -> Gathered:
    orders = desk.ledger.store.orders_of(account_id)
    named = {order.order_id: order for one in case.wish.orders for order in matching(orders, one)}
    uncredited: dict[str, Uncredited] = {}
    words = words_of(case)
    named = named or receipted(desk, orders, words)
    if not named and case.wish.foreign:
        found = placed(desk, account_id, orders, case.wish.foreign)
        uncredited = found.uncredited
        named = found.orders | {key: Order(one.purchase) for key, one in uncredited.items()}
    order = next(iter(named.values())) if len(named) == 1 else None
    bought = desk.stripe.bought(root_of(order.order_id)) if order is not None else Bought()
    facts = replace(
        bare,
        order_match=_match(named, bare.order_match),
        order=None if order is None else _with_later(desk, case, order, bought, orders),
        declared=declared(desk.cases, case, order),
        subscription=subscription_facts(
            desk.books.mirrors.mirrors_of(account_id),
            orders,
            order,
            lambda one: order_facts(desk, case, one, Bought()),
        ),
        generation=generation_facts(desk.ledger.store, account_id, case.wish, words),
        account_refunds=_refunds(desk, account_tally(account_id), now),
        card_refunds=max(
            (_refunds(desk, card_tally(one.card), now) for one in bought.payments if one.card),
            default=0,
        ),
    )
    paid = [(order, bought)] if order else []
    if order is None and case.wish.category is Category.CHARGED_TWICE:
        paid = [(one, desk.stripe.bought(root_of(one.order_id))) for one in _recent(orders, now)]
    foreign = not named and _is_anothers(desk, account_id, case.wish.foreign)
    return Gathered(replace(facts, duplicate=_duplicate(desk, case, paid)), foreign=foreign)


def words_of(case: Case) -> ReadMail:
    """Return the sender's own words as a mail, to look the account's own ids up in."""
    found = "\n".join((case.letter.text, *case.wish.foreign))
    return ReadMail(subject=case.letter.subject, text=found)


def order_facts(desk: Desk, case: Case, order: Order, bought: Bought) -> OrderFacts:
    """Return what ledger and Stripe know about one order of the case's account."""
    account_id, purchase = case.account_id or "", order.purchase
    read = desk.ledger.store.read(account_id, [settle_key(order.order_id)])
    start = purchase.facts.get("period_start")
    profile = desk.directory.profile(account_id)
    return OrderFacts(
        id=order.order_id,
        kind=OrderKind.PACK if purchase.kind is LotKind.PACK else OrderKind.SUBSCRIPTION,
        purchased_at=purchase.purchased_at,
        credited_at=_credited_at(order, read),
        subscription_id=purchase.subscription_id or "",
        period_start=datetime.fromisoformat(start) if start else None,
        settlement=_settlement(order),
        amount_minor=purchase.paid,
        refunded_minor=_refunded(order, bought),
        currency=purchase.currency,
        country=country_of(purchase, profile),
        is_business=bought.is_business,
        is_renewal=is_renewal(purchase),
        is_disputed=_is_disputed(order) or any(one.disputed for one in bought.payments),
        money_requested=_money_requested(desk, case, purchase),
        credits_used=credits_used(read.account, order) if read.account else 0,
        policy_version=purchase.policy_version,
    )


def _with_later(
    desk: Desk, case: Case, order: Order, bought: Bought, orders: Iterable[Order]
) -> OrderFacts:
    """Return the facts of an order, with what became of its subscription since."""
    name, since = order.purchase.subscription_id, order.purchase.purchased_at
    found = (
        order_facts(desk, case, one, Bought())
        for one in orders
        if name is not None
        and one.purchase.subscription_id == name
        and one.order_id != order.order_id
        and one.purchase.purchased_at >= since
        and one.net_paid
    )
    later = tuple(one for one in found if one.refundable_minor > 0)
    plans = {
        seen.plan
        for mirror in desk.books.mirrors.mirrors_of(case.account_id or "")
        if mirror.subscription_id == name
        for seen in mirror.sightings
    }
    facts = order_facts(desk, case, order, bought)
    return replace(facts, later=later, is_changed=len(plans) > 1)


def country_of(purchase: Purchase, profile: Profile | None) -> str:
    """Return the customer's country at the purchase, else the account's; empty if unknown."""
    return purchase.facts.get("country") or (profile.country if profile else "")


def is_renewal(purchase: Purchase) -> bool:
    """Return whether a later period of a subscription was paid, not its first."""
    is_first = purchase.facts.get("reason") == "subscription_create"
    return purchase.kind is LotKind.SUBSCRIPTION and not is_first


def _credited_at(order: Order, read: Read) -> datetime | None:
    entry = read.entries.get(settle_key(order.order_id))
    return entry.at if entry is not None and order.status is OrderStatus.CREDITED else None


def _settlement(order: Order) -> Settlement:
    """Return where an order stands; one that the ledger has not settled is paid and uncredited."""
    return {
        OrderStatus.PENDING: Settlement.UNCREDITED,
        OrderStatus.CREDITED: Settlement.CREDITED,
        OrderStatus.REFUNDED: Settlement.REFUNDED,
    }[order.status]


def _refunded(order: Order, bought: Bought) -> int:
    """Return what of an order's money went back: by the ledger or, if that knows more, Stripe.

    Stripe counts a whole payment, so its word is taken only where the payment is the order's alone.
    """
    purchase = order.purchase
    alone = purchase.sole and len(bought.payments) == 1
    seen = bought.payments[0].refunded_minor if alone else 0
    return min(purchase.paid, max(order.refunded, seen))


def _is_disputed(order: Order) -> bool:
    disputes = order.reversals.disputes.values()
    return bool(order.reversals.warnings) or any(one.open or one.lost for one in disputes)


def _money_requested(desk: Desk, case: Case, purchase: Purchase) -> bool:
    """Return whether another open case asks for this order's money."""
    names = {purchase.order_id, purchase.facts.get("payment_intent")}
    others = desk.cases.cases_of(case.account_id or "")
    return any(one.case_id != case.case_id and asks_for_money(one, names) for one in others)


def _match(named: dict[str, Order], otherwise: OrderMatch) -> OrderMatch:
    return {0: otherwise, 1: OrderMatch.ONE}.get(len(named), OrderMatch.SEVERAL)


def _refunds(desk: Desk, subject: str, now: datetime) -> int:
    window = timedelta(days=desk.books.policy.in_force(now).velocity_window_days)
    return desk.tallies.count(subject, now - window)


def _recent(orders: Iterable[Order], now: datetime) -> list[Order]:
    """Return the latest orders, where a request names none: only a proven fact picks among them."""
    recent = [one for one in orders if now - one.purchase.purchased_at <= RECENT]
    return sorted(recent, key=lambda one: one.purchase.purchased_at, reverse=True)[:_RECENT_MAX]


def _duplicate(
    desk: Desk, case: Case, paid: Iterable[tuple[Order, Bought]]
) -> DuplicateFacts | None:
    """Return the one purchase that was paid more than once, if exactly one was."""
    found = []
    for order, bought in paid:
        # Several lines of one invoice share its payments: whose money is back is a person's call.
        if len(bought.payments) > 1 and order.purchase.sole:
            payments = tuple(
                PaymentFacts(
                    id=one.payment_id,
                    paid_at=one.paid_at,
                    amount_minor=one.amount_minor,
                    refunded_minor=one.refunded_minor,
                )
                for one in bought.payments
            )
            facts = order_facts(desk, case, order, bought)
            found.append(DuplicateFacts(order=facts, payments=payments))
    return found[0] if len(found) == 1 else None


def _is_anothers(desk: Desk, account_id: str, foreign: Iterable[str]) -> bool:
    """Return whether somebody else owns what the mail names; the answer shows nothing of it."""
    aliases = (desk.ledger.store.find_alias(one) for one in foreign)
    return any(alias is not None and alias.account_id != account_id for alias in aliases)
