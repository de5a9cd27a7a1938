"""The policy values that the ledger itself needs, per policy version."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Terms:
    """What one policy version says about the life of credits.

    Args:
        version: the policy version.
        leftover: how long subscription credits outlive the paid time.
        reissue: how long credits live that come back into an expired lot.
        notice: an expiry is never set earlier than this from now.
        freezes_on: what freezes an order's lots: `dispute`, `inquiry`, `fraud_warning`.
    """

    version: str
    leftover: timedelta
    reissue: timedelta
    notice: timedelta
    freezes_on: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rules:
    """All versions, and the one in force for what has no order.

    Args:
        in_force: version of charges, gifts and whatever else no order pins.
        versions: terms by version.
    """

    in_force: str
    versions: Mapping[str, Terms]

    def of(self, version: str) -> Terms:
        """Return the terms of a version."""
        return self.versions[version]

    @property
    def current(self) -> Terms:
        """Return the terms in force."""
        return self.versions[self.in_force]
