"""The bus: what we tell the product."""

from collections.abc import Mapping
from typing import Final, Protocol, override

from reprise.canonical import Json

SOURCE: Final = "reprise.policy"
"""The `source` of these events; what the ledger has to tell leaves through its stream."""


class Bus(Protocol):
    """Where events leave."""

    def put(self, detail_type: str, detail: Mapping[str, Json]) -> None:
        """Put an event; the same one may come twice, and says what it is about by itself.

        Raises:
            TransientError: it was not taken.
        """


class MemoryBus(Bus):
    """A `Bus` in a list."""

    def __init__(self) -> None:
        self.events: list[tuple[str, Mapping[str, Json]]] = []

    @override
    def put(self, detail_type: str, detail: Mapping[str, Json]) -> None:
        self.events.append((detail_type, detail))
