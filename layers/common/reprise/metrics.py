"""The names of what is counted: the one source for the code, the alarms and the dashboard.

`template.yaml` watches each of them, by an alarm or on the dashboard; a test holds it to that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

NAMESPACE: Final = "Reprise"
"""CloudWatch namespace; the one dimension is `service`, whose value is the stack's name."""


class Metric(StrEnum):
    """Counts unless the name ends in a unit. `docs/runbook.md` says what to do about each."""

    PARKED_EVENT = "ParkedEvent"
    """A Stripe event was kept for later because something it needs is missing or unreadable."""
    UNKNOWN_PRICE = "UnknownPrice"
    """An invoice line or a pack that the catalogue does not know was paid."""
    UNKNOWN_ACCOUNT = "UnknownAccount"
    """Money came in and nothing names the account that paid."""
    UNKNOWN_GENERATION = "UnknownGeneration"
    """A provider's result belongs to no charge we know."""
    UNKNOWN_RESULT = "UnknownResult"
    """A provider's result has a shape that its dialect does not describe."""
    MENDED = "Mended"
    """Reconciliation moved credits that a webhook should have moved minutes before."""
    ENTRY_CONFLICT = "EntryConflict"
    """The same business key came with another command: a broken promise somewhere."""
    ALIAS_CONFLICT = "AliasConflict"
    """A Stripe id that already points at one account was claimed for another."""
    SIGNATURE_REJECTED = "SignatureRejected"
    """A webhook's signature did not verify: an attack, or a secret that was rolled."""
    MAIL_UNREADABLE = "MailUnreadable"
    """A refund mail could not be read and waits as a case for a person."""
    CASE_OPENED = "CaseOpened"
    """A customer asked for money or credits back."""
    CASE_OVERDUE = "CaseOverdue"
    """Cases that are past what the policy promises; counted anew by every sweep."""
    REFUND_FAILED = "RefundFailed"
    """A refund of ours that was made came to nothing at Stripe: its case waits for a person."""
    REFUND_MISMATCH = "RefundMismatch"
    """Stripe says more money went back than its refunds, or the ledger's, make up."""
    REFUNDS_HELD = "RefundsHeld"
    """People hold all refunds; told by every sweep, so that nobody forgets it."""
    REPLY_WITHHELD = "ReplyWithheld"
    """A customer was not answered: a limit, the breaker, or nobody knows whether it was sent."""
    OUTCOME = "Outcome"
    """A generation ended, by provider, operation and reason."""
    REFUND_AGE_SECONDS = "RefundAgeSeconds"
    """From the failure of a generation to its credits being back; promised: an hour."""
    OPEN_CHARGE_AGE_SECONDS = "OpenChargeAgeSeconds"
    """The age of the oldest charge that a run of the deadline left open."""
    POLICY_NOTICE_LATE = "PolicyNoticeLate"
    """A material version's notices were not all out in time, so it does not take effect."""
    EXPIRY_LAG_SECONDS = "ExpiryLagSeconds"
    """From the instant a lot expired to the sweep that booked it."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One observation of a metric, to be emitted by the function.

    Args:
        metric: its name.
        value: how many, or how much in the metric's unit.
        dimensions: few and bounded; a metric with dimensions is shown, never alarmed on.
    """

    metric: Metric
    value: float = 1
    dimensions: Mapping[str, str] = field(default_factory=dict)
