"""Announcements in the ledger's table, and marks of mails in the cases table.

Layout: `policy#<version>` holds `notice` (when it was put on the bus, when its notices were out)
and `shard#<nn>` (how far each shard of the accounts is). It lies in the ledger's table since every
function that asks which version is in force reads it there. `account#<id>` in the cases table holds
`mailed#<what>`, which is personal and expires.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, override

from reprise.adapters.dynamodb.items import Item, account_key, key_of
from reprise.adapters.dynamodb.table import Stored
from reprise.ledger.instants import of_ms, to_ms
from reprise.ports.announcements import CLAIMED_FOR, Announcements, Claim, Mailed, ShardWalk
from reprise.ports.ledger import HeadMovedError

_NOTICE = "notice"
_SHARD = "shard#"
_KEPT = timedelta(days=400)
"""How long it is known that somebody was mailed: longer than anything is announced ahead."""
_UNLESS_DONE = "attribute_not_exists(pk) OR (attribute_not_exists(outcome) AND claimed < :lapsed)"


class DynamoAnnouncements(Stored, Announcements):
    """`Announcements` in the ledger's table."""

    @override
    def announced(self, version_id: str) -> bool:
        return "announced" in self._notice(version_id)

    @override
    def set_announced(self, version_id: str, at: datetime) -> None:
        self._set(_key(version_id, _NOTICE), "announced = :at", at)

    @override
    def out_at(self, version_id: str) -> datetime | None:
        return _instant(self._notice(version_id), "out_at")

    @override
    def set_out(self, version_id: str, at: datetime) -> None:
        self._set(_key(version_id, _NOTICE), "out_at = if_not_exists(out_at, :at)", at)

    @override
    def walks(self, version_id: str) -> Mapping[int, ShardWalk]:
        items = self._table.partition(_partition(version_id), _SHARD)
        return {_number(item): _walk_of(item) for item in items}

    @override
    def begin(self, version_id: str, shard: int, at: datetime) -> None:
        self._set(_key(version_id, f"{_SHARD}{shard:02d}"), "begun = :at", at)

    @override
    def end(self, version_id: str, shard: int, at: datetime, told_until: datetime) -> None:
        told = {":told": {"N": str(to_ms(told_until))}}
        self._set(
            _key(version_id, f"{_SHARD}{shard:02d}"),
            "ended = :at, first_ended = if_not_exists(first_ended, :at), told = :told,"
            " begun = if_not_exists(begun, :at)",
            at,
            told,
        )

    def _notice(self, version_id: str) -> Item:
        return self._table.get(_key(version_id, _NOTICE)) or {}

    def _set(self, key: Item, sets: str, at: datetime, more: Item | None = None) -> None:
        self._table.update(
            Key=key,
            UpdateExpression=f"SET {sets}",
            ExpressionAttributeValues={":at": {"N": str(to_ms(at))}, **(more or {})},
        )


class DynamoMailed(Stored, Mailed):
    """`Mailed` in the cases table."""

    @override
    def claim(self, account_id: str, what: str, now: datetime) -> Claim:
        item = _mark(account_id, what) | {
            "claimed": {"N": str(to_ms(now))},
            "expires": {"N": str(int((now + _KEPT).timestamp()))},
        }
        try:
            self._table.put(
                item,
                ConditionExpression=_UNLESS_DONE,
                ExpressionAttributeValues={":lapsed": {"N": str(to_ms(now - CLAIMED_FOR))}},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except HeadMovedError as error:
            refusal: Any = error.__cause__  # DynamoDB's own, which shows the mark that stands
            standing = refusal.response.get("Item", {})
            return Claim.DONE if "outcome" in standing else Claim.OTHERS
        return Claim.MINE

    @override
    def settle(self, account_id: str, what: str, outcome: str, now: datetime) -> None:
        self._table.update(
            Key=_mark(account_id, what),
            UpdateExpression="SET outcome = :outcome, settled = :at",
            ExpressionAttributeValues={":outcome": {"S": outcome}, ":at": {"N": str(to_ms(now))}},
        )


def _partition(version_id: str) -> str:
    return f"policy#{version_id}"


def _key(version_id: str, sk: str) -> Item:
    return key_of(_partition(version_id), sk)


def _mark(account_id: str, what: str) -> Item:
    return key_of(account_key(account_id), f"mailed#{what}")


def _number(item: Item) -> int:
    return int(item["sk"]["S"].removeprefix(_SHARD))


def _walk_of(item: Item) -> ShardWalk:
    return ShardWalk(
        begun_at=of_ms(int(item["begun"]["N"])),
        ended_at=_instant(item, "ended"),
        first_ended_at=_instant(item, "first_ended"),
        told_until=_instant(item, "told"),
    )


def _instant(item: Item, name: str) -> datetime | None:
    return of_ms(int(item[name]["N"])) if name in item else None
