"""Plans, packs and operation costs, and the look-ups that turn what Stripe sold into credits."""

from collections.abc import Iterable
from dataclasses import dataclass

from reprise.errors import BadInputError

FREE_PLAN = "free"


@dataclass(frozen=True, slots=True)
class Rights:
    """What a plan allows beside its credits."""

    commercial_rights: bool
    wav_midi_export: bool
    priority_queue: bool


@dataclass(frozen=True, slots=True)
class PlanPrice:
    """One Stripe price of a plan.

    Args:
        id: Stripe price id.
        lookup_key: Stripe lookup key; empty if the price has none.
        plan: id of the plan it buys.
        credits: credits of one paid period (a yearly price may carry twelve months').
        amounts: price of one period in minor units, by lower-case currency.
    """

    id: str
    lookup_key: str
    plan: str
    credits: int
    amounts: tuple[tuple[str, int], ...]

    def amount(self, currency: str) -> int | None:
        """Return the price in minor units, or None if it is not sold in that currency."""
        return dict(self.amounts).get(currency.lower())


@dataclass(frozen=True, slots=True)
class Plan:
    """A subscription plan."""

    id: str
    name: str
    credits_per_period: int
    rights: Rights
    prices: tuple[PlanPrice, ...]


@dataclass(frozen=True, slots=True)
class PackPrice:
    """One Stripe price of a pack, as manual invoices carry it."""

    id: str
    lookup_key: str


@dataclass(frozen=True, slots=True)
class Pack:
    """A one-time credit pack.

    Args:
        sku: the name that the product's server sets in a checkout session's metadata.
        credits: what it grants.
        amounts: its price before discount and tax in minor units, by lower-case currency.
        prices: Stripe prices that sell it on invoices.
    """

    sku: str
    credits: int
    amounts: tuple[tuple[str, int], ...]
    prices: tuple[PackPrice, ...]

    def amount(self, currency: str) -> int | None:
        """Return the price in minor units, or None if it is not sold in that currency."""
        return dict(self.amounts).get(currency.lower())


@dataclass(frozen=True, slots=True)
class Unmapped:
    """Something that was sold and that the catalogue does not hold: park it, never guess.

    Args:
        field: what did not match, as the sender knows it.
        fix: what would mend it, as a clause.
    """

    field: str
    fix: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that is sold or charged.

    Raises:
        BadInputError: a name or price is used twice, or the Free plan is missing.
    """

    plans: tuple[Plan, ...]
    packs: tuple[Pack, ...]
    operation_costs: tuple[tuple[str, int], ...]

    def __post_init__(self) -> None:
        _unique("plans.id", [plan.id for plan in self.plans])
        _unique("packs.sku", [pack.sku for pack in self.packs])
        sold = self._sold()
        _unique("prices.id", [price.id for price, _ in sold])
        _unique("prices.lookup_key", [price.lookup_key for price, _ in sold if price.lookup_key])
        if FREE_PLAN not in {plan.id for plan in self.plans}:
            raise BadInputError(
                "plans", f"must hold the plan {FREE_PLAN!r}, which all fall back to"
            )

    def plan(self, plan_id: str) -> Plan:
        """Return a plan.

        Raises:
            BadInputError: there is no such plan.
        """
        for plan in self.plans:
            if plan.id == plan_id:
                return plan
        raise BadInputError("plan", f"must be one of {_names(p.id for p in self.plans)}")

    def cost(self, operation: str) -> int:
        """Return the credits that one run of an operation takes.

        Raises:
            BadInputError: the operation is not sold.
        """
        costs = dict(self.operation_costs)
        if operation not in costs:
            raise BadInputError("operation", f"must be one of {_names(costs)}")
        return costs[operation]

    def by_price(self, price_id: str, lookup_key: str = "") -> PlanPrice | Pack | Unmapped:
        """Return what a Stripe price sells; the id decides, the lookup key helps where it is new.

        Args:
            price_id: Stripe price id; empty if the payload has none.
            lookup_key: Stripe lookup key; empty if the payload has none.
        """
        sold = self._sold()
        for price, thing in sold:
            if price_id and price.id == price_id:
                return thing
        for price, thing in sold:
            if lookup_key and price.lookup_key == lookup_key:
                return thing
        shown = price_id or lookup_key or "without a price"
        return Unmapped("price", f"{shown} must be added to the catalogue")

    def by_sku(self, sku: str, amount: int, currency: str) -> Pack | Unmapped:
        """Return the pack a checkout sold, if its price confirms it.

        Args:
            sku: `metadata.sku` of the session.
            amount: its `amount_subtotal`, before discount and tax, in minor units.
            currency: ISO code in either case.
        """
        for pack in self.packs:
            if pack.sku == sku:
                due = pack.amount(currency)
                if due is None:
                    return Unmapped("currency", f"{currency} must be added to the pack {sku}")
                if due != amount:
                    return Unmapped("amount", f"must be {due} {currency} for {sku}, is {amount}")
                return pack
        return Unmapped("metadata.sku", f"{sku or 'a session without one'} must name a pack")

    def _sold(self) -> list[tuple[PlanPrice | PackPrice, PlanPrice | Pack]]:
        sold: list[tuple[PlanPrice | PackPrice, PlanPrice | Pack]] = []
        sold += [(price, price) for plan in self.plans for price in plan.prices]
        sold += [(price, pack) for pack in self.packs for price in pack.prices]
        return sold


def _unique(field: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise BadInputError(field, f"must be unique, {name!r} occurs twice")


def _names(names: Iterable[str]) -> str:
    return ", ".join(names)
