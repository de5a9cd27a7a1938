"""What a case is. A case holds personal data: it is kept apart from the ledger, and it expires."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from reprise.canonical import digest
from reprise.policy.decision import Action, ActionKind, Decision
from reprise.policy.facts import Category, Preference

KEPT: Final = timedelta(days=730)
"""How long a case is kept after its last change: longer than any window that looks back at it."""
_ID_CHARS: Final = 10
"""Characters of a case's id after its first, five bits each."""


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    """To be decided, or to be carried on with."""
    ASKED = "asked"
    """The customer was asked for a fact."""
    PERSON = "person"
    """Somebody must look."""
    ACTING = "acting"
    """Approved; what was decided is being done."""
    APPROVED = "approved"
    DENIED = "denied"
    CLOSED = "closed"
    """Ended without either: the customer never answered, or a person said so."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self in {CaseState.APPROVED, CaseState.DENIED, CaseState.CLOSED}


class AttemptState(StrEnum):
    """How far one attempt to give money back has come."""

    STORED = "stored"
    """About to be made, or made with an unknown end: look before it is made again."""
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail as a case keeps it: redacted, cut to bounds, and the sender's claim throughout.

    Args:
        ses_id: SES's id of it, which names the stored raw mail.
        address: the address it came from if `proven`, else the one it claims, if any.
        proof: what proves the sender, or why nothing does.
        message_id: its Message-ID, without brackets; `references` likewise, oldest first.
        sent_at: its own Date.
        remarks: what a person should know: spam or virus verdicts, attachments, what was cut.
    """

    ses_id: str
    received_at: datetime
    address: str | None = None
    proven: bool = False
    proof: str = ""
    message_id: str | None = None
    references: tuple[str, ...] = ()
    sent_at: datetime | None = None
    subject: str = ""
    text: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the mail asks for, as it reads.

    Args:
        confidence_percent: how sure the reading is.
        reading: why it is or is not sure.
        language: two letters, or `unknown`.
        evidence: the sentence that says it.
        orders: the sender's own orders that it names.
        hints: own orders named in quoted words only; never sole evidence.
        foreign: what has the shape of an id but is none of the sender's.
        songs: ids of generations in links to the library.
    """

    category: Category
    confidence_percent: int = 0
    reading: str = ""
    preference: Preference | None = None
    language: str = "unknown"
    evidence: str = ""
    orders: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    songs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt to give money back, stored before Stripe is called.

    Args:
        attempt_id: `case#n`; what the refund's metadata names, and the credits' reversal.
        action: index of the decision's action that it carries out, of the case's `round`.
        kind: of that action.
        order_id: the order whose money it is.
        payment: Stripe's payment intent.
        amount_minor: minor units of `currency`.
        key: Stripe's idempotency key; `keyed_at` is when it was chosen.
        card: fingerprint of the card that paid; empty where unknown.
        look: Stripe failed, so its refunds are looked through before another key is tried.
        refund_id: Stripe's refund, once known.
        why: Stripe's refusal, in words.
    """

    attempt_id: str
    action: int
    order_id: str
    payment: str
    amount_minor: int
    currency: str
    state: AttemptState
    stored_at: datetime
    key: str
    keyed_at: datetime
    round: int = 1
    look: bool = False
    card: str = ""
    refund_id: str = ""
    why: str = ""
    kind: ActionKind = ActionKind.REFUND_ORDER

    @property
    def carries_out(self) -> Action:
        """The action, whatever has been decided since."""
        payment = self.payment if self.kind is ActionKind.REFUND_PAYMENT else ""
        return Action(self.kind, self.order_id, payment, self.amount_minor, self.currency)


class ReplyState(StrEnum):
    """How far an answer has come; it is never handed over twice."""

    PLANNED = "planned"
    HANDED_OVER = "handed_over"
    """About to be sent, or sent with the answer lost: sending it again could repeat it."""
    SENT = "sent"
    WITHHELD = "withheld"
    """Not to be sent: nobody to answer, a limit, or SES's refusal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer to the customer.

    Args:
        template: which words.
        planned_at: when it is to be sent at the earliest.
        message_id: SES's id, which threads what comes back.
    """

    template: str
    planned_at: datetime
    state: ReplyState = ReplyState.PLANNED
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Goodwill:
    """Credits that an operator gives beside everything else."""

    credits: int
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One refund request.

    Args:
        account_id: the proven sender's account; None if the sender is not proven or unknown.
        due_at: when it is overdue, as the policy promises.
        wakes_at: when it must be looked at next.
        choice_asked: the customer was already asked to choose.
        decision: the latest; replayable under its policy version. `round` counts decisions.
        approvals: operators who agreed to what is proposed.
        follows: the ended case whose thread it continues.
        version: grows by one with every stored change; one when it is opened.
    """

    case_id: str
    state: CaseState
    account_id: str | None
    letter: Letter
    wish: Wish
    opened_at: datetime
    changed_at: datetime
    due_at: datetime
    wakes_at: datetime
    choice_asked: bool = False
    decision: Decision | None = None
    round: int = 0
    attempts: tuple[Attempt, ...] = ()
    replies: tuple[Reply, ...] = ()
    approvals: tuple[str, ...] = ()
    goodwill: Goodwill | None = None
    follows: str | None = None
    version: int = 1

    @property
    def goodwill_id(self) -> str:
        """What its goodwill is given for: once, however often it is agreed to."""
        return f"case/{self.case_id}"

    @property
    def over(self) -> bool:
        """Whether nothing more will happen: it ended, and no answer is left to send."""
        return self.state.ended and not self.unanswered

    @property
    def unanswered(self) -> bool:
        """Whether an answer is left to send, or nobody knows yet whether it was sent."""
        left = {ReplyState.PLANNED, ReplyState.HANDED_OVER}
        return any(one.state in left for one in self.replies)

    def moved(self, now: datetime, **changes: Any) -> "Case":  # noqa: ANN401 - as dataclasses.replace
        """Return the case with the changes and the next version."""
        return replace(self, changed_at=now, version=self.version + 1, **changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a case's journal.

    Args:
        actor: `mailbox`, `case_actions`, or the operator's identity.
        action: what was done, in one word.
        reason: why, in words.
    """

    at: datetime
    actor: str
    action: str
    reason: str
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A case as it now is, and the line that says what happened to it."""

    case: Case
    line: Line


def case_id_of(ses_id: str, number: int) -> str:
    """Return the id of a mail's n-th request: the same for every delivery of its event.

    Letters and digits that people can read out; 50 bits hold a million cases apart.
    """
    letters = base64.b32encode(bytes.fromhex(digest("case", ses_id, str(number)))).decode()
    return f"C{letters[:_ID_CHARS]}"
