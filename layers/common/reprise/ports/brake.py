"""The brake: people stop all money that would go out, and let it go again; nothing is lost."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, override


@dataclass(frozen=True, slots=True)
class Word:
    """The last that was said about refunds.

    Args:
        is_held: whether they wait.
        by: who said so, as AWS knows them.
        reason: in their words.
        at: since when.
    """

    is_held: bool
    by: str
    reason: str
    at: datetime


class Brake(Protocol):
    """Whether refunds may go out."""

    def word(self) -> Word | None:
        """Return the last word, read consistently; None where nobody ever said one."""

    def say(self, word: Word) -> None:
        """Let a word count from now on."""

    def is_held(self) -> bool:
        """Return whether refunds wait."""
        last = self.word()
        return last is not None and last.is_held


class MemoryBrake(Brake):
    """A `Brake` that remembers."""

    def __init__(self) -> None:
        self.last: Word | None = None

    @override
    def word(self) -> Word | None:
        return self.last

    @override
    def say(self, word: Word) -> None:
        self.last = word
