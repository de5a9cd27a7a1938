"""Subscription mirrors in the ledger's table, in their account's partition.

The sparse index `subscribers` lists them by when they are over. A running one is over in a far
year, so the index is written when a subscription is first seen and when it ends, and never between.
"""

import json
from datetime import datetime
from typing import override

from reprise.adapters.dynamodb.items import Item, account_id_of, account_key, key_of
from reprise.adapters.dynamodb.table import Stored, guard
from reprise.billing.mirror import Mirror
from reprise.canonical import canonical_json
from reprise.ledger.instants import to_ms
from reprise.ports.ledger import Page, shard_of
from reprise.ports.mirror import MirrorStore, Subscriber

_PREFIX = "subscription#"
_RUNNING_MS = 253_402_300_799_000
"""The end of the year 9999: when a subscription is over that runs."""


class DynamoMirrorStore(Stored, MirrorStore):
    """A `MirrorStore` in the ledger's table."""

    @override
    def load(self, account_id: str, subscription_id: str) -> Mirror:
        item = self._table.get(key_of(account_key(account_id), _PREFIX + subscription_id))
        return Mirror(subscription_id) if item is None else _mirror_of(item)

    @override
    def save(self, account_id: str, mirror: Mirror) -> None:
        item = {
            **key_of(account_key(account_id), _PREFIX + mirror.subscription_id),
            "version": {"N": str(mirror.version)},
            "state": {"S": canonical_json(mirror.state())},
            "subscriber_shard": {"S": _shard(shard_of(account_id))},
            "over_at": {"N": str(_RUNNING_MS if mirror.over_at is None else to_ms(mirror.over_at))},
        }
        self._table.put(item, **guard(mirror.version))

    @override
    def mirrors_of(self, account_id: str) -> list[Mirror]:
        return [
            _mirror_of(item) for item in self._table.partition(account_key(account_id), _PREFIX)
        ]

    @override
    def subscribers(
        self, shard: int, after: datetime, limit: int, cursor: str | None = None
    ) -> Page[Subscriber]:
        page = self._table.page(
            "subscribers",
            "subscriber_shard = :shard AND over_at > :after",
            {":shard": {"S": _shard(shard)}, ":after": {"N": str(to_ms(after))}},
            limit,
            cursor,
        )
        return Page(tuple(map(_subscriber_of, page.items)), page.cursor)


def _shard(number: int) -> str:
    return f"subscribers#{number:02d}"


def _subscriber_of(item: Item) -> Subscriber:
    return Subscriber(account_id_of(item), item["sk"]["S"].removeprefix(_PREFIX))


def _mirror_of(item: Item) -> Mirror:
    subscription_id = item["sk"]["S"].removeprefix(_PREFIX)
    version = int(item["version"]["N"])
    return Mirror.of_state(subscription_id, version, json.loads(item["state"]["S"]))
