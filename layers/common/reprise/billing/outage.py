"""Outages as operators declare them: the incident, and the two people it needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from reprise.canonical import Json, digest
from reprise.ledger.instants import of_ms, opt_instant, opt_ms, to_ms


class Severity(StrEnum):
    """How bad it was. Less than `major` is no material degradation and cannot be declared."""

    MAJOR = "major"
    CRITICAL = "critical"


class Compensation(StrEnum):
    """How an incident is made good, at the operator's discretion."""

    CREDITS = "credits"
    DISCOUNT = "discount"
    """On the next renewal; whoever has none coming gets credits instead."""


class IncidentState(StrEnum):
    """Where an incident stands. Nothing is given for any but confirmed ones."""

    DECLARED = "declared"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One declared outage.

    Args:
        incident_id: derives from its window and operations: declared twice, it is the same.
        start: when it began; end: when it was over.
        severity: how bad it was; recorded, it weighs nothing: affected time does.
        operations: what did not work.
        policy_version: the version in force when it began; its values decide.
        compensation: how it is made good.
        declared_by: who declared it, as an ARN.
        declared_at: when.
        expected_accounts: subscribers that the preview found.
        expected_credits: what it found for them.
        expected_discounts: how many of them it found a renewal of.
        expected_money: what those would be let off, in minor units by currency.
        decided_by: who confirmed or withdrew it; None while nobody has.
        decided_at: when.
        expires_at: when the credits given for it expire; known with the confirmation.
        state: declared, confirmed or withdrawn.
        version: grows with every stored change; zero before the first.
    """

    incident_id: str
    start: datetime
    end: datetime
    severity: Severity
    operations: tuple[str, ...]
    policy_version: str
    declared_by: str
    declared_at: datetime
    compensation: Compensation = Compensation.CREDITS
    expected_accounts: int = 0
    expected_credits: int = 0
    expected_discounts: int = 0
    expected_money: Mapping[str, int] = field(default_factory=dict)
    decided_by: str | None = None
    decided_at: datetime | None = None
    expires_at: datetime | None = None
    state: IncidentState = IncidentState.DECLARED
    version: int = 0

    @property
    def window(self) -> tuple[datetime, datetime]:
        """Its beginning and its end."""
        return (self.start, self.end)

    def overlaps(self, other: "Incident") -> bool:
        """Return whether both would make the same time of the same operation good."""
        shared = set(self.operations) & set(other.operations)
        return bool(shared) and self.start < other.end and other.start < self.end

    def gift_id(self, account_id: str) -> str:
        """Return what the credits of an account are given for: once per incident."""
        return f"{self.incident_id}#{account_id}"

    def body(self) -> dict[str, Json]:
        """Return what is stored of it, beside id and version."""
        return {
            "window": [to_ms(self.start), to_ms(self.end)],
            "severity": self.severity.value,
            "operations": list(self.operations),
            "policy": self.policy_version,
            "declared": [self.declared_by, to_ms(self.declared_at)],
            "compensation": self.compensation.value,
            "expected": [self.expected_accounts, self.expected_credits],
            "discounts": [self.expected_discounts, dict(self.expected_money)],
            "decided": [self.decided_by, opt_ms(self.decided_at)],
            "expires": opt_ms(self.expires_at),
            "state": self.state.value,
        }

    @classmethod
    def of_body(cls, incident_id: str, version: int, body: Mapping[str, Any]) -> Self:
        """Return the stored incident; the inverse of `body`.

        Incidents stored before discounts were offered do not speak of them.
        """
        discounts, money = body.get("discounts", (0, {}))
        return cls(
            incident_id=incident_id,
            start=of_ms(body["window"][0]),
            end=of_ms(body["window"][1]),
            severity=Severity(body["severity"]),
            operations=tuple(body["operations"]),
            policy_version=body["policy"],
            declared_by=body["declared"][0],
            declared_at=of_ms(body["declared"][1]),
            compensation=Compensation(body.get("compensation", Compensation.CREDITS)),
            expected_accounts=body["expected"][0],
            expected_credits=body["expected"][1],
            expected_discounts=discounts,
            expected_money=money,
            decided_by=body["decided"][0],
            decided_at=opt_instant(body["decided"][1]),
            expires_at=opt_instant(body["expires"]),
            state=IncidentState(body["state"]),
            version=version,
        )


def incident_id_of(start: datetime, end: datetime, operations: tuple[str, ...]) -> str:
    """Return the id of an incident: the day it began, and a digest of what tells it apart."""
    told = digest(str(to_ms(start)), str(to_ms(end)), *sorted(operations))
    return f"out-{start:%Y%m%d}-{told[:8]}"
