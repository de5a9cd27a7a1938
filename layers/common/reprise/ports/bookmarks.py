"""Where work that is too long for one run left off."""

from typing import Protocol, override


class Bookmarks(Protocol):
    """One short text per piece of work; losing one costs a repetition, never a result."""

    def load(self, name: str) -> str | None:
        """Return where the work left off, None if nowhere."""

    def save(self, name: str, place: str) -> None:
        """Remember where the work left off."""


class MemoryBookmarks(Bookmarks):
    """`Bookmarks` in a dictionary."""

    def __init__(self) -> None:
        self.places: dict[str, str] = {}

    @override
    def load(self, name: str) -> str | None:
        return self.places.get(name)

    @override
    def save(self, name: str, place: str) -> None:
        self.places[name] = place
