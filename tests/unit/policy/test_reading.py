import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from reprise.documents import read_document
from reprise.errors import BadInputError
from reprise.policy.reading import read_version

from tests.support.policy import FIRST, FIRST_TEXT, document


def header(**changes):
    return json.dumps(document() | changes)


def without(name):
    return json.dumps({key: value for key, value in document().items() if key != name})


def values(**changes):
    return json.dumps(document(**changes))


def clause(index, **changes):
    changed = document()
    changed["clauses"][index] |= changes
    return json.dumps(changed)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "policy file: must be JSON"),
        ("[]", "policy file: must be a JSON object"),
        ('{"a": 1, "a": 2}', "policy file: .*'a' is stated twice"),
        ('{"a": 1.5}', "policy file: .*1.5 is not a whole number"),
        ('{"a": NaN}', "policy file: .*NaN is not a whole number"),
        ("[" * 100_000, "policy file: must be JSON"),
        (without("material"), "material: must be stated"),
        (header(extra=1), "extra: is not known"),
        (header(material="no"), "material: must be true or false"),
        (header(version=" "), "version: must be a text"),
        (header(effective_from="tomorrow"), "effective_from: must be like"),
        (header(effective_from="2026-05-02T00:00:00"), "effective_from: must say its offset"),
        (header(clauses={}), "clauses: must be a JSON array"),
        (header(clauses=[]), "values.promise_minutes: must be stated"),
        (clause(0, id="packs_final"), "clauses.8.id: must be unique"),
        (clause(0, values=[]), "clauses.0.values: must be a JSON object"),
        (clause(1, values={"leftover_days": 1}), "12.values.leftover_days: is stated above"),
        (clause(3, values={"leftovers": 1}), "values.leftovers: is not known"),
        (clause(3, says=""), "clauses.3.says: must be a text"),
        (clause(3, says=None), "clauses.3.says: must be a text"),
        (clause(3, why=""), "clauses.3.why: must be a text"),
        (clause(3, id="renamed"), "clauses: must hold success_final as well"),
        (values(leftover_days=True), "leftover_days: must be a whole number"),
        (values(leftover_days=-1), "leftover_days: must be a whole number of 0 or more"),
        (values(leftover_days=0), "leftover_days: must be 1 to 3650, is 0"),
        (values(withdrawal_days=13), "withdrawal_days: must be 14 to 365, is 13"),
        (values(notice_days=13), "notice_days: must be 14"),
        (values(poll_from_minute=20), "poll_from_minute: must be earlier than deadline_minutes"),
        (values(deadline_minutes=31), "deadline_minutes: must leave 30 minutes of slack"),
        (values(min_expiry_notice_days=61), "min_expiry_notice_days: must not exceed"),
        (values(expiry_reminder_days=[3, 14]), "expiry_reminder_days: must fall"),
        (values(expiry_reminder_days=[60]), "expiry_reminder_days: must fall"),
        (values(upgrade_rule="free"), "upgrade_rule: must be one of paid_share, none"),
        (values(freezes_on=["rumour"]), "freezes_on: must be one of dispute"),
        (values(operations_covered=["wav", "wav"]), "operations_covered: must not name"),
        (values(four_eyes_minor={"USD": 1}), "four_eyes_minor.USD: must be a lower-case ISO"),
        (values(four_eyes_minor={"dollar": 1}), "four_eyes_minor.dollar: must be a lower-case"),
    ],
)  # fmt: skip
def test_an_error_names_the_field_and_the_fix(text, message):
    with pytest.raises(BadInputError, match=message):
        read_version(text)


def test_an_offset_is_read_as_its_instant():
    read = read_version(header(effective_from="2026-05-02T02:00:00+02:00"))
    assert read.effective_from == datetime(2026, 5, 2, tzinfo=UTC)
    assert read.effective_from.tzinfo is UTC


def test_a_version_made_in_code_must_be_in_utc():
    local = FIRST.effective_from.astimezone(timezone(timedelta(hours=2)))
    with pytest.raises(BadInputError, match="effective_from: must be an instant in UTC"):
        replace(FIRST, effective_from=local)


def test_a_document_keeps_its_values():
    assert read_document("policy file", FIRST_TEXT)["version"] == "2026-05-02"
