"""From the JSON of one policy file to a validated `PolicyVersion`."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import partial
from typing import Any

from reprise.canonical import Json, canonical_json, digest
from reprise.documents import (
    amounts,
    array,
    choice,
    exactly,
    flag,
    instant,
    obj,
    read_document,
    string,
    strings,
    whole,
    wholes,
)
from reprise.errors import BadInputError
from reprise.policy.version import (
    Clause,
    Freeze,
    PolicyVersion,
    TrialRule,
    UpgradeRule,
    whole_number_bounds,
)

_HEADER = ("version", "effective_from", "material", "summary", "clauses", "house_rules")
_DESCRIPTION = ("id", "effective_from", "material", "summary", "content_hash", "clauses")
VALUE_NAMES = tuple(f.name for f in fields(PolicyVersion) if f.name not in _DESCRIPTION)


def read_version(text: str) -> PolicyVersion:
    """Read one policy file.

    Args:
        text: the JSON document, shaped as the files in `policy/book/`.

    Raises:
        BadInputError: the document is no JSON, or a field is missing, unknown or unusable.
    """
    document = read_document("policy file", text)
    exactly("", document, _HEADER)
    clauses, values = _clauses(document)
    return PolicyVersion(
        id=string("version", document["version"]),
        effective_from=instant("effective_from", document["effective_from"]),
        material=flag("material", document["material"]),
        summary=string("summary", document["summary"]),
        content_hash=digest(canonical_json(document)),
        clauses=clauses,
        **_typed(values),
    )


def _clauses(document: Mapping[str, Json]) -> tuple[tuple[Clause, ...], dict[str, Json]]:
    """Return the clauses in their order, and every value by name, each stated once."""
    clauses: dict[str, Clause] = {}
    values: dict[str, Json] = {}
    for section in ("clauses", "house_rules"):
        for index, item in enumerate(array(section, document[section])):
            at = f"{section}.{index}"
            clause, own = _clause(at, obj(at, item), is_ours=section == "house_rules")
            if clause.id in clauses:
                raise BadInputError(f"{at}.id", f"must be unique, {clause.id!r} is taken")
            for name in own:
                if name in values:
                    raise BadInputError(f"{at}.values.{name}", "is stated above; keep one")
            clauses[clause.id] = clause
            values |= own
    return tuple(clauses.values()), values


def _clause(
    at: str, item: Mapping[str, Json], *, is_ours: bool
) -> tuple[Clause, Mapping[str, Json]]:
    """Return one clause; a sentence may go unexplained, a rule of the house must not."""
    if is_ours:
        exactly(at, item, ("id", "why", "values"))
    else:
        exactly(at, item, ("id", "says", "values"), "why")
    values = obj(f"{at}.values", item["values"])
    return Clause(
        id=string(f"{at}.id", item["id"]),
        says="" if is_ours else string(f"{at}.says", item["says"]),
        why=string(f"{at}.why", item["why"]) if "why" in item else "",
        values=tuple(values),
    ), values


def _typed(values: Mapping[str, Json]) -> dict[str, Any]:
    """Return the values as the types of `PolicyVersion`, which checks their ranges."""
    exactly("values", values, VALUE_NAMES)
    readers = _READERS | dict.fromkeys(whole_number_bounds(), whole)
    return {name: readers[name](name, value) for name, value in values.items()}


def _freezes(field: str, value: object) -> tuple[Freeze, ...]:
    return tuple(choice(field, item, Freeze) for item in strings(field, value))


_READERS: dict[str, Callable[[str, object], object]] = {
    "operations_covered": strings,
    "upgrade_rule": partial(choice, kind=UpgradeRule),
    "trial_rule": partial(choice, kind=TrialRule),
    "expiry_reminder_days": wholes,
    "four_eyes_minor": amounts,
    "freezes_on": _freezes,
}
