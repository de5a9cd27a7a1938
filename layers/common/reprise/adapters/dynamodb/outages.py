"""Incidents in the ledger's table: the record of who gave away what, and why.

Layout: `incidents` holds one item per incident; `incident#<id>` holds `shard#<nn>`, what each shard
of the accounts got.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, override

from botocore.exceptions import BotoCoreError, ClientError

from reprise.adapters.dynamodb.errors import raise_for
from reprise.adapters.dynamodb.items import Item, key_of
from reprise.billing.outage import Incident
from reprise.canonical import canonical_json
from reprise.ports.outages import Counts, OutageStore

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_INCIDENTS = "incidents"
_SHARD = "shard#"


class DynamoOutageStore(OutageStore):
    """An `OutageStore` in the ledger's table.

    Args:
        client: a DynamoDB client.
        table: the ledger table's name.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    @override
    def incident(self, incident_id: str) -> Incident | None:
        key = key_of(_INCIDENTS, incident_id)
        try:
            answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        except (ClientError, BotoCoreError) as error:
            raise_for(error)
        return _incident_of(answer["Item"]) if "Item" in answer else None

    @override
    def incidents(self) -> list[Incident]:
        return [_incident_of(item) for item in self._partition(_INCIDENTS)]

    @override
    def save(self, incident: Incident) -> None:
        condition: Any = {"ConditionExpression": "attribute_not_exists(pk)"}
        if incident.version > 1:
            condition = {
                "ConditionExpression": "version = :read",
                "ExpressionAttributeValues": {":read": {"N": str(incident.version - 1)}},
            }
        item = {
            **key_of(_INCIDENTS, incident.incident_id),
            "version": {"N": str(incident.version)},
            "state": {"S": canonical_json(incident.body())},
        }
        self._put(item, condition)

    @override
    def put_counts(self, incident_id: str, shard: int, counts: Counts) -> None:
        key = key_of(f"incident#{incident_id}", f"{_SHARD}{shard:02d}")
        self._put({**key, "state": {"S": canonical_json(counts)}}, {})

    @override
    def counts(self, incident_id: str) -> Mapping[int, Counts]:
        return {
            int(item["sk"]["S"].removeprefix(_SHARD)): json.loads(item["state"]["S"])
            for item in self._partition(f"incident#{incident_id}")
        }

    def _put(self, item: Item, condition: Any) -> None:  # noqa: ANN401 - the client's own
        try:
            self._client.put_item(TableName=self._table, Item=item, **condition)
        except (ClientError, BotoCoreError) as error:
            raise_for(error)

    def _partition(self, pk: str) -> list[Item]:
        paginator = self._client.get_paginator("query")
        try:
            pages = paginator.paginate(
                TableName=self._table,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": pk}},
                ConsistentRead=True,
            )
            return [item for page in pages for item in page["Items"]]
        except (ClientError, BotoCoreError) as error:
            raise_for(error)


def _incident_of(item: Item) -> Incident:
    body = json.loads(item["state"]["S"])
    return Incident.of_body(item["sk"]["S"], int(item["version"]["N"]), body)
