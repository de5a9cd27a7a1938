"""How versions differ, whether a difference is material, and when it may take effect."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from reprise.errors import BadInputError
from reprise.policy.version import PolicyVersion, whole_number_bounds

# Identity and wording of the file itself; clauses are compared one by one.
_NOT_COMPARED = frozenset(
    {"id", "effective_from", "material", "summary", "content_hash", "clauses"}
)
# Values that are no whole numbers (those say so in their bounds) and leave customers' rights alone.
_OURS = frozenset({"four_eyes_minor"})


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions.

    Args:
        field: the value's name, or `clauses.<id>` for a sentence.
        before: the older version's value as text; empty if it had none.
        after: the newer version's value as text; empty if it has none.
        material: whether customers must be told 14 days ahead.
    """

    field: str
    before: str
    after: str
    material: bool


def differences(before: PolicyVersion, after: PolicyVersion) -> tuple[Change, ...]:
    """Return what changes from one version to another: values first, then sentences.

    Another wording alone is not material by itself (it may mend a spelling); the file's own
    `material` says so where it is.
    """
    bounds = whole_number_bounds()
    changes = [
        Change(
            field.name,
            _shown(getattr(before, field.name)),
            _shown(getattr(after, field.name)),
            bounds[field.name].material if field.name in bounds else field.name not in _OURS,
        )
        for field in fields(PolicyVersion)
        if field.name not in _NOT_COMPARED
        and getattr(before, field.name) != getattr(after, field.name)
    ]
    old = {clause.id: clause.says for clause in before.clauses}
    new = {clause.id: clause.says for clause in after.clauses}
    changes += [
        Change(f"clauses.{name}", old.get(name, ""), new.get(name, ""), material=name not in new)
        for name in old | new
        if old.get(name) != new.get(name)
    ]
    return tuple(changes)


def is_material(before: PolicyVersion, after: PolicyVersion) -> bool:
    """Return whether going from one version to another needs notice: by its own word or by fact."""
    return after.material or any(change.material for change in differences(before, after))


def notice_given(before: PolicyVersion, after: PolicyVersion, out_at: datetime | None) -> bool:
    """Return whether the last notice of a version went out early enough for it to take effect.

    Args:
        before: the version in force, whose `notice_days` is what customers were promised.
        after: the version announced.
        out_at: when the last of its notices had gone out; None while they have not.
    """
    if out_at is None:
        return False
    return out_at + timedelta(days=before.notice_days) <= after.effective_from


def check_publishable(before: PolicyVersion, after: PolicyVersion, now: datetime) -> None:
    """Refuse a version that could not keep the notice, or would rewrite the past.

    Raises:
        BadInputError: names the field that is wrong and what it must be.
    """
    earliest = now
    if is_material(before, after):
        if not after.material:
            names = ", ".join(c.field for c in differences(before, after) if c.material)
            raise BadInputError("material", f"must be true: {names} changes")
        earliest = now + timedelta(days=before.notice_days)
    if after.effective_from < earliest:
        raise BadInputError(
            "effective_from", f"must be {earliest.isoformat()} or later, to keep the notice"
        )
    if after.effective_from <= before.effective_from:
        raise BadInputError("effective_from", f"must be later than that of {before.id}")


def _shown(value: object) -> str:
    if not isinstance(value, tuple):
        return str(value)
    return ", ".join(" ".join(map(str, x)) if isinstance(x, tuple) else str(x) for x in value)
