"""Sending mail: what an outbox takes, and the in-memory fake."""

from dataclasses import dataclass
from typing import Protocol, override

from reprise.errors import PermanentError


class MailRefusedError(PermanentError):
    """The mail service will never take this mail: a broken address, or one that it blocks."""


@dataclass(frozen=True, slots=True)
class OutMail:
    """One plain-text mail to one person.

    Args:
        to: the address, as its owner gave it.
        subject: one line.
        text: the body.
        headers: further headers (`In-Reply-To`, `References`, `Auto-Submitted`), printable ASCII.
    """

    to: str
    subject: str
    text: str
    headers: tuple[tuple[str, str], ...] = ()


class Outbox(Protocol):
    """Where mail leaves."""

    def send(self, mail: OutMail) -> str:
        """Hand a mail over and return the service's id of it.

        Nothing makes this idempotent: the caller notes what it sent.

        Raises:
            MailRefusedError: trying again cannot help.
            TransientError: the service was busy or did not answer.
        """


class MemoryOutbox(Outbox):
    """An `Outbox` in a list; `refused` holds addresses that the service blocks."""

    def __init__(self) -> None:
        self.sent: list[OutMail] = []
        self.refused: set[str] = set()

    @override
    def send(self, mail: OutMail) -> str:
        if mail.to in self.refused:
            raise MailRefusedError(f"{mail.to}: refused")
        self.sent.append(mail)
        return f"mail-{len(self.sent)}"
