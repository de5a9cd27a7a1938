from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reprise.errors import BadInputError
from reprise.policy.book import PolicyBook, packaged_book
from reprise.policy.change import check_publishable
from reprise.policy.reading import VALUE_NAMES, read_version
from reprise.providers.operation import Operation
from reprise.providers.promises import PROMISES

from tests.support.files import SHARED
from tests.support.policy import DAY, FIRST, FIRST_TEXT, text

JUNE = datetime(2026, 6, 1, tzinfo=UTC)
JULY = datetime(2026, 7, 1, tzinfo=UTC)
PUBLISHED_TEXT = SHARED / "seed/refund-policy.txt"


def shorter(**values):
    """A material second version from June."""
    return text("2026-06-01", JUNE, material=True, leftover_days=30, **values)


def test_the_first_version_says_what_the_policy_says():
    said = {name: getattr(FIRST, name) for name in VALUE_NAMES}
    assert (
        said
        | {
            "promise_minutes": 60,
            "deadline_minutes": 20,
            "poll_from_minute": 5,
            "user_wait_hours_max": 24,
            "pack_credit_minutes": 60,
            "leftover_days": 60,
            "reissue_days": 7,
            "min_expiry_notice_days": 7,
            "withdrawal_days": 14,
            "notice_days": 14,
            "billing_error_business_days": 1,
            "mail_date_trust_hours": 48,
        }
        == said
    )
    assert datetime(2026, 5, 2, tzinfo=UTC) == FIRST.effective_from
    assert packaged_book().versions[0] == FIRST


def test_operations_and_the_stem_threshold_are_those_of_the_providers():
    assert FIRST.operations_covered == tuple(Operation)
    assert FIRST.stems_12_delivered_min == PROMISES[Operation.STEMS_12].enough


def test_every_value_stands_beside_one_clause():
    placed = [name for clause in FIRST.clauses for name in clause.values]
    assert sorted(placed) == sorted(VALUE_NAMES)


def test_every_sentence_is_the_published_one():
    if not PUBLISHED_TEXT.exists():
        pytest.skip("the published policy is not beside this checkout")
    published = PUBLISHED_TEXT.read_text("utf-8")
    assert [clause.id for clause in FIRST.clauses if clause.says not in published] == []


def test_the_hash_follows_the_content_not_the_layout():
    assert read_version(text()).content_hash == FIRST.content_hash
    assert read_version(text(reissue_days=8)).content_hash != FIRST.content_hash


def test_an_unlisted_currency_has_no_small_amount():
    assert FIRST.four_eyes_amount("USD") == 10_000
    assert FIRST.four_eyes_amount("xau") == 0


def test_an_unknown_version_or_clause_is_named():
    with pytest.raises(BadInputError, match="policy_version: must be one of 2026-05-02, is '1999'"):
        packaged_book().version("1999")
    with pytest.raises(BadInputError, match="clause: must be a clause of policy 2026-05-02"):
        FIRST.clause("nonsense")


@pytest.mark.parametrize(
    ("at", "notice_out", "expected"),
    [
        (JUNE - timedelta(seconds=1), JUNE - 14 * DAY, "2026-05-02"),
        (JUNE, JUNE - 14 * DAY, "2026-06-01"),
        (JUNE, JUNE - 14 * DAY + timedelta(seconds=1), "2026-05-02"),
        (JUNE, None, "2026-05-02"),
        (FIRST.effective_from - DAY, None, "2026-05-02"),
    ],
)
def test_a_material_version_waits_for_its_notice(at, notice_out, expected):
    """Fourteen days before its date the last notice must be out, or it does not take effect."""
    book = PolicyBook.of([shorter(), FIRST_TEXT])
    notices = {} if notice_out is None else {"2026-06-01": notice_out}
    assert book.in_force(at, notices).id == expected
    held = ["2026-06-01"] if at >= JUNE and expected == "2026-05-02" else []
    assert [version.id for version in book.held_back(at, notices)] == held


def test_a_minor_version_carries_no_held_back_change_in():
    minor = text("2026-07-01", JULY, leftover_days=30, poll_from_minute=6)
    book = PolicyBook.of([FIRST_TEXT, shorter(), minor])
    assert book.in_force(JULY) == FIRST
    told = {"2026-06-01": JUNE - 14 * DAY}
    assert book.in_force(JULY, told).id == "2026-07-01"


def test_a_minor_version_takes_effect_without_notice():
    book = PolicyBook.of([FIRST_TEXT, text("minor", JUNE, poll_from_minute=6)])
    assert book.in_force(JUNE).poll_from_minute == 6
    assert [version.id for version in book.upcoming(JUNE - DAY)] == ["minor"]
    assert book.upcoming(JUNE) == ()


def test_a_difference_says_whether_it_is_material():
    changed = text(
        "2026-06-01",
        JUNE,
        material=True,
        leftover_days=30,
        poll_from_minute=6,
        trial_rule="full",
        expiry_reminder_days=[7],
        four_eyes_minor={"usd": 1, "eur": 2},
    )
    reworded = changed.replace("We don't auto-refund mid-period.", "No refund mid-period.")
    reworded = reworded.replace('"id": "benefits"', '"id": "perks"')
    book = PolicyBook.of([FIRST_TEXT, reworded])
    found = {c.field: (c.before, c.after, c.material) for c in book.diff(FIRST.id, "2026-06-01")}
    assert found["leftover_days"] == ("60", "30", True)
    assert found["poll_from_minute"] == ("5", "6", False)
    assert found["trial_rule"] == ("none", "full", True)
    assert found["expiry_reminder_days"] == ("14, 3", "7", True)
    assert found["four_eyes_minor"][1:] == ("eur 2, usd 1", False)
    assert found["clauses.no_mid_period"][1:] == ("No refund mid-period.", False)
    assert found["clauses.benefits"][1:] == ("", True)
    assert found["clauses.perks"][0] == ""
    assert len(found) == 8


def test_no_difference_is_found_in_the_same_version():
    assert packaged_book().diff(FIRST.id, FIRST.id) == ()


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ([], "policy book: must hold at least one version"),
        ([FIRST_TEXT, text("2026-05-02", JUNE)], "version: must be unique"),
        ([FIRST_TEXT, text("again")], "effective_from: of again must follow"),
        (
            [FIRST_TEXT, text("sly", JUNE, leftover_days=30)],
            "material: of sly must be true: leftover_days changes",
        ),
    ],
)
def test_a_book_that_contradicts_itself_is_refused(texts, message):
    with pytest.raises(BadInputError, match=message):
        PolicyBook.of(texts)


NOW = datetime(2026, 5, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("new", "message"),
    [
        (text("v", NOW + 14 * DAY, material=True, leftover_days=30), None),
        (text("v", NOW + 13 * DAY, material=True, leftover_days=30), "must be 2026-06-01"),
        (text("v", NOW + 14 * DAY, leftover_days=30), "material: must be true: leftover_days"),
        (text("v", NOW + DAY, poll_from_minute=6), None),
        (text("v", NOW - DAY, poll_from_minute=6), "effective_from: must be 2026-05-18"),
    ],
)  # fmt: skip
def test_a_version_is_published_only_if_its_notice_can_be_kept(new, message):
    if message is None:
        check_publishable(FIRST, read_version(new), NOW)
        return
    with pytest.raises(BadInputError, match=message):
        check_publishable(FIRST, read_version(new), NOW)


def test_a_version_cannot_be_published_before_the_one_it_follows():
    later = replace(FIRST, effective_from=NOW + 20 * DAY)
    with pytest.raises(BadInputError, match="later than that of 2026-05-02"):
        check_publishable(later, read_version(text("v", NOW + DAY)), NOW)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds of an aware strategy
def test_exactly_one_version_is_in_force_at_any_time(at):
    book = PolicyBook.of([FIRST_TEXT, shorter()])
    told = {"2026-06-01": JUNE - 20 * DAY}
    assert book.in_force(at, told).id == ("2026-06-01" if at >= JUNE else "2026-05-02")
