"""Entries: the immutable lines of an account's journal, chained by hash.

An entry carries everything that it changed, so an account is the fold of its entries: `apply` is
the only way from one head to the next, for the ledger and for the audit alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from reprise.canonical import Json, canonical_json, digest
from reprise.errors import InvariantViolationError
from reprise.ledger.account import Account, Sections, sections_of, with_sections
from reprise.ledger.instants import of_ms, opt_instant, opt_ms, to_ms


class Reason(StrEnum):
    """Why a posting moved credits."""

    GRANT = "grant"
    TAKE = "take"
    RETURN = "return"
    REISSUE = "reissue"
    EXPIRE = "expire"
    REOPEN = "reopen"
    CLAW = "claw"
    RESTORE = "restore"
    NET = "net"
    REPAY = "repay"


@dataclass(frozen=True, slots=True)
class Posting:
    """Signed credits moved into (positive) or out of (negative) a lot."""

    lot_id: str
    credits: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Cause:
    """What in the world led to an entry: its kind and its id there.

    Args:
        kind: `stripe`, `provider`, `api`, `schedule`, `operator`, `case`…
        ref: the event id, request id, case number or operator.
        occurred_at: the event's own time, if it has one; it decides nothing.
    """

    kind: str
    ref: str
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One immutable line of the journal.

    Args:
        account_id: the account.
        key: the business key; the entry is its own idempotency marker.
        seq: its number, without gaps, from one.
        at: when it was written, never earlier than the entry before.
        postings: credits moved, in order.
        changes: per section of the head, what is new (value) or gone (None).
        cause: what led to it.
        policy_version: the policy it was decided under.
        command_hash: hash of the business command.
        balance: credits in all lots afterwards.
        details: facts for people and programs that read the journal.
        hash: sha256 of the previous hash and the canonical entry.
    """

    account_id: str
    key: str
    seq: int
    at: datetime
    postings: tuple[Posting, ...]
    changes: Mapping[str, Mapping[str, Json]]
    cause: Cause
    policy_version: str
    command_hash: str
    balance: int
    details: Mapping[str, Json] = field(default_factory=dict)
    hash: str = ""

    @property
    def credits(self) -> int:
        """Net credits that the entry moved."""
        return sum(posting.credits for posting in self.postings)

    def body(self) -> dict[str, Json]:
        """Return the stored form, without the hash."""
        return {
            "account": self.account_id,
            "key": self.key,
            "seq": self.seq,
            "at": to_ms(self.at),
            "post": [[p.lot_id, p.credits, p.reason.value] for p in self.postings],
            "set": {name: dict(changes) for name, changes in self.changes.items()},
            "cause": [self.cause.kind, self.cause.ref, opt_ms(self.cause.occurred_at)],
            "policy": self.policy_version,
            "cmd": self.command_hash,
            "balance": self.balance,
            "facts": dict(self.details),
        }

    @classmethod
    def of_body(cls, body: Mapping[str, Any], entry_hash: str) -> "Entry":
        """Return the stored entry; the inverse of `body`."""
        kind, ref, occurred_ms = body["cause"]
        return cls(
            account_id=body["account"],
            key=body["key"],
            seq=body["seq"],
            at=of_ms(body["at"]),
            postings=tuple(Posting(lot, n, Reason(why)) for lot, n, why in body["post"]),
            changes=body["set"],
            cause=Cause(kind, ref, opt_instant(occurred_ms)),
            policy_version=body["policy"],
            command_hash=body["cmd"],
            balance=body["balance"],
            details=body["facts"],
            hash=entry_hash,
        )

    def sealed(self, prev_hash: str) -> "Entry":
        """Return the entry with its hash, chained to the entry before."""
        return replace(self, hash=digest(prev_hash, canonical_json(self.body())))


def changes_between(old: Account, new: Account) -> dict[str, dict[str, Json]]:
    """Return per section what `new` adds or alters (value) and what it drops (None)."""
    before, after = sections_of(old), sections_of(new)
    changes: dict[str, dict[str, Json]] = {}
    for name, section in after.items():
        changed: dict[str, Json] = {
            key: value for key, value in section.items() if before[name].get(key) != value
        }
        changed |= {key: None for key in before[name] if key not in section}
        if changed:
            changes[name] = changed
    return changes


def apply(account: Account, entry: Entry) -> Account:
    """Return the head after an entry.

    Args:
        account: the head before, whose `seq` and `hash` the entry must continue.
        entry: a sealed entry.

    Raises:
        InvariantViolationError: the entry does not continue the journal or does not add up.
    """
    if (entry.account_id, entry.seq) != (account.account_id, account.seq + 1):
        raise InvariantViolationError(f"{entry.key}: seq {entry.seq} follows {account.seq}")
    if entry.sealed(account.hash).hash != entry.hash:
        raise InvariantViolationError(f"{entry.key}: the hash does not match the entry")
    if entry.at < account.last_at:
        raise InvariantViolationError(f"{entry.key}: earlier than the entry before")
    sections: Sections = sections_of(account)
    for name, changed in entry.changes.items():
        section = sections[name] | dict(changed)
        sections[name] = {key: value for key, value in section.items() if value is not None}
    remaining = {key: lot.remaining for key, lot in account.lots.items()}
    for posting in entry.postings:
        remaining[posting.lot_id] = remaining.get(posting.lot_id, 0) + posting.credits
    astray = [key for key, n in remaining.items() if n and key not in sections["lots"]]
    if astray:
        raise InvariantViolationError(f"{entry.key}: credits in lots that are not open: {astray}")
    after = replace(
        with_sections(account, sections, remaining),
        seq=entry.seq,
        hash=entry.hash,
        last_at=entry.at,
    )
    if after.balance != entry.balance:
        raise InvariantViolationError(f"{entry.key}: balance {after.balance}, not {entry.balance}")
    return after
