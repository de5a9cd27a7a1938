"""The error hierarchy: what a caller can do about an error is its base class.

`BadInputError` is answered (4xx) or parked; `TransientError` is retried; `PermanentError` is
dead-lettered with an alarm; `InvariantViolationError` means the code is wrong and stops everything.
"""


class RepriseError(Exception):
    """Base of every error this project raises on purpose."""


class BadInputError(RepriseError):
    """Input that cannot be used; says which field and what would fix it.

    Args:
        field: dotted path of the offending field, as the sender knows it.
        fix: what the sender should do, as a clause: "must be a positive integer".
    """

    def __init__(self, field: str, fix: str) -> None:
        super().__init__(f"{field}: {fix}")
        self.field = field
        self.fix = fix


class TransientError(RepriseError):
    """Something outside failed in a way that a retry may mend."""


class PermanentError(RepriseError):
    """Retrying cannot help; a person or another event must."""


class InvariantViolationError(RepriseError):
    """A law of the ledger would be broken; nothing was written."""
