"""Accounts as the product's pages show them: owner, balance, journal, benefits, orders."""

from dataclasses import dataclass
from datetime import datetime

from reprise.catalogue.model import FREE_PLAN, Catalogue, Plan
from reprise.errors import BadInputError, PermanentError
from reprise.ledger.account import Account
from reprise.ledger.entries import Entry
from reprise.ledger.errors import AccountUnknownError, OrderUnknownError
from reprise.ledger.lots import Lot
from reprise.ledger.orders import Order, OrderStatus
from reprise.policy.entitlements import Entitlements, entitlements
from reprise.ports.directory import Directory, Profile
from reprise.ports.ledger import Page
from reprise.usecases.ledger import Ledger


class PlanMissingError(PermanentError):
    """A plan was paid for that the catalogue no longer holds."""


class CaseUnknownError(PermanentError):
    """The account has no such case."""

    def __init__(self, case_id: str) -> None:
        super().__init__(f"case_id: {case_id!r} is not known")


class CustomerUnknownError(PermanentError):
    """Nobody that Stripe knows as a customer has paid for the account."""

    def __init__(self, account_id: str) -> None:
        super().__init__(f"account_id: {account_id!r} has no customer at Stripe")


@dataclass(frozen=True, slots=True)
class Holding:
    """A lot that holds credits, as it stands at an instant.

    Args:
        lot: the lot.
        expires_at: when it expires, freezes considered; None for never or not yet known.
        is_spendable: whether a charge could take from it.
        is_frozen: whether its order keeps it from being spent.
    """

    lot: Lot
    expires_at: datetime | None
    is_spendable: bool
    is_frozen: bool


@dataclass(frozen=True, slots=True)
class Holdings:
    """What an account holds at an instant: the head, and its lots in burn order."""

    account: Account
    at: datetime
    lots: tuple[Holding, ...]


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """An order, beside the head that holds its credits."""

    order: Order
    account: Account


@dataclass(frozen=True, slots=True)
class Accounts:
    """What may be asked about an account.

    Args:
        ledger: where credits are.
        directory: whose they are.
        catalogue: what plans there are.
    """

    ledger: Ledger
    directory: Directory
    catalogue: Catalogue

    def register(self, profile: Profile) -> tuple[Profile, bool]:
        """Note who an account belongs to; what is known already is not written again.

        Returns:
            The profile that stands, and whether the account had none before.

        Raises:
            EmailTakenError: the address belongs to another account.
        """
        known = self.directory.profile(profile.account_id)
        if known is not None and _said(known) == _said(profile):
            return known, False
        self.directory.put_profile(profile)
        return profile, known is None

    def holdings(self, account_id: str, now: datetime) -> Holdings:
        """Return what an account holds.

        Raises:
            AccountUnknownError: it has no credits and no owner.
        """
        account = self.head(account_id)
        at = max(now, account.last_at)
        rules = self.ledger.rules_at(at)
        spendable = {lot.lot_id for lot in account.spendable(at, rules.current.notice)}
        lots = sorted(account.lots.values(), key=lambda lot: lot.burn_rank)
        return Holdings(
            account,
            at,
            tuple(
                Holding(
                    lot,
                    expires_at=account.expiry(lot, rules.of(lot.policy_version).notice),
                    is_spendable=lot.lot_id in spendable,
                    is_frozen=account.is_frozen(lot, at),
                )
                for lot in lots
                if lot.remaining
            ),
        )

    def history(self, account_id: str, limit: int, cursor: str | None) -> Page[Entry]:
        """Return a page of the journal, newest first.

        Raises:
            AccountUnknownError: the account has no credits and no owner.
        """
        page = self.ledger.store.history(account_id, limit, cursor)
        if not page.items and cursor is None:
            self.head(account_id)
        return page

    def entitlements(self, account_id: str, now: datetime) -> Entitlements:
        """Return the benefits in force.

        Raises:
            AccountUnknownError: the account has no credits and no owner.
            PlanMissingError: what was paid for is not in the catalogue.
        """
        account = self.head(account_id)
        free = self.catalogue.plan(FREE_PLAN)
        running = {
            sub_id: subscription.paid_through
            for sub_id, subscription in account.subscriptions.items()
            if subscription.paid_through is not None and now < subscription.paid_through
        }
        plans = _paid_plans(self.ledger.store.orders_of(account_id)) if running else {}
        paid = [
            (self._plan(plans[sub_id]), paid_through)
            for sub_id, paid_through in running.items()
            if sub_id in plans
        ]
        plan, paid_through = max(paid, key=_benefit, default=(free, None))
        return entitlements(free=free, plan=plan, paid_through=paid_through, now=now)

    def _plan(self, plan_id: str) -> Plan:
        try:
            return self.catalogue.plan(plan_id)
        except BadInputError as error:
            raise PlanMissingError(f"{plan_id}: must be added to the catalogue again") from error

    def orders(self, account_id: str, limit: int, cursor: str | None) -> Page[OrderRecord]:
        """Return a page of orders, newest first; the cursor is the last order's id.

        Raises:
            AccountUnknownError: the account has no credits and no owner.
            BadInputError: the cursor names no order of the account.
        """
        account = self.head(account_id)
        orders = sorted(
            self.ledger.store.orders_of(account_id),
            key=lambda order: (order.purchase.purchased_at, order.order_id),
            reverse=True,
        )
        start = 0
        if cursor is not None:
            start = _position(orders, cursor) + 1
        page = tuple(OrderRecord(order, account) for order in orders[start : start + limit])
        more = start + limit < len(orders)
        return Page(page, page[-1].order.order_id if more else None)

    def order(self, account_id: str, order_id: str) -> OrderRecord:
        """Return an order.

        Raises:
            OrderUnknownError: the account has no such order.
        """
        read = self.ledger.store.read(account_id, orders=(order_id,))
        if read.account is None or order_id not in read.orders:
            raise OrderUnknownError(order_id)
        return OrderRecord(read.orders[order_id], read.account)

    def head(self, account_id: str) -> Account:
        """Return the head; an empty one for a customer who never had credits.

        Raises:
            AccountUnknownError: the account has no credits and no owner.
        """
        account = self.ledger.store.read(account_id).account
        if account is not None:
            return account
        if self.directory.profile(account_id) is None:
            raise AccountUnknownError(account_id)
        return Account(account_id)


def _said(profile: Profile) -> tuple[str, str, str]:
    return (profile.email, profile.locale, profile.country)


def _paid_plans(orders: list[Order]) -> dict[str, str]:
    """Return, by subscription, the plan of its latest paid period.

    Of two that end together it is the one bought last: a change of plan replaces what was before.
    """
    periods = sorted(
        (bought.period_end, bought.purchased_at, bought.sku, bought.subscription_id)
        for bought in (
            order.purchase
            for order in orders
            if order.status is OrderStatus.CREDITED and order.net_paid
        )
        if bought.period_end is not None and bought.subscription_id is not None
    )
    return {subscription_id: sku for *_, sku, subscription_id in periods}


def _benefit(paid: tuple[Plan, datetime]) -> tuple[int, int, datetime]:
    """Rank what is paid for: most benefits first, then the larger plan, then the longer time."""
    plan, until = paid
    rights = plan.rights
    allowed = (rights.commercial_rights, rights.wav_midi_export, rights.priority_queue)
    return sum(allowed), plan.credits_per_period, until


def _position(orders: list[Order], order_id: str) -> int:
    for position, order in enumerate(orders):
        if order.order_id == order_id:
            return position
    raise BadInputError("cursor", "must be the cursor of the page before")
