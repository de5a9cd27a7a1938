"""Subscription mirrors in the ledger's table, in their account's partition.

The sparse index `subscribers` lists them by when they are over. A running one is over in a far
year, so the index is written when a subscription is first seen and when it ends, and never between.
"""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, override

from botocore.exceptions import BotoCoreError, ClientError

from reprise.adapters.dynamodb.errors import raise_for
from reprise.adapters.dynamodb.items import Item, account_key, key_of
from reprise.billing.mirror import Mirror
from reprise.canonical import canonical_json
from reprise.ledger.instants import to_ms
from reprise.ports.ledger import PAGE_MAX, Page, shard_of
from reprise.ports.mirror import MirrorStore, Subscriber

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_PREFIX = "subscription#"
_RUNNING_MS = 253_402_300_799_000
"""The end of the year 9999: when a subscription is over that runs."""


class DynamoMirrorStore(MirrorStore):
    """A `MirrorStore` in the ledger's table.

    Args:
        client: a DynamoDB client.
        table: the ledger table's name.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    @override
    def load(self, account_id: str, subscription_id: str) -> Mirror:
        key = key_of(account_key(account_id), _PREFIX + subscription_id)
        try:
            answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        except (ClientError, BotoCoreError) as error:
            raise_for(error)
        return _mirror_of(answer["Item"]) if "Item" in answer else Mirror(subscription_id)

    @override
    def save(self, account_id: str, mirror: Mirror) -> None:
        condition: Any = {"ConditionExpression": "attribute_not_exists(pk)"}
        if mirror.version > 1:
            condition = {
                "ConditionExpression": "version = :read",
                "ExpressionAttributeValues": {":read": {"N": str(mirror.version - 1)}},
            }
        item = {
            **key_of(account_key(account_id), _PREFIX + mirror.subscription_id),
            "version": {"N": str(mirror.version)},
            "state": {"S": canonical_json(mirror.state())},
            "subscriber_shard": {"S": _shard(shard_of(account_id))},
            "over_at": {"N": str(_RUNNING_MS if mirror.over_at is None else to_ms(mirror.over_at))},
        }
        try:
            self._client.put_item(TableName=self._table, Item=item, **condition)
        except (ClientError, BotoCoreError) as error:
            raise_for(error)

    @override
    def mirrors_of(self, account_id: str) -> list[Mirror]:
        try:
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
                ExpressionAttributeValues={
                    ":pk": {"S": account_key(account_id)},
                    ":prefix": {"S": _PREFIX},
                },
                ConsistentRead=True,
            )
        except (ClientError, BotoCoreError) as error:
            raise_for(error)
        return [_mirror_of(item) for item in answer["Items"]]

    @override
    def subscribers(
        self, shard: int, after: datetime, limit: int, cursor: str | None = None
    ) -> Page[Subscriber]:
        start: Any = {"ExclusiveStartKey": json.loads(cursor)} if cursor else {}
        try:
            answer = self._client.query(
                TableName=self._table,
                IndexName="subscribers",
                KeyConditionExpression="subscriber_shard = :shard AND over_at > :after",
                ExpressionAttributeValues={
                    ":shard": {"S": _shard(shard)},
                    ":after": {"N": str(to_ms(after))},
                },
                Limit=min(limit, PAGE_MAX),
                **start,
            )
        except (ClientError, BotoCoreError) as error:
            raise_for(error)
        last = answer.get("LastEvaluatedKey")
        found = tuple(_subscriber_of(item) for item in answer["Items"])
        return Page(found, json.dumps(last) if last else None)


def _shard(number: int) -> str:
    return f"subscribers#{number:02d}"


def _subscriber_of(item: Item) -> Subscriber:
    account_id = item["pk"]["S"].removeprefix(account_key(""))
    return Subscriber(account_id, item["sk"]["S"].removeprefix(_PREFIX))


def _mirror_of(item: Item) -> Mirror:
    subscription_id = item["sk"]["S"].removeprefix(_PREFIX)
    version = int(item["version"]["N"])
    return Mirror.of_state(subscription_id, version, json.loads(item["state"]["S"]))
