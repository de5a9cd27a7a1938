"""Sending mail: what an outbox takes, and the in-memory fake."""

from dataclasses import dataclass
from typing import Protocol, override

from reprise.errors import PermanentError, TransientError
from reprise.mail.redact import is_safe_header_value


class MailRefusedError(PermanentError):
    """The mail service will never take this mail: a broken address, or one that it blocks."""


class MailDoubtfulError(TransientError):
    """No usable answer came: the mail may have been sent, and sending it again would repeat it."""


@dataclass(frozen=True, slots=True)
class OutMail:
    """One mail to one person. What could break a header cannot be put into one.

    Args:
        to: the address, as its owner gave it.
        subject: one line.
        text: the body.
        headers: further headers (`In-Reply-To`, `References`, `Auto-Submitted`), printable ASCII.
        html: the same as HTML; empty for none.
        reply_to: where answers go, if not to the sender.

    Raises:
        MailRefusedError: an address, the subject or a header holds a control character, a line
            separator or an encoded word, or is too long.
    """

    to: str
    subject: str
    text: str
    headers: tuple[tuple[str, str], ...] = ()
    html: str = ""
    reply_to: str = ""

    def __post_init__(self) -> None:
        lines = (("to", self.to), ("subject", self.subject), ("reply_to", self.reply_to))
        for name, value in (*lines, *self.headers):
            if not is_safe_header_value(name) or not is_safe_header_value(value):
                raise MailRefusedError(f"{name!r}: must be one line without control characters")
        if not all((name + value).isascii() for name, value in self.headers):
            raise MailRefusedError("headers: must be printable ASCII")


class Outbox(Protocol):
    """Where mail leaves."""

    def send(self, mail: OutMail) -> str:
        """Hand a mail over and return the service's id of it.

        Nothing makes this idempotent: the caller notes what it sent.

        Raises:
            MailRefusedError: trying again cannot help.
            MailDoubtfulError: it may have been sent.
            TransientError: it was not sent now.
        """


class MemoryOutbox(Outbox):
    """An `Outbox` in a list.

    `refused` holds addresses that the service blocks; each of `faults` is raised once, a doubtful
    one after the mail was sent.
    """

    def __init__(self) -> None:
        self.sent: list[OutMail] = []
        self.refused: set[str] = set()
        self.faults: list[Exception] = []

    @override
    def send(self, mail: OutMail) -> str:
        if mail.to in self.refused:
            raise MailRefusedError(f"{mail.to}: refused")
        fault = self.faults.pop(0) if self.faults else None
        if fault is None or isinstance(fault, MailDoubtfulError):
            self.sent.append(mail)
        if fault is not None:
            raise fault
        return f"mail-{len(self.sent)}"
