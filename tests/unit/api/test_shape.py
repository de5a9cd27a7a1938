"""Shapes: what is read is within its limits, and what is written is read back."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reprise.api import answers, inbound, sold
from reprise.api.routes import ROUTES
from reprise.api.shape import Text, Whole, _inner, forms_of, is_optional, read, stamp, write
from reprise.errors import BadInputError


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Part:
    count: Annotated[int, Whole(1, 9)]


@dataclass(frozen=True, slots=True)
class Thing:
    name: Annotated[str, Text(4, r"[a-z]+", "lower case")]
    parts: tuple[Part, ...]
    at: datetime | None
    is_new: bool = False
    colour: Colour | None = None


GOOD = {"name": "abc", "parts": [{"count": 1}], "at": "2026-10-01T12:00:00.1239+02:00"}


def test_a_shape_is_read_with_its_defaults_in_utc_and_whole_milliseconds():
    at = datetime(2026, 10, 1, 10, 0, 0, 123000, tzinfo=UTC)
    assert read(Thing, GOOD) == Thing("abc", (Part(1),), at)


@pytest.mark.parametrize(
    ("change", "field", "fix"),
    [
        ({"name": "ABC"}, "thing.name", "must be lower case, at most 4 characters"),
        ({"name": "abcde"}, "thing.name", "must be lower case, at most 4 characters"),
        ({"name": "abc\n"}, "thing.name", "must be lower case, at most 4 characters"),
        ({"name": ""}, "thing.name", "must be lower case, at most 4 characters"),
        ({"name": None}, "thing.name", "must be a text"),
        ({"parts": {}}, "thing.parts", "must be a JSON array"),
        ({"parts": [{"count": 1}, {"count": 0}]}, "thing.parts.1.count", "must be from 1 to 9"),
        ({"parts": [{"count": True}]}, "thing.parts.0.count", "must be a whole number"),
        ({"parts": [{"count": "9" * 19}]}, "thing.parts.0.count", "must be a whole number"),
        ({"parts": [{"count": "²"}]}, "thing.parts.0.count", "must be a whole number"),
        ({"at": "2026-10-01"}, "thing.at", "must say its offset, like 2026-05-02T00:00:00Z"),
        ({"at": "9999-12-31T23:59:59-14:00"}, "thing.at", "must be like 2026-05-02T00:00:00Z"),
        ({"is_new": 1}, "thing.is_new", "must be true or false"),
        ({"colour": "blue"}, "thing.colour", "must be one of red"),
        ({"nmae": "x"}, "thing.nmae", "is not known; remove it or correct its name"),
    ],
)
def test_what_is_outside_its_limits_is_refused_with_field_and_fix(change, field, fix):
    with pytest.raises(BadInputError) as refused:
        read(Thing, GOOD | change, "thing")
    assert (refused.value.field, refused.value.fix) == (field, fix)


def test_what_is_missing_is_named():
    with pytest.raises(BadInputError, match="at: must be stated"):
        read(Thing, {"name": "abc", "parts": []})


def test_a_reader_of_answers_lets_them_grow():
    grown = GOOD | {"parts": [{"count": 1, "colour": 7}], "size": 3}
    assert read(Thing, grown, strict=False) == read(Thing, GOOD)


def test_a_query_says_numbers_in_digits():
    assert read(Part, {"count": "7"}) == Part(7)


@given(
    st.builds(
        Thing,
        name=st.from_regex(r"[a-z]{1,4}", fullmatch=True),
        parts=st.lists(st.builds(Part, count=st.integers(1, 9)), max_size=3).map(tuple),
        at=st.none() | st.datetimes(timezones=st.just(UTC)).map(lambda t: t.replace(microsecond=0)),
        is_new=st.booleans(),
        colour=st.none() | st.sampled_from(Colour),
    )
)
def test_what_is_written_is_read_back(thing):
    assert read(Thing, write(thing)) == thing


def test_an_instant_is_written_in_utc():
    assert stamp(datetime.fromisoformat("2026-10-01T12:00:00+02:00")) == "2026-10-01T10:00:00.000Z"


def test_every_text_that_comes_in_is_bounded():
    """Anything else would be a way to fill the ledger, or the log."""
    for route in ROUTES:
        for name, form in inbound_forms(route.inbound):
            limits = [limit for limit in getattr(form, "__metadata__", ()) if limit]
            assert limits or form not in {str, int}, (route.name, name)


def inbound_forms(kind):
    for name, form in forms_of(kind).items():
        yield name, _inner(form) if is_optional(form) else form


def test_what_goes_out_says_what_it_means():
    for module in (answers, sold, inbound):
        for kind in vars(module).values():
            if isinstance(kind, type) and kind.__module__ == module.__name__:
                assert kind.__doc__, kind
                assert not kind.__doc__.startswith(f"{kind.__name__}("), kind
