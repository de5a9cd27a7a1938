"""One table and its requests: errors mean what they mean to the ledger, answers are plain items."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from reprise.adapters.dynamodb.errors import raise_for
from reprise.adapters.dynamodb.items import Item
from reprise.ports.ledger import PAGE_MAX, Page, StoreBusyError

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

NEW = "attribute_not_exists(pk)"
"""A condition: nobody wrote this item yet."""
AS_READ = "version = :read"
"""A condition: nobody wrote this item since it was read."""
_READ_ROUNDS_MAX = 5


class Table:
    """A table; each method is one request, save `get_all` and `partition`, which follow up.

    Arguments beyond those named are the client's own. Every method raises what `raise_for` does.

    Args:
        client: a DynamoDB client; its retries cover network faults only.
        name: the table's name.
    """

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self._name = name

    def get(self, key: Item) -> Item | None:
        """Return an item, read consistently."""
        answer = self._ask(self._client.get_item, Key=key, ConsistentRead=True)
        return answer.get("Item")

    def get_all(self, keys: list[Item]) -> list[Item]:
        """Return the items that exist, read consistently; what was cut off is asked again."""
        found: list[Item] = []
        for _ in range(_READ_ROUNDS_MAX):
            request = {self._name: {"Keys": keys, "ConsistentRead": True}}
            answer = _answer(self._client.batch_get_item, RequestItems=request)
            found += answer["Responses"].get(self._name, [])
            unread = answer.get("UnprocessedKeys", {}).get(self._name)
            if not unread:
                return found
            keys = unread["Keys"]
        raise StoreBusyError(f"{len(keys)} keys stayed unread after {_READ_ROUNDS_MAX} rounds")

    def put(self, item: Item, **arguments: Any) -> None:  # noqa: ANN401 - the client's own
        """Write an item whole."""
        self._ask(self._client.put_item, Item=item, **arguments)

    def update(self, **arguments: Any) -> Item:  # noqa: ANN401 - the client's own
        """Change an item in place; return the answer."""
        return self._ask(self._client.update_item, **arguments)

    def delete(self, key: Item) -> None:
        """Take an item away."""
        self._ask(self._client.delete_item, Key=key)

    def transact(self, actions: Sequence[Mapping[str, Item]]) -> None:
        """Write all or nothing.

        Args:
            actions: the arguments of each write by its verb, as in `{"Put": {"Item": item}}`.
        """
        named = [
            {verb: {"TableName": self._name, **arguments} for verb, arguments in action.items()}
            for action in actions
        ]
        _answer(self._client.transact_write_items, TransactItems=named)

    def query(self, **arguments: Any) -> Item:  # noqa: ANN401 - the client's own
        """Return the answer to one query, whether or not there is more."""
        return self._ask(self._client.query, **arguments)

    def partition(self, pk: str, prefix: str = "") -> Iterator[Item]:
        """Yield the items of a partition whose sort keys begin so, read consistently."""
        where = "pk = :pk" + (" AND begins_with(sk, :prefix)" if prefix else "")
        values = {":pk": {"S": pk}} | ({":prefix": {"S": prefix}} if prefix else {})
        start: Item = {}
        while True:
            answer = self.query(
                KeyConditionExpression=where,
                ExpressionAttributeValues=values,
                ConsistentRead=True,
                **start,
            )
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def page(
        self, index: str, where: str, values: Item, limit: int, cursor: str | None
    ) -> Page[Item]:
        """Return one page of an index.

        Args:
            index: its name.
            where: the condition on its keys.
            values: what the condition names.
            limit: at most so many, and never more than `PAGE_MAX`.
            cursor: of the page before; None for the first.
        """
        start = {"ExclusiveStartKey": json.loads(cursor)} if cursor else {}
        answer = self.query(
            IndexName=index,
            KeyConditionExpression=where,
            ExpressionAttributeValues=values,
            Limit=min(limit, PAGE_MAX),
            **start,
        )
        last = answer.get("LastEvaluatedKey")
        return Page(tuple(answer["Items"]), json.dumps(last) if last else None)

    def _ask(self, request: Callable[..., Any], **arguments: Any) -> Item:  # noqa: ANN401 - as above
        return _answer(request, TableName=self._name, **arguments)


class Stored:
    """What is kept in one table.

    Args:
        client: a DynamoDB client; its retries cover network faults only.
        table: the table's name.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)


def _answer(request: Callable[..., Any], **arguments: Any) -> Item:  # noqa: ANN401 - as above
    try:
        return dict(request(**arguments))
    except (ClientError, BotoCoreError) as error:
        raise_for(error)


def guard(version: int) -> Item:
    """Return the condition for writing a version: the first is new, others follow what was read."""
    if version == 1:
        return {"ConditionExpression": NEW}
    values = {":read": {"N": str(version - 1)}}
    return {"ConditionExpression": AS_READ, "ExpressionAttributeValues": values}
