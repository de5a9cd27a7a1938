"""Subscriptions: mirrored as they are seen, ended when they end."""

from datetime import datetime

from reprise.billing.events import StripeEvent
from reprise.billing.mirror import sighting_of
from reprise.billing.subscription import CustomerState, SubscriptionState
from reprise.catalogue.model import PlanPrice
from reprise.ledger.account import Account
from reprise.ledger.commands import EndSubscription
from reprise.ledger.entries import Cause
from reprise.ledger.lots import LotKind
from reprise.ports.ledger import Alias, HeadMovedError, StoreBusyError
from reprise.usecases.ledger import ATTEMPTS_MAX
from reprise.usecases.stripe.books import Books, Effect, Handling, Tally


def subscription(
    books: Books, found: SubscriptionState, event: StripeEvent, cause: Cause, now: datetime
) -> Handling:
    """Mirror a subscription; when it has ended, let leftover credits start to run out.

    Its period advances before it is paid, so nothing is ever granted here.
    """
    account_id = books.account_for(found.account, found.subscription_id)
    tally = Tally(account_id)
    _mirror(books, account_id, found, event)
    tally.point(books, Alias(account_id), found.subscription_id, found.customer)
    if found.ended_at is None or found.status == "incomplete_expired":
        # One that was never paid begins and ends nothing.
        ends = found.scheduled_cancel_at
        until = f" until {ends:%F}, when it ends" if ends else ""
        return tally.handling(Effect.MIRROR, f"the subscription is {found.status}{until}")
    command = EndSubscription(found.subscription_id, found.ended_at, cause)
    done = books.ledger.run(account_id, command, now, may_open=True)
    tally.keys.append(command.key)
    reason = f"the subscription ended {found.ended_at:%F}; {_leftovers(done.account)}"
    return tally.handling(Effect.SCHEDULE_EXPIRY, reason)


def _leftovers(account: Account) -> str:
    """Say until when what is left of the account's subscription credits lives."""
    left = [lot for lot in account.lots.values() if lot.kind is LotKind.SUBSCRIPTION]
    ends = [lot.expires_at for lot in left if lot.remaining and lot.expires_at]
    if ends:
        return f"leftover credits live until {max(ends):%F}"
    return "another one is paid for" if any(lot.remaining for lot in left) else "nothing is left"


def customer(books: Books, found: CustomerState) -> Handling:
    """Learn whose customer this is; who they are is the directory's to say."""
    if not isinstance(found.account, str):
        return Handling(Effect.NONE, reason="the customer names no account")
    tally = Tally(found.account)
    tally.point(books, Alias(found.account), found.customer_id)
    return tally.handling(Effect.MAP, "the customer names its account")


def _plan(books: Books, found: SubscriptionState) -> str:
    """Return the first plan among the items; the first price where the catalogue holds none."""
    prices = [item.price for item in found.items]
    sold = [books.catalogue.by_price(one.price_id, one.lookup_key or "") for one in prices]
    plans = (one.plan for one in sold if isinstance(one, PlanPrice))
    return next(plans, prices[0].price_id)


def _mirror(books: Books, account_id: str, found: SubscriptionState, event: StripeEvent) -> None:
    sighting = sighting_of(found, _plan(books, found), event.event_id, event.created)
    for attempt in range(ATTEMPTS_MAX):
        known = books.mirrors.load(account_id, found.subscription_id)
        mirror = known.seeing(sighting)
        if mirror == known:
            return
        try:
            books.mirrors.save(account_id, mirror)
        except HeadMovedError:
            books.ledger.pause(attempt)
        else:
            return
    raise StoreBusyError(f"{found.subscription_id}: no turn in {ATTEMPTS_MAX} attempts")
