"""Subscription mirrors in the ledger's table, in their account's partition."""

import json
from typing import TYPE_CHECKING, Any, override

from botocore.exceptions import BotoCoreError, ClientError

from reprise.adapters.dynamodb.errors import raise_for
from reprise.adapters.dynamodb.items import Item, account_key, key_of
from reprise.billing.mirror import Mirror
from reprise.canonical import canonical_json
from reprise.ports.mirror import MirrorStore

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_PREFIX = "subscription#"


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


def _mirror_of(item: Item) -> Mirror:
    subscription_id = item["sk"]["S"].removeprefix(_PREFIX)
    version = int(item["version"]["N"])
    return Mirror.of_state(subscription_id, version, json.loads(item["state"]["S"]))
