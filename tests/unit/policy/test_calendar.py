import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from reprise.errors import BadInputError
from reprise.policy.calendar import (
    BusinessCalendar,
    in_eea,
    packaged_holidays,
    read_holidays,
    sent_at,
    withdrawal_window,
)
from reprise.policy.countries import COUNTRIES

from ops.holiday_table import TARGET, text


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("bought", "country", "ends"),
    [
        # Thursday to Thursday, midnight in Berlin (summer time, then winter time).
        (utc(2026, 9, 10, 12), "DE", utc(2026, 9, 24, 22)),
        (utc(2026, 11, 5, 12), "de", utc(2026, 11, 19, 23)),
        # Already the next day in Berlin, so that day is the one that is not counted.
        (utc(2026, 9, 10, 22, 0), "DE", utc(2026, 9, 25, 22)),
        (utc(2026, 9, 10, 21, 59), "DE", utc(2026, 9, 24, 22)),
        # A last day on Saturday or Sunday moves to Monday.
        (utc(2026, 9, 12, 12), "DE", utc(2026, 9, 28, 22)),
        (utc(2026, 9, 13, 12), "DE", utc(2026, 9, 28, 22)),
        # Christmas Day is a Friday, Boxing Day a Saturday: Monday.
        (utc(2026, 12, 11, 12), "DE", utc(2026, 12, 28, 23)),
        # Good Friday and Easter Monday; in France the Friday is a working day.
        (utc(2027, 3, 12, 12), "DE", utc(2027, 3, 30, 22)),
        (utc(2027, 3, 12, 12), "FR", utc(2027, 3, 26, 23)),
        # Orthodox Easter Monday.
        (utc(2026, 3, 30, 12), "GR", utc(2026, 4, 14, 21)),
        # The window crosses the change to winter time.
        (utc(2026, 10, 15, 12), "SE", utc(2026, 10, 29, 23)),
        # Several zones: the one that ends last, be it by an hour or by a day.
        (utc(2026, 9, 10, 12), "PT", utc(2026, 9, 25, 0)),
        (utc(2026, 10, 1, 22, 30), "ES", utc(2026, 10, 16, 22)),
        (utc(2026, 9, 10, 12), "IS", utc(2026, 9, 25, 0)),
        # Outermost regions keep French holidays in their own time.
        (utc(2026, 7, 31, 12), "GP", utc(2026, 8, 15, 4)),
        (utc(2026, 6, 30, 12), "RE", utc(2026, 7, 15, 20)),
    ],
)
def test_the_last_day_ends_at_midnight_in_the_customers_country(bought, country, ends):
    window = withdrawal_window(bought, country, 14)
    assert window.ends_at == ends
    assert window.is_certain


def test_a_holiday_of_a_part_of_the_country_leaves_doubt():
    """Corpus Christi 2027 is kept in Bavaria, not in Berlin."""
    window = withdrawal_window(utc(2027, 5, 13, 12), "DE", 14)
    assert window.ends_at == utc(2027, 5, 27, 22)
    assert window.ends_at_with_regional == utc(2027, 5, 28, 22)


def test_beyond_the_table_nothing_is_certain():
    last = packaged_holidays().year_to
    assert withdrawal_window(utc(last, 12, 1), "DE", 14).is_certain
    assert not withdrawal_window(utc(last, 12, 30), "DE", 14).is_certain


@pytest.mark.parametrize("country", ["US", "GB", "CH", "", "XX"])
def test_outside_the_eea_there_is_no_window(country):
    assert not in_eea(country)
    with pytest.raises(BadInputError, match="country: must be a country of the EEA"):
        withdrawal_window(utc(2026, 9, 10), country, 14)


def test_all_of_the_eea_is_known():
    assert len({keeper for keeper, _ in COUNTRIES.values()}) == 30
    assert packaged_holidays().national.keys() == {keeper for keeper, _ in COUNTRIES.values()}


@example(datetime(2030, 3, 18, 22, tzinfo=UTC), "AT")
@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2035, 11, 30), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds of an aware strategy
    st.sampled_from(sorted(COUNTRIES)),
)
def test_a_window_is_never_short_and_ends_after_a_working_day(bought, country):
    window = withdrawal_window(bought, country, 14)
    # Where clocks go forward on the way, a day of it has 23 hours.
    assert timedelta(days=14, hours=-1) < window.ends_at - bought < timedelta(days=25)
    assert window.ends_at <= window.ends_at_with_regional
    keeper, zones = COUNTRIES[country]
    last_days = [
        (window.ends_at - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() for zone in zones
    ]
    national = packaged_holidays().national[keeper]
    assert any(day.weekday() < 5 and day not in national for day in last_days)


@pytest.mark.parametrize(
    ("received", "days", "country", "due"),
    [
        # Monday morning: by the same time on Tuesday; the same day: by midnight.
        (utc(2026, 9, 14, 8), 1, "DE", utc(2026, 9, 15, 8)),
        (utc(2026, 9, 14, 8), 0, "DE", utc(2026, 9, 14, 22)),
        # Friday afternoon: over the weekend.
        (utc(2026, 9, 11, 14), 1, "DE", utc(2026, 9, 14, 14)),
        # Saturday counts as the first minute of Monday.
        (utc(2026, 9, 12, 14), 1, "DE", utc(2026, 9, 14, 22)),
        (utc(2026, 9, 12, 14), 0, "DE", utc(2026, 9, 14, 22)),
        # Over Christmas and the weekend; without a country only the weekend is closed.
        (utc(2026, 12, 24, 9), 1, "DE", utc(2026, 12, 28, 9)),
        (utc(2026, 12, 24, 9), 1, "", utc(2026, 12, 25, 9)),
        (utc(2026, 12, 24, 9), 3, "", utc(2026, 12, 29, 9)),
        # The same time of day, through the change to winter time.
        (utc(2026, 10, 23, 8), 1, "DE", utc(2026, 10, 26, 9)),
    ],
)
def test_business_days_skip_weekends_and_holidays(received, days, country, due):
    assert BusinessCalendar("Europe/Berlin", country).due(received, days) == due


RECEIVED = utc(2026, 9, 20, 12)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, RECEIVED),
        (RECEIVED - timedelta(hours=3), RECEIVED - timedelta(hours=3)),
        (RECEIVED - timedelta(hours=48), RECEIVED - timedelta(hours=48)),
        (RECEIVED - timedelta(hours=48, seconds=1), RECEIVED),
        (RECEIVED + timedelta(seconds=1), RECEIVED),
    ],
)
def test_a_mails_own_date_counts_while_it_is_plausible(header, expected):
    assert sent_at(header, RECEIVED, 48) == expected


def test_the_table_is_what_the_library_says():
    """The locked release of `holidays` is the source; run `python -m ops.holiday_table` if not."""
    assert json.loads(TARGET.read_text("utf-8")) == json.loads(text())


def test_a_table_is_read_by_country_and_year():
    table = read_holidays(
        '{"source": "us", "years": [2026, 2027], "national": {"DE": {"2026": "0101 1225"}},'
        ' "regional": {}}'
    )
    assert table.national["DE"] == {date(2026, 1, 1), date(2026, 12, 25)}
    assert table.covers(date(2027, 1, 1))
    assert not table.covers(date(2028, 1, 1))
