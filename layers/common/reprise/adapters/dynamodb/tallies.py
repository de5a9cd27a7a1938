"""Tallies in the cases table: one small item per mark, gone by TTL when nobody looks back at it."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, override

from botocore.exceptions import BotoCoreError, ClientError

from reprise.adapters.dynamodb.errors import raise_for
from reprise.adapters.dynamodb.items import key_of
from reprise.ledger.instants import to_ms
from reprise.ports.ledger import HeadMovedError
from reprise.ports.tallies import Tallies

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_KEPT = timedelta(days=400)
_READ_MAX = 1_000


class DynamoTallies(Tallies):
    """`Tallies` in the cases table.

    Args:
        client: a DynamoDB client.
        table: the cases table's name.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    @override
    def add(self, subject: str, ref: str, at: datetime) -> None:
        item: Any = {
            **key_of(f"tally#{subject}", ref),
            "at": {"N": str(to_ms(at))},
            "expires": {"N": str(int((at + _KEPT).timestamp()))},
        }
        try:
            self._client.put_item(
                TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(pk)"
            )
        except (ClientError, BotoCoreError) as error:
            try:
                raise_for(error)
            except HeadMovedError:
                return  # the first mark stands

    @override
    def count(self, subject: str, since: datetime) -> int:
        try:
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": f"tally#{subject}"}},
                ConsistentRead=True,
                Limit=_READ_MAX,
            )
        except (ClientError, BotoCoreError) as error:
            raise_for(error)
        return sum(int(item["at"]["N"]) >= to_ms(since) for item in answer["Items"])
