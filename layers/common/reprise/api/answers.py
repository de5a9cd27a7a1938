"""What goes out. Credits and minor units are whole numbers; instants are ISO 8601 in UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reprise.canonical import Json
from reprise.ledger.charges import Outcome
from reprise.ledger.lots import LotKind


@dataclass(frozen=True, slots=True)
class AccountAnswer:
    """Who an account belongs to.

    Args:
        account_id: the account.
        email: its verified address, its domain in lower-case ASCII.
        locale: language of answers.
        country: where the customer lives.
        registered_at: when this was last changed.
    """

    account_id: str
    email: str
    locale: str
    country: str
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """Credits taken from one lot."""

    lot_id: str
    credits: int


@dataclass(frozen=True, slots=True)
class Runs:
    """Where a generation runs."""

    provider: str
    task_id: str
    submitted_at: datetime


class ChargeState(StrEnum):
    """Where a charge stands; a settled one is final and must not be submitted."""

    OPEN = "open"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class ChargeAnswer:
    """A charge, and what became of it.

    Args:
        generation_id: the generation.
        operation: what is generated.
        credits: credits taken in all.
        taken: from which lots, in the order of taking.
        charged_at: when.
        balance_after: credits in all lots right after the charge.
        state: open until its one outcome.
        outcome: how it ended; null while open.
        reason: why it ended so, in English words for the customer; null while open.
        refunded: credits that came back with the outcome.
        settled_at: when it ended; null while open.
        task: where it runs; null before it is attached and once the charge is settled.
    """

    generation_id: str
    operation: str
    credits: int
    taken: tuple[Taken, ...]
    charged_at: datetime
    balance_after: int
    state: ChargeState
    outcome: Outcome | None
    reason: str | None
    refunded: int
    settled_at: datetime | None
    task: Runs | None


class LotState(StrEnum):
    """Whether a lot's credits can be spent."""

    AVAILABLE = "available"
    FROZEN = "frozen"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class LotAnswer:
    """Credits from one source with one expiry.

    Args:
        lot_id: the lot.
        kind: where the credits came from.
        order_id: the order they were bought with, if any.
        granted: credits when it was opened.
        remaining: credits left, at least one.
        expires_at: when it expires; null for never, or for as long as its freeze has no end.
        state: frozen while its order is disputed; expired from that instant, swept or not.
    """

    lot_id: str
    kind: LotKind
    order_id: str | None
    granted: int
    remaining: int
    expires_at: datetime | None
    state: LotState


@dataclass(frozen=True, slots=True)
class NextExpiry:
    """What expires next of the available credits."""

    at: datetime
    credits: int


@dataclass(frozen=True, slots=True)
class BalanceAnswer:
    """What an account holds: balance = available + frozen + expired = the sum of its lots.

    Args:
        account_id: the account.
        at: the instant that this is true of.
        available: credits that can be spent.
        balance: credits in all lots.
        frozen: credits that cannot be spent while their order is disputed.
        expired: credits past their expiry that are not booked out yet.
        owed: credits that later grants repay, for lost disputes.
        in_open_charges: credits taken by charges that have no outcome yet; not in the balance.
        open_charges: how many those are.
        next_expiry: what expires next; null if nothing does.
        lots: in the order in which they are spent.
    """

    account_id: str
    at: datetime
    available: int
    balance: int
    frozen: int
    expired: int
    owed: int
    in_open_charges: int
    open_charges: int
    next_expiry: NextExpiry | None
    lots: tuple[LotAnswer, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """Signed credits moved into (positive) or out of (negative) a lot, and why."""

    lot_id: str
    credits: int
    reason: str


@dataclass(frozen=True, slots=True)
class EntryAnswer:
    """One immutable line of an account's journal.

    Args:
        seq: its number, without gaps, from one.
        at: when it was written.
        kind: what happened: charge, outcome, settle, reversal, expiry...
        subject: to what: the generation, the order, the lot...
        credits: net credits that it moved.
        balance: credits in all lots afterwards.
        cause: where it came from: api, provider, stripe, schedule, operator, case...
        policy_version: the policy it was decided under.
        postings: the movements.
        facts: what else is known: operation, outcome, sku...
    """

    seq: int
    at: datetime
    kind: str
    subject: str
    credits: int
    balance: int
    cause: str
    policy_version: str
    postings: tuple[Moved, ...]
    facts: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class HistoryAnswer:
    """A page of the journal, newest first; `cursor` asks for the next, null on the last."""

    entries: tuple[EntryAnswer, ...]
    cursor: str | None
