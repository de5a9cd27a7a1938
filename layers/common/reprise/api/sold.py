"""What goes out about what is sold: benefits, orders, the catalogue. See `answers`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reprise.canonical import Json
from reprise.ledger.lots import LotKind
from reprise.ledger.orders import OrderStatus


@dataclass(frozen=True, slots=True)
class EntitlementsAnswer:
    """What a customer may do beside spending credits.

    Args:
        plan: id of the plan whose benefits hold.
        commercial_rights: songs may be used commercially.
        wav_midi_export: WAV and MIDI may be exported.
        priority_queue: generations go first.
        until: when they end unless another period is paid; null where nothing ends.
    """

    plan: str
    commercial_rights: bool
    wav_midi_export: bool
    priority_queue: bool
    until: datetime | None


@dataclass(frozen=True, slots=True)
class OrderAnswer:
    """What was bought, and where it stands.

    Args:
        order_id: the checkout session, or invoice and line.
        kind: pack or subscription.
        sku: the catalogue's name of the pack or plan.
        status: pending until it is credited, or refunded instead.
        credits: credits it grants.
        remaining: credits left of it.
        clawed: credits that its refunds and disputes took back.
        frozen: whether its credits cannot be spent for now.
        paid: minor units that were paid.
        refunded: minor units that we gave back.
        disputed: minor units that disputes hold withdrawn.
        currency: ISO code of all three, lower case.
        purchased_at: when it was paid.
        subscription_id: its subscription, for kind subscription.
        period_end: end of the paid period, for kind subscription.
        policy_version: the policy that every decision about it is made under.
    """

    order_id: str
    kind: LotKind
    sku: str
    status: OrderStatus
    credits: int
    remaining: int
    clawed: int
    frozen: bool
    paid: int
    refunded: int
    disputed: int
    currency: str
    purchased_at: datetime
    subscription_id: str | None
    period_end: datetime | None
    policy_version: str


@dataclass(frozen=True, slots=True)
class OrdersAnswer:
    """A page of orders, newest first; `cursor` asks for the next, null on the last."""

    orders: tuple[OrderAnswer, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class OperationAnswer:
    """What one run of an operation costs, in credits."""

    operation: str
    credits: int


@dataclass(frozen=True, slots=True)
class PlanAnswer:
    """A subscription plan, with its credits of one period and its rights."""

    plan: str
    name: str
    credits_per_period: int
    commercial_rights: bool
    wav_midi_export: bool
    priority_queue: bool


@dataclass(frozen=True, slots=True)
class PackAnswer:
    """A credit pack, with its price in minor units by currency."""

    sku: str
    credits: int
    prices: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class CatalogueAnswer:
    """What is sold and charged."""

    operations: tuple[OperationAnswer, ...]
    plans: tuple[PlanAnswer, ...]
    packs: tuple[PackAnswer, ...]
