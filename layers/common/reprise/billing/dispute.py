"""Disputes, inquiries and fraud warnings: money that others take or may take back.

Source: docs.stripe.com/api/disputes/object, /disputes/how-disputes-work, changelogs
2025-09-30.clover (prevented) and 2026-09-30.endive (appeals), /reports/reporting-categories.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from reprise.billing.fields import Fields

type DisputeKind = Literal["created", "updated", "closed", "funds_withdrawn", "funds_reinstated"]
type DisputeStatus = Literal[
    "warning_needs_response",
    "warning_under_review",
    "warning_closed",
    "needs_response",
    "under_review",
    "prevented",
    "charge_refunded",
    "lost",
    "won",
    "appeal_needs_response",
    "appeal_under_review",
]

_FEE = "fee"
_STATUSES: tuple[DisputeStatus, ...] = get_args(DisputeStatus.__value__)


@dataclass(frozen=True, slots=True)
class DisputeTxn:
    """Money that a dispute moved: negative when withdrawn, positive when reinstated.

    Args:
        amount: signed, without Stripe's fee; minor units of the *settlement* currency, divided by
            the rate at which it was converted: rates move between a withdrawal and its return.
    """

    txn_id: str
    amount: int
    currency: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DisputeState:
    """A dispute or an inquiry as one event saw it.

    Args:
        amount: the disputed amount, minor units of the charge's currency; may exceed the charge.
        txns: what was withdrawn and reinstated so far.
    """

    kind: DisputeKind
    dispute_id: str
    charge: str
    payment_intent: str | None
    amount: int
    currency: str
    status: DisputeStatus
    reason: str
    txns: tuple[DisputeTxn, ...]
    created_at: datetime
    livemode: bool


@dataclass(frozen=True, slots=True)
class FraudWarning:
    """The card's issuer suspects fraud; no money has moved yet.

    Args:
        actionable: whether a refund would still avert a dispute.
    """

    warning_id: str
    charge: str
    payment_intent: str | None
    actionable: bool
    fraud_type: str
    created_at: datetime
    livemode: bool


def read_dispute(dispute: Fields, kind: DisputeKind) -> DisputeState:
    """Read a dispute; `BadInputError` names the field that cannot be read."""
    every = dispute.items("balance_transactions")
    txns = tuple(_txn(txn) for txn in every if txn.values.get("reporting_category") != _FEE)
    if len({txn.currency for txn in txns}) > 1:
        raise dispute.fault("balance_transactions", "must be in one currency")
    return DisputeState(
        kind=kind,
        dispute_id=dispute.text("id"),
        charge=dispute.ref("charge"),
        payment_intent=dispute.ref_or_none("payment_intent"),
        amount=dispute.amount("amount"),
        currency=dispute.currency(),
        status=dispute.choice("status", _STATUSES),
        reason=dispute.text("reason"),
        txns=txns,
        created_at=dispute.instant("created"),
        livemode=dispute.flag("livemode"),
    )


def read_fraud_warning(warning: Fields) -> FraudWarning:
    """Read an early fraud warning; `BadInputError` names the field that cannot be read."""
    return FraudWarning(
        warning_id=warning.text("id"),
        charge=warning.ref("charge"),
        payment_intent=warning.maybe_ref("payment_intent"),
        actionable=warning.flag("actionable"),
        fraud_type=warning.text("fraud_type"),
        created_at=warning.instant("created"),
        livemode=warning.flag("livemode"),
    )


def _txn(txn: Fields) -> DisputeTxn:
    amount, rate = txn.number("amount"), txn.maybe_rate("exchange_rate")
    return DisputeTxn(
        txn_id=txn.text("id"),
        amount=amount if rate is None else round(amount / rate),
        currency=txn.currency(),
        created_at=txn.instant("created"),
    )
