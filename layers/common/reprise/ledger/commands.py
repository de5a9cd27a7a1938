"""Commands: what may be asked of the ledger. Each names its business key and what it binds.

`key` is the entry's sort key and the idempotency key. `business` is what a second command with the
same key must equal: never the cause, the time, the channel or wording.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from reprise.canonical import Json, canonical_json, digest
from reprise.ledger.charges import Outcome
from reprise.ledger.entries import Cause
from reprise.ledger.instants import opt_ms, to_ms
from reprise.ledger.lots import LotKind
from reprise.ledger.orders import Purchase
from reprise.ledger.reversals import Reversals

CHARGE: Final = "charge#"
OUTCOME: Final = "outcome#"
"""What the keys of a generation's two entries begin with; its id follows."""


class Command(Protocol):
    """What every command has."""

    @property
    def cause(self) -> Cause:
        """What in the world led to it."""

    @property
    def key(self) -> str:
        """The business key of its entry."""

    @property
    def business(self) -> Mapping[str, Json]:
        """What a second command with this key must equal."""


def command_hash(command: Command) -> str:
    """Return the hash under which the command's inputs are remembered."""
    return digest(type(command).__name__, canonical_json(command.business))[:32]


@dataclass(frozen=True, slots=True)
class GrantOrder:
    """Credit a paid order. Contends with `RefundUncredited` on `settle#<order>`."""

    purchase: Purchase
    cause: Cause

    @property
    def key(self) -> str:
        return settle_key(self.purchase.order_id)

    @property
    def business(self) -> Mapping[str, Json]:
        bought = self.purchase
        return {
            "order": bought.order_id,
            "sku": bought.sku,
            "paid": bought.paid,
            "currency": bought.currency,
            "subscription": bought.subscription_id,
        }


@dataclass(frozen=True, slots=True)
class RefundUncredited:
    """Settle a paid order that never landed by giving its money back instead of credits."""

    purchase: Purchase
    cause: Cause

    @property
    def key(self) -> str:
        return settle_key(self.purchase.order_id)

    @property
    def business(self) -> Mapping[str, Json]:
        return {"refund": self.purchase.order_id}


@dataclass(frozen=True, slots=True)
class Gift:
    """Give credits that nobody paid for: goodwill, or those of the free plan.

    Args:
        kind: `goodwill` or `free`.
        gift_id: what it is given for: an incident and account, a case, a month.
        credits: how many.
        expires_at: when they expire, or None for never.
        cause: what led to it.
    """

    kind: LotKind
    gift_id: str
    credits: int
    expires_at: datetime | None
    cause: Cause

    @property
    def key(self) -> str:
        return gift_key(self.kind, self.gift_id)

    @property
    def business(self) -> Mapping[str, Json]:
        return {"gift": self.gift_id, "credits": self.credits, "expires": opt_ms(self.expires_at)}


@dataclass(frozen=True, slots=True)
class ChargeGeneration:
    """Take the credits of a generation before it is submitted.

    The price is resolved from the catalogue; a replay after a price change is the same command.
    """

    generation_id: str
    operation: str
    credits: int
    cause: Cause

    @property
    def key(self) -> str:
        return charge_key(self.generation_id)

    @property
    def business(self) -> Mapping[str, Json]:
        return {"generation": self.generation_id, "operation": self.operation}


@dataclass(frozen=True, slots=True)
class SettleCharge:
    """End a charge with its outcome. The first terminal outcome wins.

    Args:
        generation_id: the charge.
        outcome: how it ended.
        cause: what led to it.
        delivered: usable outputs, for a partial delivery.
        promised: promised outputs, for a partial delivery.
        details: provider, the provider's code, words for the customer, the deciding rule.
    """

    generation_id: str
    outcome: Outcome
    cause: Cause
    delivered: int = 0
    promised: int = 1
    details: Mapping[str, Json] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return outcome_key(self.generation_id)

    @property
    def business(self) -> Mapping[str, Json]:
        """What binds is the effect: two causes of a full refund agree with each other."""
        shares = {
            Outcome.DELIVERED: "none",
            Outcome.PARTIAL: f"{self.promised - self.delivered}/{self.promised}",
        }
        return {"generation": self.generation_id, "back": shares.get(self.outcome, "all")}


@dataclass(frozen=True, slots=True)
class ReverseOrder:
    """Merge facts about refunds, disputes and warnings into an order and settle the difference.

    Args:
        order_id: a stored order.
        order_version: the version these facts are merged into; part of the key.
        facts: what is newly known; merged by union.
        cause: what led to it.
        periods: the account's other paid subscription lines: subscription id and period end,
            for a subscription order whose payment this may take away.
    """

    order_id: str
    order_version: int
    facts: Reversals
    cause: Cause
    periods: tuple[tuple[str, datetime], ...] = ()

    @property
    def key(self) -> str:
        return f"reversal#{self.order_id}#{self.order_version + 1}"

    @property
    def business(self) -> Mapping[str, Json]:
        return {"order": self.order_id, "facts": self.facts.state()}


@dataclass(frozen=True, slots=True)
class EndSubscription:
    """Note that a subscription ended; when the last one did, leftovers get their expiry."""

    subscription_id: str
    ended_at: datetime
    cause: Cause

    @property
    def key(self) -> str:
        return f"subscription-end#{self.subscription_id}"

    @property
    def business(self) -> Mapping[str, Json]:
        return {"subscription": self.subscription_id}


@dataclass(frozen=True, slots=True)
class ExpireLot:
    """Remove what remains of a lot whose expiry has come."""

    lot_id: str
    expires_at: datetime
    cause: Cause

    @property
    def key(self) -> str:
        return f"expiry#{self.lot_id}#{to_ms(self.expires_at)}"

    @property
    def business(self) -> Mapping[str, Json]:
        return {"lot": self.lot_id}


@dataclass(frozen=True, slots=True)
class ThawOrder:
    """Drop a freeze whose last cause has lapsed, and let the lots' expiry run on."""

    order_id: str
    thaws_at: datetime
    cause: Cause

    @property
    def key(self) -> str:
        return f"thaw#{self.order_id}#{to_ms(self.thaws_at)}"

    @property
    def business(self) -> Mapping[str, Json]:
        return {"order": self.order_id}


@dataclass(frozen=True, slots=True)
class NoteLate:
    """Record what contradicts a settled key; moves nothing.

    Args:
        settled_key: the key that was settled first.
        command: the command that came too late.
    """

    settled_key: str
    command: Command

    @property
    def cause(self) -> Cause:
        return self.command.cause

    @property
    def key(self) -> str:
        return f"late#{self.settled_key}#{command_hash(self.command)[:12]}"

    @property
    def business(self) -> Mapping[str, Json]:
        return self.command.business


def charge_key(generation_id: str) -> str:
    """Return the key of the entry that takes a generation's credits."""
    return CHARGE + generation_id


def outcome_key(generation_id: str) -> str:
    """Return the key on which everybody contends who knows how a generation ended."""
    return OUTCOME + generation_id


def gift_key(kind: LotKind, gift_id: str) -> str:
    """Return the key under which a gift is given once."""
    return f"{kind.value}#{gift_id}"


def settle_key(order_id: str) -> str:
    """Return the key on which webhook, reconciler and refund of an order contend."""
    return f"settle#{order_id}"
