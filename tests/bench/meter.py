"""Counts what a DynamoDB client sends and what it costs, from outside the code under test."""

from dataclasses import dataclass

_WRITES = {"PutItem", "UpdateItem", "DeleteItem"}
_INDEXES = ("LocalSecondaryIndexes", "GlobalSecondaryIndexes")
_HTTP_OK = 200


@dataclass
class Cost:
    """What a stretch of work cost.

    Args:
        round_trips: requests sent, retries included.
        items_written: items put, updated or deleted; a refused write counts none.
        wcu: write capacity units of the table, index units left out.
        index_wcu: write capacity units of its indexes.
    """

    round_trips: int = 0
    items_written: int = 0
    wcu: float = 0
    index_wcu: float = 0


class Meter:
    """Asks DynamoDB for the capacity of every call of a client, and adds it up.

    Args:
        client: a DynamoDB client; its events are the only way in.
    """

    def __init__(self, client) -> None:
        self.cost = Cost()
        events = client.meta.events
        events.register("before-parameter-build.dynamodb", self._ask)
        events.register("before-send.dynamodb", self._sent)
        events.register("after-call.dynamodb", self._answered)

    def lap(self) -> Cost:
        """Return the cost since the last lap and begin the next."""
        done, self.cost = self.cost, Cost()
        return done

    def _ask(self, params, model, context, **_) -> None:
        params["ReturnConsumedCapacity"] = "INDEXES"
        actions = len(params.get("TransactItems", ()))
        context["items_written"] = actions or int(model.name in _WRITES)

    def _sent(self, **_) -> None:
        self.cost.round_trips += 1

    def _answered(self, http_response, parsed, context, **_) -> None:
        written = context["items_written"]
        if http_response.status_code != _HTTP_OK or not written:
            return
        self.cost.items_written += written
        consumed = parsed.get("ConsumedCapacity", [])
        for one in consumed if isinstance(consumed, list) else [consumed]:
            indexes = [
                index["CapacityUnits"] for kind in _INDEXES for index in one.get(kind, {}).values()
            ]
            self.cost.wcu += one["CapacityUnits"] - sum(indexes)
            self.cost.index_wcu += sum(indexes)
