"""Refunds: how much of a payment went back, and whether it stays there.

Source: docs.stripe.com/api/refunds/object and /refunds#failed-refunds.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from reprise.billing.fields import Fields

type RefundStatus = Literal["requires_action", "pending", "succeeded", "canceled", "failed"]

_STATUSES: tuple[RefundStatus, ...] = get_args(RefundStatus.__value__)

ATTEMPT_KEY = "reprise_attempt"


def case_of(attempt: str) -> str:
    """Return the case whose n-th attempt `case#n` is."""
    return attempt.partition("#")[0]


@dataclass(frozen=True, slots=True)
class RefundState:
    """A refund as one event saw it.

    Args:
        charge, payment_intent: what is refunded; None where the payment has no such object.
        amount: in minor units.
        attempt: a claim that this is our own attempt, to be believed only if that attempt is
            stored for this payment and amount: anybody with the dashboard can write metadata.
    """

    refund_id: str
    charge: str | None
    payment_intent: str | None
    amount: int
    currency: str
    status: RefundStatus
    attempt: str | None
    created_at: datetime

    @property
    def counts(self) -> bool:
        """Whether the money is on its way back or arrived."""
        return self.status not in {"canceled", "failed"}


@dataclass(frozen=True, slots=True)
class ChargeRefunded:
    """How much of a charge was refunded so far: a cross-check of the refunds, never a claw-back.

    Args:
        invoice: before 2025-03-31.basil only.
        amount_refunded: cumulative, in minor units.
    """

    charge_id: str
    payment_intent: str | None
    invoice: str | None
    customer: str | None
    amount: int
    amount_refunded: int
    currency: str
    livemode: bool


def read_refund(refund: Fields) -> RefundState:
    """Read a refund; `BadInputError` names the field that cannot be read."""
    return RefundState(
        refund_id=refund.text("id"),
        charge=refund.ref_or_none("charge"),
        payment_intent=refund.ref_or_none("payment_intent"),
        amount=refund.amount("amount"),
        currency=refund.currency(),
        status=refund.choice("status", _STATUSES),
        attempt=_attempt(refund.maybe_nested("metadata")),
        created_at=refund.instant("created"),
    )


def _attempt(metadata: Fields) -> str | None:
    """Return a claim to be an attempt of ours; what cannot be one hides no refund."""
    claim = metadata.values.get(ATTEMPT_KEY)
    return claim if isinstance(claim, str) and claim and claim.isprintable() else None


def read_charge_refunded(charge: Fields) -> ChargeRefunded:
    """Read a refunded charge; `BadInputError` names the field that cannot be read."""
    return ChargeRefunded(
        charge_id=charge.text("id"),
        payment_intent=charge.ref_or_none("payment_intent"),
        invoice=charge.maybe_ref("invoice"),
        customer=charge.ref_or_none("customer"),
        amount=charge.amount("amount"),
        amount_refunded=charge.amount("amount_refunded"),
        currency=charge.currency(),
        livemode=charge.flag("livemode"),
    )
