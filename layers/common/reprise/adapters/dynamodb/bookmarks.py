"""Bookmarks in the cases table: an item each, of no personal data."""

from typing import TYPE_CHECKING, override

from botocore.exceptions import BotoCoreError, ClientError

from reprise.adapters.dynamodb.errors import raise_for
from reprise.adapters.dynamodb.items import Item, key_of
from reprise.ports.bookmarks import Bookmarks

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


class DynamoBookmarks(Bookmarks):
    """`Bookmarks` in a table.

    Args:
        client: a DynamoDB client.
        table: its name.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    @override
    def load(self, name: str) -> str | None:
        try:
            answer = self._client.get_item(
                TableName=self._table, Key=_key(name), ConsistentRead=True
            )
        except (ClientError, BotoCoreError) as error:
            raise_for(error)
        return answer["Item"]["place"]["S"] if "Item" in answer else None

    @override
    def save(self, name: str, place: str) -> None:
        try:
            self._client.put_item(TableName=self._table, Item=_key(name) | {"place": {"S": place}})
        except (ClientError, BotoCoreError) as error:
            raise_for(error)


def _key(name: str) -> Item:
    return key_of(f"bookmark#{name}", "bookmark")
