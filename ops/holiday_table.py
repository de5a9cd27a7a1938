"""Writes `policy/holidays.json` from the `holidays` library: `python -m ops.holiday_table`.

The library keeps thirty countries' laws better than we would, but weighs 9 MB and lets a new
release change an old answer; a table in the repository is 25 KB, needs no import and shows in a
diff what a release changed. A test compares the two under the locked release. Run it once a year:
some countries decree their bridge days late.
"""

import json
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Final

from holidays import country_holidays, list_supported_countries
from reprise.policy.countries import COUNTRIES

YEARS: Final = range(2026, 2036)
_KEEPERS: Final = sorted({keeper for keeper, _ in COUNTRIES.values()})
TARGET: Final = Path(__file__).parent.parent / "layers/common/reprise/policy/holidays.json"
_SATURDAY = 5


def table() -> dict[str, object]:
    """Return the table: weekday holidays by country and year, those of regions apart."""
    subdivisions = list_supported_countries()
    national: dict[str, dict[str, str]] = {}
    regional: dict[str, dict[str, str]] = {}
    for country in _KEEPERS:
        shared = _weekdays(country, None)
        local: set[date] = set()
        for subdivision in subdivisions[country]:
            local |= _weekdays(country, subdivision)
        national[country] = _by_year(shared)
        if local - shared:
            regional[country] = _by_year(local - shared)
    return {
        "source": f"holidays {version('holidays')}, public holidays on weekdays",
        "years": [YEARS[0], YEARS[-1]],
        "national": national,
        "regional": regional,
    }


def text() -> str:
    """Return the table as the text of its file."""
    return json.dumps(table(), indent=1) + "\n"


def _weekdays(country: str, subdivision: str | None) -> set[date]:
    days = country_holidays(country, subdiv=subdivision, years=YEARS)
    return {day for day in days if day.weekday() < _SATURDAY and day.year in YEARS}


def _by_year(days: set[date]) -> dict[str, str]:
    years = sorted({day.year for day in days})
    return {
        str(year): " ".join(f"{day:%m%d}" for day in sorted(days) if day.year == year)
        for year in years
    }


if __name__ == "__main__":
    TARGET.write_text(text(), "utf-8")
