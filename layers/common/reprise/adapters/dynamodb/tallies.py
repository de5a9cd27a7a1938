"""Tallies in the cases table: one small item per mark, gone by TTL when nobody looks back at it."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import override

from reprise.adapters.dynamodb.items import Item, key_of
from reprise.adapters.dynamodb.table import NEW, Stored
from reprise.ledger.instants import to_ms
from reprise.ports.ledger import HeadMovedError
from reprise.ports.tallies import Tallies

_KEPT = timedelta(days=400)


class DynamoTallies(Stored, Tallies):
    """`Tallies` in the cases table."""

    @override
    def add(self, subject: str, ref: str, at: datetime) -> None:
        item: Item = {
            **key_of(f"tally#{subject}", ref),
            "at": {"N": str(to_ms(at))},
            "expires": {"N": str(int((at + _KEPT).timestamp()))},
        }
        with suppress(HeadMovedError):  # the first mark stands
            self._table.put(item, ConditionExpression=NEW)

    @override
    def count(self, subject: str, since: datetime) -> int:
        marks = self._table.partition(f"tally#{subject}")
        return sum(int(item["at"]["N"]) >= to_ms(since) for item in marks)
