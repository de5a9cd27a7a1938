"""Days as the law and the policy count them: withdrawal windows, business days, dates of mails.

The withdrawal window counts as Regulation (EEC, Euratom) No 1182/71 does, which recital 41 of
Directive 2011/83/EU makes the rule for it: the day of the purchase is not counted (article 3(1)),
the window ends with the last hour of its last day (3(2)), and a last day on a public holiday,
Sunday or Saturday moves to the next working day (3(4)).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from zoneinfo import ZoneInfo

from reprise.documents import array, exactly, obj, read_document, string, whole
from reprise.errors import BadInputError
from reprise.policy.countries import COUNTRIES

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Holidays:
    """Public holidays that fall on weekdays, from January of one year to December of another.

    Args:
        year_from: first year the table covers.
        year_to: last year it covers.
        national: days kept in the whole country, by country.
        regional: days kept in a part of it only, by country.
    """

    year_from: int
    year_to: int
    national: Mapping[str, frozenset[date]]
    regional: Mapping[str, frozenset[date]]

    def covers(self, day: date) -> bool:
        """Return whether the table knows the year of a day."""
        return self.year_from <= day.year <= self.year_to


@dataclass(frozen=True, slots=True)
class WithdrawalWindow:
    """When a right of withdrawal ends.

    Args:
        ends_at: first instant (UTC) that is too late.
        ends_at_with_regional: the same, had the customer kept every regional holiday; a request in
            between is a person's, since a Stripe country does not say the region.
        is_certain: False where the holiday table does not reach; then a person must look.
    """

    ends_at: datetime
    ends_at_with_regional: datetime
    is_certain: bool


def in_eea(country: str) -> bool:
    """Return whether a country's consumers have the EU withdrawal right (ISO code, any case)."""
    return country.upper() in COUNTRIES


def withdrawal_window(bought_at: datetime, country: str, days: int) -> WithdrawalWindow:
    """Return the window to withdraw from a purchase.

    Args:
        bought_at: the instant of the purchase.
        country: ISO code of the consumer's EU or EEA country.
        days: length of the window.

    Raises:
        BadInputError: the country is outside the EEA, so that there is no such window.
    """
    if not in_eea(country):
        raise BadInputError("country", f"must be a country of the EEA, is {country!r}")
    keeps, zones = COUNTRIES[country.upper()]
    table = packaged_holidays()
    national = table.national.get(keeps, frozenset())
    everywhere = national | table.regional.get(keeps, frozenset())
    last_days = {zone: _day_in(bought_at, zone) + timedelta(days=days) for zone in zones}
    return WithdrawalWindow(
        ends_at=max(_end_of(_working(day, national), zone) for zone, day in last_days.items()),
        ends_at_with_regional=max(
            _end_of(_working(day, everywhere), zone) for zone, day in last_days.items()
        ),
        is_certain=all(table.covers(day) for day in last_days.values()),
    )


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """When the operator's desk is open.

    Args:
        zone: its IANA time zone.
        country: whose public holidays are closed days; none beside weekends if empty or unknown.
    """

    zone: str
    country: str = ""

    def due(self, received_at: datetime, days: int) -> datetime:
        """Return when something promised within some business days is overdue.

        What arrives on a closed day counts as arriving when the next business day begins. Nought
        days means by the end of that business day; otherwise it is the same time of day so many
        business days later, which is the strict reading of "within".

        Args:
            received_at: the instant it arrived.
            days: business days, 0 or more.
        """
        closed = packaged_holidays().national.get(self.country.upper(), frozenset())
        local = received_at.astimezone(ZoneInfo(self.zone))
        day, at = local.date(), local.time()
        if _working(day, closed) != day:
            day, at = _working(day, closed), time()
        if days == 0:
            return _end_of(day, self.zone)
        for _ in range(days):
            day = _working(day + timedelta(days=1), closed)
        return datetime.combine(day, at, ZoneInfo(self.zone)).astimezone(UTC)


def sent_at(date_header: datetime | None, received_at: datetime, trust_hours: int) -> datetime:
    """Return when a mail counts as sent: its own date while that is plausible, else its receipt.

    Args:
        date_header: the mail's `Date`, aware; None if it has none that can be read.
        received_at: when our own server took it in.
        trust_hours: how far the two may lie apart.
    """
    if date_header is None or not (
        timedelta(0) <= received_at - date_header <= timedelta(hours=trust_hours)
    ):
        return received_at
    return date_header.astimezone(UTC)


@cache
def packaged_holidays() -> Holidays:
    """Return the table that ships with the code; `ops/holiday_table.py` writes it."""
    return read_holidays(files(__package__).joinpath("holidays.json").read_text("utf-8"))


def read_holidays(text: str) -> Holidays:
    """Read a holiday table.

    Args:
        text: JSON; per country and year, days as `MMDD` separated by blanks.

    Raises:
        BadInputError: the table cannot be read.
    """
    document = read_document("holidays", text)
    exactly("", document, ("source", "years", "national", "regional"))
    years = [whole("years", year) for year in array("years", document["years"])]
    return Holidays(
        year_from=min(years, default=0),
        year_to=max(years, default=0),
        national=_days("national", obj("national", document["national"])),
        regional=_days("regional", obj("regional", document["regional"])),
    )


def _days(at: str, section: Mapping[str, object]) -> Mapping[str, frozenset[date]]:
    return MappingProxyType(
        {
            country: frozenset(
                date.fromisoformat(f"{year}{day}")
                for year, days in obj(f"{at}.{country}", by_year).items()
                for day in string(f"{at}.{country}.{year}", days).split()
            )
            for country, by_year in section.items()
        }
    )


def _day_in(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def _working(day: date, holidays: frozenset[date]) -> date:
    """Return the day itself if it is a working day, else the next one that is."""
    while day.weekday() >= _SATURDAY or day in holidays:
        day += timedelta(days=1)
    return day


def _end_of(day: date, zone: str) -> datetime:
    """Return the first instant after a day in a zone, as UTC."""
    midnight = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
    return midnight.astimezone(UTC)
