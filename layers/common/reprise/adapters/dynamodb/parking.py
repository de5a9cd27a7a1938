"""Parked events in the cases table."""

from datetime import datetime, timedelta
from typing import override

from reprise.adapters.dynamodb.items import Item, key_of
from reprise.adapters.dynamodb.table import NEW, Stored
from reprise.ledger.instants import of_ms, to_ms
from reprise.ports.ledger import EntryExistsError, Page
from reprise.ports.parking import Parked, ParkingLot

_PARKED = "parked"
_DONE_KEPT = timedelta(days=30)
"""How long an applied event is kept: as long as Stripe lists it."""


class DynamoParkingLot(Stored, ParkingLot):
    """A `ParkingLot` in the cases table."""

    @override
    def park(self, parked: Parked) -> bool:
        actions = [{"Put": {"Item": _parked_item(parked), "ConditionExpression": NEW}}]
        if parked.waits_for is not None:
            waiting = key_of(f"waiting#{parked.waits_for}", parked.parked_id)
            actions.append({"Put": {"Item": waiting}})
        try:
            self._table.transact(actions)
        except EntryExistsError:
            return False
        return True

    @override
    def parked(self, limit: int, cursor: str | None = None) -> Page[Parked]:
        shard = {":shard": {"S": _PARKED}}
        page = self._table.page("due", "due_shard = :shard", shard, limit, cursor)
        ids = [item["pk"]["S"].removeprefix("parked#") for item in page.items]
        return Page(self._still_waiting(ids), page.cursor)

    @override
    def waiting_for(self, wanted: str) -> list[Parked]:
        waiting = self._table.partition(f"waiting#{wanted}")
        return list(self._still_waiting([item["sk"]["S"] for item in waiting]))

    @override
    def retried(self, parked: Parked, done_at: datetime | None) -> None:
        expression = "SET attempts = :attempts"
        values: Item = {":attempts": {"N": str(parked.attempts + 1)}}
        if done_at is not None:
            # Out of the list of what waits; removed by TTL once Stripe no longer lists it either.
            expression += ", done_at = :done, expires = :expires REMOVE due_shard, due_at"
            values[":done"] = {"N": str(to_ms(done_at))}
            values[":expires"] = {"N": str(int((done_at + _DONE_KEPT).timestamp()))}
        self._table.update(
            Key=key_of(f"parked#{parked.parked_id}", _PARKED),
            UpdateExpression=expression,
            ExpressionAttributeValues=values,
        )
        if done_at is not None and parked.waits_for is not None:
            self._table.delete(key_of(f"waiting#{parked.waits_for}", parked.parked_id))

    def _still_waiting(self, ids: list[str]) -> tuple[Parked, ...]:
        found = []
        for parked_id in ids:
            item = self._table.get(key_of(f"parked#{parked_id}", _PARKED))
            if item is not None and "done_at" not in item:
                found.append(_parked_of(item))
        return tuple(found)


def _parked_item(parked: Parked) -> Item:
    item = {
        **key_of(f"parked#{parked.parked_id}", _PARKED),
        "source": {"S": parked.source},
        "kind": {"S": parked.kind},
        "field": {"S": parked.field},
        "reason": {"S": parked.reason},
        "body": {"B": parked.body},
        "attempts": {"N": str(parked.attempts)},
        "due_shard": {"S": _PARKED},
        "due_at": {"N": str(to_ms(parked.parked_at))},
        "parked_at": {"N": str(to_ms(parked.parked_at))},
    }
    if parked.waits_for is not None:
        item["waits_for"] = {"S": parked.waits_for}
    return item


def _parked_of(item: Item) -> Parked:
    return Parked(
        parked_id=item["pk"]["S"].removeprefix("parked#"),
        source=item["source"]["S"],
        kind=item["kind"]["S"],
        field=item["field"]["S"],
        reason=item["reason"]["S"],
        waits_for=item["waits_for"]["S"] if "waits_for" in item else None,
        body=item["body"]["B"],
        parked_at=of_ms(int(item["parked_at"]["N"])),
        attempts=int(item["attempts"]["N"]),
    )
