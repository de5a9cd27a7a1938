"""Where raw mail is kept."""

from typing import Protocol, override

from reprise.errors import TransientError


class MailMissingError(TransientError):
    """The mail is not there (yet): SES stores it before it calls, so a retry may find it."""


class MailStore(Protocol):
    """The raw messages as SES stored them."""

    def raw(self, ses_id: str, bytes_max: int) -> bytes:
        """Return a message, or its beginning where it is longer than the bound.

        Args:
            ses_id: SES's id of it.
            bytes_max: no more than this is read.

        Raises:
            MailMissingError: it is not stored.
            TransientError: it could not be read now.
        """
        ...


class MemoryMailStore(MailStore):
    """A `MailStore` in a dictionary."""

    def __init__(self) -> None:
        self.mails: dict[str, bytes] = {}

    @override
    def raw(self, ses_id: str, bytes_max: int) -> bytes:
        if ses_id not in self.mails:
            raise MailMissingError(ses_id)
        return self.mails[ses_id][:bytes_max]
