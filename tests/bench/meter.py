"""Counts what a DynamoDB client sends and what it costs, from outside the code under test."""

import math
from dataclasses import dataclass, field

WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"})
_INDEXES = ("LocalSecondaryIndexes", "GlobalSecondaryIndexes")
_HTTP_OK = 200
_READ_UNIT_BYTES = 4096


@dataclass
class Cost:
    """What a stretch of work cost.

    Args:
        round_trips: requests sent, retries included.
        items_written: items put, updated or deleted; a refused write counts none.
        wcu: write capacity units of the table, index units left out.
        index_wcu: write capacity units of its indexes.
        rcu: read capacity units.
    """

    round_trips: int = 0
    items_written: int = 0
    wcu: float = 0
    index_wcu: float = 0
    rcu: float = 0


@dataclass
class Meter:
    """Asks DynamoDB for the capacity of every call of a client, and adds it up.

    Args:
        client: a DynamoDB client; its events are the only way in.
        cost: since the last lap.
        writes: what was written since the last lap: the operation and its parameters.
    """

    client: object
    cost: Cost = field(default_factory=Cost)
    writes: list[tuple[str, dict]] = field(default_factory=list)

    def __post_init__(self) -> None:
        events = self.client.meta.events
        events.register("before-parameter-build.dynamodb", self._ask)
        events.register("before-send.dynamodb", self._sent)
        events.register("after-call.dynamodb", self._answered)

    def lap(self) -> Cost:
        """Return the cost since the last lap and begin the next."""
        done, self.cost, self.writes = self.cost, Cost(), []
        return done

    def _ask(self, params, context, **_) -> None:
        params["ReturnConsumedCapacity"] = "INDEXES"
        context["asked"] = dict(params)

    def _sent(self, **_) -> None:
        self.cost.round_trips += 1

    def _answered(self, http_response, parsed, model, context, **_) -> None:
        if http_response.status_code != _HTTP_OK:
            # By DynamoDB's rule a refused write is charged; the local stack reports none of it.
            self.cost.wcu += parsed["Error"]["Code"] == "ConditionalCheckFailedException"
            return
        asked = context["asked"]
        if model.name not in WRITES:
            self.cost.rcu += _read_units(model.name, asked, parsed)
            return
        self.writes.append((model.name, asked))
        self.cost.items_written += len(asked.get("TransactItems", [asked]))
        consumed = parsed.get("ConsumedCapacity", [])
        for one in consumed if isinstance(consumed, list) else [consumed]:
            indexes = [
                index["CapacityUnits"] for kind in _INDEXES for index in one.get(kind, {}).values()
            ]
            self.cost.wcu += one["CapacityUnits"] - sum(indexes)
            self.cost.index_wcu += sum(indexes)


def _read_units(operation, asked, parsed) -> float:
    """Read units by DynamoDB's rule: the local stack reports none of a batch's.

    Each key of a batch is charged by itself, four KB and more; one that is not there as the least.
    """
    if operation != "BatchGetItem":
        return parsed["ConsumedCapacity"]["CapacityUnits"]
    units = 0.0
    for table, wanted in asked["RequestItems"].items():
        found = parsed["Responses"].get(table, [])
        sizes = [math.ceil(_size(item) / _READ_UNIT_BYTES) for item in found]
        sizes += [1] * (len(wanted["Keys"]) - len(found))
        units += sum(sizes) * (1 if wanted.get("ConsistentRead") else 0.5)
    return units


def _size(item) -> int:
    """Bytes of an item, a little more than DynamoDB counts: numbers as their digits."""
    return sum(len(name) + len(str(value)) for name, value in item.items())
