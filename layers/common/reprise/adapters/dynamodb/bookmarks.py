"""Bookmarks in the cases table: an item each, of no personal data."""

from typing import override

from reprise.adapters.dynamodb.items import Item, key_of
from reprise.adapters.dynamodb.table import Stored
from reprise.ports.bookmarks import Bookmarks


class DynamoBookmarks(Stored, Bookmarks):
    """`Bookmarks` in a table."""

    @override
    def load(self, name: str) -> str | None:
        item = self._table.get(_key(name))
        return None if item is None else str(item["place"]["S"])

    @override
    def save(self, name: str, place: str) -> None:
        self._table.put(_key(name) | {"place": {"S": place}})


def _key(name: str) -> Item:
    return key_of(f"bookmark#{name}", "bookmark")
