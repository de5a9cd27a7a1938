"""What a case decision may look at: the request as read, and what ledger and Stripe know."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Category(StrEnum):
    """What a request is about, as its text reads."""

    CHARGED_AFTER_CANCELLATION = "charged_after_cancellation"
    CHARGED_TWICE = "charged_twice"
    WRONG_TIER = "wrong_tier"
    WRONG_CARD = "wrong_card"
    PACK_NOT_CREDITED = "pack_not_credited"
    EU_WITHDRAWAL = "eu_withdrawal"
    OUTAGE = "outage"
    FAILED_GENERATION = "failed_generation"
    CREDITED_PACK = "credited_pack"
    DISLIKED_RESULT = "disliked_result"
    MID_PERIOD = "mid_period"
    OTHER = "other"


class Preference(StrEnum):
    """What the customer chooses where the choice is theirs."""

    COMPLETE = "complete"
    REFUND = "refund"


class OrderMatch(StrEnum):
    """How the request's ids fit the proven sender's own orders.

    An id that belongs to somebody else is NOT_FOUND, so that both are answered alike.
    """

    ONE = "one"
    NOT_GIVEN = "not_given"
    NOT_FOUND = "not_found"
    SEVERAL = "several"


class OrderKind(StrEnum):
    """What was bought."""

    PACK = "pack"
    SUBSCRIPTION = "subscription"


class Settlement(StrEnum):
    """Where an order stands."""

    UNPAID = "unpaid"
    UNCREDITED = "uncredited"
    CREDITED = "credited"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """One order of the proven sender, as the ledger holds it.

    Args:
        id: the order's id.
        purchased_at: when it was paid.
        credited_at: when its credits landed; None while they have not.
        subscription_id: the subscription it paid for; empty for packs.
        period_start: start of the period it paid for; None for packs.
        amount_minor: what was paid, in minor units.
        refunded_minor: what of it has been given back.
        currency: lower-case ISO code.
        country: ISO code of the customer at the purchase; empty if unknown.
        is_business: the buyer named a company or a tax id, so may be no consumer.
        is_renewal: a later period of a subscription, not its first.
        is_disputed: a dispute, inquiry or fraud warning is open.
        money_requested: another open case asks for this order's money.
        credits_used: net credits of it that charges consumed, open ones included.
        policy_version: the version pinned at the purchase.
        later: what was paid for the same subscription afterwards, and is held.
        is_changed: its subscription has changed its plan, which may have left a balance at Stripe.
    """

    id: str
    kind: OrderKind
    purchased_at: datetime
    credited_at: datetime | None = None
    subscription_id: str = ""
    period_start: datetime | None = None
    settlement: Settlement
    amount_minor: int
    refunded_minor: int = 0
    currency: str
    country: str = ""
    is_business: bool = False
    is_renewal: bool = False
    is_disputed: bool = False
    money_requested: bool = False
    credits_used: int = 0
    policy_version: str
    later: tuple["OrderFacts", ...] = ()
    is_changed: bool = False

    @property
    def refundable_minor(self) -> int:
        """Return what is left to refund, in minor units."""
        return max(0, self.amount_minor - self.refunded_minor)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionFacts:
    """The sender's subscription, as the mirror's history holds it.

    Args:
        cancel_confirmed_at: when a cancellation that was never unset was confirmed.
        cancel_effective_at: when it took effect.
        charged_after: paid invoices of periods that begin then or later.
    """

    cancel_confirmed_at: datetime
    cancel_effective_at: datetime
    charged_after: tuple[OrderFacts, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFacts:
    """One payment, as Stripe holds it.

    Args:
        id: Stripe's payment intent or charge.
        paid_at: when it succeeded.
        amount_minor: what was paid, in minor units.
        refunded_minor: what of it has been given back.
    """

    id: str
    paid_at: datetime
    amount_minor: int
    refunded_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateFacts:
    """Every succeeded payment of one checkout session or invoice.

    Args:
        order: the order they all paid.
        payments: the payments, in any order.
    """

    order: OrderFacts
    payments: tuple[PaymentFacts, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationFacts:
    """One generation of the proven sender.

    Args:
        id: the generation's id.
        outcome: how it ended, as the ledger words it; None while its charge is open.
        credits_taken: what it cost.
        credits_returned: what of that came back.
    """

    id: str
    outcome: str | None
    credits_taken: int
    credits_returned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """Everything a decision depends on beside the policy version and the time.

    Args:
        confidence_percent: how sure the reader is of the category.
        preference: the choice the text states, if any.
        sender_proven: the mail is proven to come from the account's address.
        date_header: the mail's own date; None if it has none.
        received_at: when it was received.
        order_match: how its ids fit; `order` is set exactly if this is ONE.
        declared: each earlier mail in which the account withdrew from this order or from one that
            it did not name: the mail's own date, and when it was received.
        choice_asked: the customer was already asked to choose.
        account_refunds: refunds to this account within the velocity window.
        card_refunds: refunds to this card within the velocity window.
    """

    category: Category
    confidence_percent: int
    preference: Preference | None = None
    sender_proven: bool
    date_header: datetime | None = None
    received_at: datetime
    order_match: OrderMatch = OrderMatch.NOT_GIVEN
    order: OrderFacts | None = None
    subscription: SubscriptionFacts | None = None
    duplicate: DuplicateFacts | None = None
    generation: GenerationFacts | None = None
    declared: tuple[tuple[datetime | None, datetime], ...] = ()
    choice_asked: bool = False
    account_refunds: int = 0
    card_refunds: int = 0
