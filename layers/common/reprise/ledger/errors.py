"""What the ledger refuses, and why."""

from reprise.errors import BadInputError, PermanentError, RepriseError, TransientError


class CreditsInsufficientError(RepriseError):
    """The account cannot pay for a charge.

    Args:
        available: credits that could be spent now.
        needed: credits that the charge takes.
    """

    def __init__(self, available: int, needed: int) -> None:
        super().__init__(f"credits: {needed - available} more are needed ({available} available)")
        self.available = available
        self.needed = needed

    @property
    def missing(self) -> int:
        """Credits that the account lacks."""
        return self.needed - self.available


class EntryConflictError(PermanentError):
    """The same business key was used with another command; the first stands, this one alarms."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key}: already recorded with other inputs; use a new id")
        self.key = key


class GenerationUnknownError(TransientError):
    """No charge of this account names the generation (yet): retried, then dead-lettered."""

    def __init__(self, generation_id: str) -> None:
        super().__init__(f"generation_id: no charge is known for {generation_id!r}")
        self.generation_id = generation_id


class AccountUnknownError(TransientError):
    """No head exists for the account (yet)."""

    def __init__(self, account_id: str) -> None:
        super().__init__(f"account_id: {account_id!r} has no ledger account")
        self.account_id = account_id


class OrderUnknownError(TransientError):
    """The order is not in the ledger (yet): parked until its payment is seen."""

    def __init__(self, order_id: str) -> None:
        super().__init__(f"order_id: {order_id!r} is not known")
        self.order_id = order_id


class BoundExceededError(BadInputError):
    """A charge would make the head too large; grants and refunds are never refused for size."""
