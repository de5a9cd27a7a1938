"""The policy book: every version there has been, and which one is in force when."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Self

from reprise.errors import BadInputError
from reprise.policy.change import Change, differences, is_material, notice_given
from reprise.policy.reading import read_version
from reprise.policy.version import PolicyVersion

type NoticesOut = Callable[[str], datetime | None]
"""By version id, when the last of its notices had gone out; None while they have not."""


def no_notices(_version_id: str) -> None:
    """Return that no notice went out: nobody was asked."""


@dataclass(frozen=True, slots=True)
class PolicyBook:
    """The versions, oldest first.

    Args:
        versions: every version there has been and is to be.
        notices_out: asked only when a material version's date has come, so it may read a store.

    Raises:
        BadInputError: there is none, two share an id or a date, or a material change says it is
            none.
    """

    versions: tuple[PolicyVersion, ...]
    notices_out: NoticesOut = field(default=no_notices, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.versions:
            raise BadInputError("policy book", "must hold at least one version")
        if len({version.id for version in self.versions}) != len(self.versions):
            raise BadInputError("version", "must be unique within the policy book")
        for before, after in pairwise(self.versions):
            if after.effective_from <= before.effective_from:
                raise BadInputError("effective_from", f"of {after.id} must follow {before.id}")
            if is_material(before, after) and not after.material:
                changed = next(c.field for c in differences(before, after) if c.material)
                raise BadInputError("material", f"of {after.id} must be true: {changed} changes")

    @classmethod
    def of(cls, texts: Iterable[str]) -> Self:
        """Return the book of these policy files, in any order."""
        read = [read_version(text) for text in texts]
        return cls(tuple(sorted(read, key=lambda version: version.effective_from)))

    def version(self, version_id: str) -> PolicyVersion:
        """Return the version an order pinned.

        Raises:
            BadInputError: the book has no such version.
        """
        for version in self.versions:
            if version.id == version_id:
                return version
        known = ", ".join(version.id for version in self.versions)
        raise BadInputError("policy_version", f"must be one of {known}, is {version_id!r}")

    def in_force(
        self, at: datetime, notices_out: Mapping[str, datetime] | None = None
    ) -> PolicyVersion:
        """Return the version that governs a purchase at an instant.

        A material version counts only if its notices were all out early enough; without word of
        that it does not, so forgetting to ask never takes a right away. What lies before the first
        version on file is judged by the first: there is no other, and a grant is never refused.

        Args:
            at: the instant, aware.
            notices_out: by version id, when the last of its notices had gone out; what the book
                itself knows, if not given.
        """
        out_at = self.notices_out if notices_out is None else notices_out.get
        current = self.versions[0]
        for version in self.versions[1:]:
            if version.effective_from > at:
                break
            # Against the version really in force: a minor version after a held-back material one
            # must not carry the material change in.
            if not is_material(current, version) or notice_given(
                current, version, out_at(version.id)
            ):
                current = version
        return current

    def held_back(
        self, at: datetime, notices_out: Mapping[str, datetime] | None = None
    ) -> tuple[PolicyVersion, ...]:
        """Return versions whose date has come but which lack their notice: each is an alarm."""
        return tuple(
            version
            for version in self.versions[1:]
            if version.effective_from <= at
            and self.in_force(version.effective_from, notices_out) != version
        )

    def upcoming(self, at: datetime) -> tuple[PolicyVersion, ...]:
        """Return the versions whose date is still to come."""
        return tuple(version for version in self.versions if version.effective_from > at)

    def diff(self, before: str, after: str) -> tuple[Change, ...]:
        """Return what changes between two versions, by id."""
        return differences(self.version(before), self.version(after))


@cache
def packaged_book() -> PolicyBook:
    """Return the book that ships with the code."""
    folder = files(__package__).joinpath("book")
    return PolicyBook.of(
        entry.read_text("utf-8") for entry in folder.iterdir() if entry.name.endswith(".json")
    )
