"""Where cases are kept, and which mails led to them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from reprise.cases.model import Case, Change, Line
from reprise.ports.ledger import Page


class Shelf(StrEnum):
    """What can be listed: open cases by when they wake, ended ones and refusals by their time."""

    OPEN = "case"
    ENDED = "ended"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What one mail comes to: cases, or a recorded refusal to make one.

    Args:
        ses_id: SES's id of the mail; taken in once.
        twin: digest of sender and Message-ID, by which a second delivery under another id of SES
            is known; None where it has no Message-ID.
        changes: cases to open, or to carry on with.
        refused: why there is no case; empty if there is one.
    """

    ses_id: str
    at: datetime
    twin: str | None = None
    changes: tuple[Change, ...] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a mail came to.

    Args:
        case_ids: cases that it opened or carried on.
        refused: why there is none.
        replayed: it was taken in before; nothing was written now.
    """

    ses_id: str
    at: datetime
    case_ids: tuple[str, ...] = ()
    refused: str = ""
    replayed: bool = False


class CaseStore(Protocol):
    """Cases, their journals, and the mails behind them."""

    def take_in(self, intake: Intake) -> Taken:
        """Write what a mail comes to, all of it or nothing, and once however often it comes.

        Raises:
            StoreBusyError: nothing was written; the same mail again is safe.
        """

    def taken(self, ses_id: str) -> Taken | None:
        """Return what a mail came to, if it was taken in."""

    def case(self, case_id: str) -> Case | None:
        """Return a case, read consistently."""

    def save(self, change: Change) -> None:
        """Write a case whose version follows the stored one, and its line.

        Raises:
            HeadMovedError: somebody else changed it first.
        """

    def journal(self, case_id: str) -> list[Line]:
        """Return what happened to a case, in order."""

    def listed(
        self, shelf: Shelf, limit: int, cursor: str | None = None, until: datetime | None = None
    ) -> Page[Case]:
        """Return cases of a shelf in the order of their time.

        Args:
            shelf: open or ended cases.
            limit: how many at most.
            cursor: of the page before.
            until: only those whose time has come by then.
        """

    def refusals(self, limit: int, cursor: str | None = None) -> Page[Taken]:
        """Return the mails that were refused, oldest first."""

    def bind(self, mark: str, case_id: str, at: datetime) -> None:
        """Let a mark that an answer of ours carries lead to its case."""

    def bound(self, mark: str) -> str | None:
        """Return the case that a mark leads to."""

    def cases_of(self, account_id: str) -> list[Case]:
        """Return every kept case of an account."""
