"""Putting events on EventBridge."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, override

from botocore.exceptions import BotoCoreError, ClientError

from reprise.canonical import Json, canonical_json
from reprise.errors import TransientError
from reprise.ports.bus import SOURCE, Bus

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient


class EventBridgeBus(Bus):
    """A `Bus` on EventBridge.

    Args:
        client: an EventBridge client.
        name: the bus.
    """

    def __init__(self, client: "EventBridgeClient", name: str) -> None:
        self._client = client
        self._name = name

    @override
    def put(self, detail_type: str, detail: Mapping[str, Json]) -> None:
        entry = {
            "EventBusName": self._name,
            "Source": SOURCE,
            "DetailType": detail_type,
            "Detail": canonical_json(detail),
        }
        try:
            answer = self._client.put_events(Entries=[entry])  # type: ignore[list-item]
        except (ClientError, BotoCoreError) as error:
            raise TransientError(f"the bus did not answer: {error}") from error
        if answer["FailedEntryCount"]:
            raise TransientError(f"the bus did not take it: {answer['Entries'][0]}")
