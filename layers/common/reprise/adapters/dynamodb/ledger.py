"""The DynamoDB ledger store: one transaction per change, conditions that decide races."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, override

from botocore.exceptions import BotoCoreError, ClientError

from reprise.adapters.dynamodb import items
from reprise.adapters.dynamodb.errors import raise_for
from reprise.ledger.account import Account
from reprise.ledger.draft import Decision
from reprise.ledger.entries import Entry
from reprise.ledger.instants import to_ms
from reprise.ledger.orders import Order
from reprise.ports.ledger import (
    PAGE_MAX,
    Alias,
    AliasConflictError,
    Due,
    LedgerStore,
    Page,
    Read,
    StoreBusyError,
)

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_READ_ROUNDS_MAX = 5
_NEW = "attribute_not_exists(pk)"
"""Half of a condition: nobody wrote this item yet."""
_AS_READ = "version = :read"
"""The other half: nobody wrote this item since it was read."""


class DynamoLedgerStore(LedgerStore):
    """A `LedgerStore` in one table.

    Args:
        client: a DynamoDB client; its retries cover network faults only.
        table: the table's name.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    @override
    def read(self, account_id: str, keys: Iterable[str] = (), orders: Iterable[str] = ()) -> Read:
        pk = items.account_key(account_id)
        names = [items.HEAD, *keys, *(items.ORDER_PREFIX + order_id for order_id in orders)]
        found = self._get([items.key_of(pk, sk) for sk in dict.fromkeys(names)])
        head = next((item for item in found if item["sk"]["S"] == items.HEAD), None)
        entries = [items.entry_of(item) for item in found if "body" in item]
        stored = [item for item in found if item["sk"]["S"].startswith(items.ORDER_PREFIX)]
        return Read(
            account=None if head is None else items.account_of(head),
            entries={entry.key: entry for entry in entries},
            orders={order.order_id: order for order in map(items.order_of, stored)},
        )

    @override
    def commit(self, decision: Decision) -> None:
        entry = {"TableName": self._table, "Item": items.entry_item(decision.entry)}
        account_id = decision.account.account_id
        actions: Any = [
            {"Put": {**entry, "ConditionExpression": _NEW}},
            {"Update": self._head_update(decision.before, decision.account)},
            *({"Put": self._order_put(account_id, order)} for order in decision.orders),
        ]
        try:
            self._client.transact_write_items(TransactItems=actions)
        except (ClientError, BotoCoreError) as error:
            raise_for(error)

    @override
    def save_tasks(self, before: Account, after: Account) -> None:
        try:
            self._client.update_item(**self._head_update(before, after))
        except (ClientError, BotoCoreError) as error:
            raise_for(error)

    @override
    def history(self, account_id: str, limit: int, cursor: str | None = None) -> Page[Entry]:
        where = "pk = :pk" + (" AND seq < :below" if cursor else "")
        values: items.Item = {":pk": {"S": items.account_key(account_id)}}
        if cursor:
            values[":below"] = {"N": cursor}
        answer = self._query(
            IndexName="history",
            KeyConditionExpression=where,
            ExpressionAttributeValues=values,
            ScanIndexForward=False,
            Limit=min(limit, PAGE_MAX),
            ConsistentRead=True,
        )
        entries = tuple(items.entry_of(item) for item in answer["Items"])
        more = "LastEvaluatedKey" in answer and entries
        return Page(entries, str(entries[-1].seq) if more else None)

    @override
    def journal(self, account_id: str) -> Iterator[Entry]:
        # The base table is read, not the index: an audit trusts nothing derived.
        pk = items.account_key(account_id)
        found = (item for item in self._partition(pk, "") if "body" in item)
        yield from sorted(map(items.entry_of, found), key=lambda entry: entry.seq)

    @override
    def orders_of(self, account_id: str, prefix: str = "") -> list[Order]:
        pk = items.account_key(account_id)
        return [items.order_of(item) for item in self._partition(pk, items.ORDER_PREFIX + prefix)]

    @override
    def put_alias(self, alias: str, target: Alias) -> None:
        item = items.key_of(f"alias#{alias}", "alias") | {"account": {"S": target.account_id}}
        if target.order_id is not None:
            item["order"] = {"S": target.order_id}
        try:
            self._client.put_item(TableName=self._table, Item=item, ConditionExpression=_NEW)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise_for(error)
            if self.find_alias(alias) != target:
                raise AliasConflictError(f"{alias}: already points at another order") from error

    @override
    def find_alias(self, alias: str) -> Alias | None:
        found = self._get([items.key_of(f"alias#{alias}", "alias")])
        if not found:
            return None
        order = found[0].get("order")
        return Alias(found[0]["account"]["S"], None if order is None else order["S"])

    @override
    def due(
        self, what: Due, shard: int, before: datetime, limit: int, cursor: str | None = None
    ) -> Page[str]:
        start = {"ExclusiveStartKey": json.loads(cursor)} if cursor else {}
        answer = self._query(
            IndexName=what.value,
            KeyConditionExpression=(
                f"{items.SHARD_OF_INDEX[what]} = :shard AND {items.TIME_OF_INDEX[what]} <= :before"
            ),
            ExpressionAttributeValues={
                ":shard": {"S": f"{what.value}#{shard:02d}"},
                ":before": {"N": str(to_ms(before))},
            },
            Limit=min(limit, PAGE_MAX),
            **start,
        )
        accounts = tuple(item["pk"]["S"].removeprefix("account#") for item in answer["Items"])
        last = answer.get("LastEvaluatedKey")
        return Page(accounts, json.dumps(last) if last else None)

    def _head_update(self, before: Account, after: Account) -> Any:  # noqa: ANN401 - wire form
        """Return the update of a head, on condition that it is as it was read."""
        indexed = items.head_indexes(after)
        gone = [
            name
            for name in (*items.SHARD_OF_INDEX.values(), *items.TIME_OF_INDEX.values())
            if name not in indexed
        ]
        values = {f":{name}": value for name, value in indexed.items()}
        values[":state"] = {"S": items.head_state(after)}
        values[":version"] = {"N": str(after.version)}
        sets = ["#state = :state", "version = :version", *(f"{name} = :{name}" for name in indexed)]
        condition = _NEW
        if before.version:
            condition = _AS_READ
            values[":read"] = {"N": str(before.version)}
        return {
            "TableName": self._table,
            "Key": items.key_of(items.account_key(after.account_id), items.HEAD),
            "UpdateExpression": f"SET {', '.join(sets)}"
            + (f" REMOVE {', '.join(gone)}" if gone else ""),
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {"#state": "state"},
            "ExpressionAttributeValues": values,
        }

    def _order_put(self, account_id: str, order: Order) -> items.Item:
        put: items.Item = {"TableName": self._table, "Item": items.order_item(account_id, order)}
        if order.version == 1:
            return {**put, "ConditionExpression": _NEW}
        read = {":read": {"N": str(order.version - 1)}}
        return {**put, "ConditionExpression": _AS_READ, "ExpressionAttributeValues": read}

    def _get(self, keys: list[items.Item]) -> list[items.Item]:
        """Return the items that exist, read consistently; what was cut off is asked again."""
        found: list[items.Item] = []
        for _ in range(_READ_ROUNDS_MAX):
            request: Any = {self._table: {"Keys": keys, "ConsistentRead": True}}
            try:
                answer = self._client.batch_get_item(RequestItems=request)
            except (ClientError, BotoCoreError) as error:
                raise_for(error)
            found += answer["Responses"].get(self._table, [])
            unread: Any = answer.get("UnprocessedKeys", {}).get(self._table)
            if not unread:
                return found
            keys = unread["Keys"]
        raise StoreBusyError(f"{len(keys)} keys stayed unread after {_READ_ROUNDS_MAX} rounds")

    def _partition(self, pk: str, prefix: str) -> Iterator[items.Item]:
        start: items.Item = {}
        where = "pk = :pk" + (" AND begins_with(sk, :prefix)" if prefix else "")
        values = {":pk": {"S": pk}} | ({":prefix": {"S": prefix}} if prefix else {})
        while True:
            answer = self._query(
                KeyConditionExpression=where,
                ExpressionAttributeValues=values,
                ConsistentRead=True,
                **start,
            )
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def _query(self, **arguments: Any) -> items.Item:  # noqa: ANN401 - the client's own
        try:
            return dict(self._client.query(TableName=self._table, **arguments))
        except (ClientError, BotoCoreError) as error:
            raise_for(error)
