"""The DynamoDB ledger store: one transaction per change, conditions that decide races."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import override

from reprise.adapters.dynamodb import items
from reprise.adapters.dynamodb.table import NEW, Stored, guard
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
    HeadMovedError,
    LedgerStore,
    Page,
    Read,
)


class DynamoLedgerStore(Stored, LedgerStore):
    """A `LedgerStore` in one table."""

    @override
    def read(self, account_id: str, keys: Iterable[str] = (), orders: Iterable[str] = ()) -> Read:
        pk = items.account_key(account_id)
        names = [items.HEAD, *keys, *(items.ORDER_PREFIX + order_id for order_id in orders)]
        found = self._table.get_all([items.key_of(pk, sk) for sk in dict.fromkeys(names)])
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
        entry = {"Item": items.entry_item(decision.entry), "ConditionExpression": NEW}
        account_id = decision.account.account_id
        head = _head_update(decision.before, decision.account)
        orders = (
            {"Item": items.order_item(account_id, order), **guard(order.version)}
            for order in decision.orders
        )
        self._table.transact([{"Put": entry}, {"Update": head}, *({"Put": put} for put in orders)])

    @override
    def save_tasks(self, before: Account, after: Account) -> None:
        self._table.update(**_head_update(before, after))

    @override
    def history(self, account_id: str, limit: int, cursor: str | None = None) -> Page[Entry]:
        where = "pk = :pk" + (" AND seq < :below" if cursor else "")
        values: items.Item = {":pk": {"S": items.account_key(account_id)}}
        if cursor:
            values[":below"] = {"N": cursor}
        answer = self._table.query(
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
        found = (item for item in self._table.partition(pk) if "body" in item)
        yield from sorted(map(items.entry_of, found), key=lambda entry: entry.seq)

    @override
    def orders_of(self, account_id: str, prefix: str = "") -> list[Order]:
        pk = items.account_key(account_id)
        return [
            items.order_of(item) for item in self._table.partition(pk, items.ORDER_PREFIX + prefix)
        ]

    @override
    def put_alias(self, alias: str, target: Alias) -> None:
        item = items.key_of(f"alias#{alias}", "alias") | {"account": {"S": target.account_id}}
        if target.order_id is not None:
            item["order"] = {"S": target.order_id}
        try:
            self._table.put(item, ConditionExpression=NEW)
        except HeadMovedError as error:
            if self.find_alias(alias) != target:
                raise AliasConflictError(f"{alias}: already points at another order") from error

    @override
    def find_alias(self, alias: str) -> Alias | None:
        found = self._table.get_all([items.key_of(f"alias#{alias}", "alias")])
        if not found:
            return None
        order = found[0].get("order")
        return Alias(found[0]["account"]["S"], None if order is None else order["S"])

    @override
    def note_payment(self, root: str, payment: str, amount: int) -> Mapping[str, int]:
        noted = self._table.update(
            Key=items.key_of(f"payments#{root}", "payments"),
            UpdateExpression="SET #payment = :amount",
            ExpressionAttributeNames={"#payment": payment},
            ExpressionAttributeValues={":amount": {"N": str(amount)}},
            ReturnValues="ALL_NEW",
        )["Attributes"]
        return {key: int(value["N"]) for key, value in noted.items() if "N" in value}

    @override
    def due(
        self, what: Due, shard: int, before: datetime, limit: int, cursor: str | None = None
    ) -> Page[str]:
        page = self._table.page(
            what.value,
            f"{items.SHARD_OF_INDEX[what]} = :shard AND {items.TIME_OF_INDEX[what]} <= :before",
            {":shard": {"S": f"{what.value}#{shard:02d}"}, ":before": {"N": str(to_ms(before))}},
            limit,
            cursor,
        )
        return Page(tuple(map(items.account_id_of, page.items)), page.cursor)


def _head_update(before: Account, after: Account) -> items.Item:
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
    as_read = guard(before.version + 1)
    values |= as_read.get("ExpressionAttributeValues", {})
    return {
        **as_read,
        "Key": items.key_of(items.account_key(after.account_id), items.HEAD),
        "UpdateExpression": f"SET {', '.join(sets)}"
        + (f" REMOVE {', '.join(gone)}" if gone else ""),
        "ExpressionAttributeNames": {"#state": "state"},
        "ExpressionAttributeValues": values,
    }
