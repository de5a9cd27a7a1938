"""Incidents in the ledger's table: the record of who gave away what, and why.

Layout: `incidents` holds one item per incident; `incident#<id>` holds `shard#<nn>`, what each shard
of the accounts got; `award#<id>` holds one item per account where a discount makes it good.
"""

import json
from collections.abc import Mapping
from typing import override

from reprise.adapters.dynamodb.items import Item, key_of
from reprise.adapters.dynamodb.table import Stored, guard
from reprise.billing.award import Award
from reprise.billing.outage import Incident
from reprise.canonical import canonical_json
from reprise.ports.outages import Counts, OutageStore

_INCIDENTS = "incidents"
_SHARD = "shard#"


class DynamoOutageStore(Stored, OutageStore):
    """An `OutageStore` in the ledger's table."""

    @override
    def incident(self, incident_id: str) -> Incident | None:
        item = self._table.get(key_of(_INCIDENTS, incident_id))
        return None if item is None else _incident_of(item)

    @override
    def incidents(self) -> list[Incident]:
        return [_incident_of(item) for item in self._table.partition(_INCIDENTS)]

    @override
    def save(self, incident: Incident) -> None:
        item = {
            **key_of(_INCIDENTS, incident.incident_id),
            "version": {"N": str(incident.version)},
            "state": {"S": canonical_json(incident.body())},
        }
        self._table.put(item, **guard(incident.version))

    @override
    def award(self, incident_id: str, account_id: str) -> Award | None:
        item = self._table.get(key_of(f"award#{incident_id}", account_id))
        if item is None:
            return None
        return Award.of_body(account_id, int(item["version"]["N"]), json.loads(item["state"]["S"]))

    @override
    def save_award(self, incident_id: str, award: Award) -> None:
        item = {
            **key_of(f"award#{incident_id}", award.account_id),
            "version": {"N": str(award.version)},
            "state": {"S": canonical_json(award.body())},
        }
        self._table.put(item, **guard(award.version))

    @override
    def put_counts(self, incident_id: str, shard: int, counts: Counts) -> None:
        key = key_of(f"incident#{incident_id}", f"{_SHARD}{shard:02d}")
        self._table.put({**key, "state": {"S": canonical_json(counts)}})

    @override
    def counts(self, incident_id: str) -> Mapping[int, Counts]:
        return {
            int(item["sk"]["S"].removeprefix(_SHARD)): json.loads(item["state"]["S"])
            for item in self._table.partition(f"incident#{incident_id}")
        }


def _incident_of(item: Item) -> Incident:
    body = json.loads(item["state"]["S"])
    return Incident.of_body(item["sk"]["S"], int(item["version"]["N"]), body)
