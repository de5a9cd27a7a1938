"""Reading one field at a time out of JSON that somebody else shaped.

Three questions, three answers: a field that must be there and is not, or is of another kind, is a
`BadInputError` naming its path; `null` where Stripe allows it is `None`; a field that Stripe may
leave out altogether is read with a `maybe_` method. So a field that moved in a new API version is
noticed, never silently `None`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Self

from reprise.errors import BadInputError

TEXT_CHARS_MAX = 500
ITEMS_MAX = 1_000
NUMBER_MAX = 10**15
INSTANT_MAX_S = 253_402_300_799  # 9999-12-31T23:59:59Z, the last one a datetime holds

_COUNTRY_CHARS = 2
_CURRENCY_CHARS = 3


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one JSON object.

    Args:
        values: the object.
        path: where it stands in what was sent, for messages.
    """

    values: Mapping[str, object]
    path: str = ""

    def has(self, key: str) -> bool:
        """Return whether the field is there, `null` included."""
        return key in self.values

    def fault(self, key: str, fix: str) -> BadInputError:
        """Return the error that names this field."""
        return BadInputError(self._at(key), fix)

    def nested(self, key: str) -> Self:
        """Return a required object."""
        return _required(self, key, self.nested_or_none(key))

    def nested_or_none(self, key: str) -> Self | None:
        """Return an object, or None for null."""
        value = self._present(key)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise self.fault(key, "must be an object")
        return type(self)(value, self._at(key))

    def maybe_nested(self, key: str) -> Self:
        """Return an object that may be left out, empty if it is."""
        found = self.nested_or_none(key) if self.has(key) else None
        return found or type(self)({}, self._at(key))

    def items(self, key: str) -> tuple[Self, ...]:
        """Return a required array of objects."""
        value = self._present(key)
        if not isinstance(value, list) or len(value) > ITEMS_MAX:
            raise self.fault(key, f"must be an array of at most {ITEMS_MAX}")
        for index, item in enumerate(value):
            if not isinstance(item, Mapping):
                raise self.fault(f"{key}[{index}]", "must be an object")
        return tuple(
            type(self)(item, self._at(f"{key}[{index}]")) for index, item in enumerate(value)
        )

    def maybe_items(self, key: str) -> tuple[Self, ...]:
        """Return an array of objects that may be null or left out, empty if it is."""
        return () if self.values.get(key) is None else self.items(key)

    def text(self, key: str) -> str:
        """Return required text: not empty, printable, bounded."""
        return _required(self, key, self.text_or_none(key))

    def text_or_none(self, key: str) -> str | None:
        """Return text, or None for null."""
        value = self._present(key)
        if value is None:
            return None
        if not isinstance(value, str) or not 0 < len(value) <= TEXT_CHARS_MAX:
            raise self.fault(key, f"must be text of 1 to {TEXT_CHARS_MAX} characters")
        # Control characters and lone surrogates cannot be stored or logged faithfully.
        if not value.isprintable():
            raise self.fault(key, "must be printable text")
        return value

    def maybe_text(self, key: str) -> str | None:
        """Return text that may be left out."""
        return self.text_or_none(key) if self.has(key) else None

    def maybe_name(self, key: str) -> str | None:
        """Return text that may be left out, without the blanks around it, and not blank itself."""
        text = self.maybe_text(key)
        if text is not None and not text.strip():
            raise self.fault(key, "must not be blank")
        return text and text.strip()

    def ref(self, key: str) -> str:
        """Return the required id of another object, expanded or not."""
        return _required(self, key, self.ref_or_none(key))

    def ref_or_none(self, key: str) -> str | None:
        """Return the id of another object, expanded or not; None for null."""
        if isinstance(self.values.get(key), Mapping):
            return self.nested(key).text("id")
        return self.text_or_none(key)

    def maybe_ref(self, key: str) -> str | None:
        """Return the id of another object that may be left out."""
        return self.ref_or_none(key) if self.has(key) else None

    def choice[T: str](self, key: str, allowed: Collection[T]) -> T:
        """Return required text that is one of the known words."""
        value = self.text(key)
        for word in allowed:
            if word == value:
                return word
        raise self.fault(key, f"must be one of {', '.join(allowed)}")

    def flag(self, key: str) -> bool:
        """Return a required boolean."""
        value = self._present(key)
        if not isinstance(value, bool):
            raise self.fault(key, "must be true or false")
        return value

    def maybe_flag(self, key: str) -> bool:
        """Return a boolean that may be null or left out, which means false."""
        return False if self.values.get(key) is None else self.flag(key)

    def number(self, key: str) -> int:
        """Return a required integer, of either sign."""
        return _required(self, key, self.number_or_none(key))

    def number_or_none(self, key: str) -> int | None:
        """Return an integer of either sign, or None for null."""
        value = self._present(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > NUMBER_MAX:
            raise self.fault(key, f"must be an integer of at most {NUMBER_MAX}")
        return value

    def maybe_number(self, key: str) -> int | None:
        """Return an integer that may be left out."""
        return self.number_or_none(key) if self.has(key) else None

    def maybe_rate(self, key: str) -> Fraction | None:
        """Return a rate above zero, exactly as it was written, that may be null or left out."""
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0:
            raise self.fault(key, "must be a number above zero")
        return Fraction(str(value))

    def amount(self, key: str) -> int:
        """Return a required amount of money, not negative, in minor units."""
        return _required(self, key, self.amount_or_none(key))

    def amount_or_none(self, key: str) -> int | None:
        """Return an amount of money, not negative, in minor units; None for null."""
        value = self.number_or_none(key)
        if value is not None and value < 0:
            raise self.fault(key, "must not be negative")
        return value

    def currency(self, key: str = "currency") -> str:
        """Return a required currency code, as Stripe writes it: three small letters."""
        value = self.text(key)
        if len(value) != _CURRENCY_CHARS or not (value.isascii() and value.isalpha()):
            raise self.fault(key, "must be a three-letter currency code")
        return value.lower()

    def maybe_country(self, key: str = "country") -> str | None:
        """Return a country code that may be left out or blank: two capital letters."""
        if self.values.get(key) in (None, ""):
            return None
        value = self.text(key)
        if len(value) != _COUNTRY_CHARS or not (value.isascii() and value.isalpha()):
            raise self.fault(key, "must be a two-letter country code")
        return value.upper()

    def instant(self, key: str) -> datetime:
        """Return a required instant, UTC, from seconds since 1970."""
        return _required(self, key, self.instant_or_none(key))

    def instant_or_none(self, key: str) -> datetime | None:
        """Return an instant, UTC, from seconds since 1970; None for null."""
        value = self.number_or_none(key)
        if value is None:
            return None
        if not 0 <= value <= INSTANT_MAX_S:
            raise self.fault(key, "must be seconds since 1970")
        return datetime.fromtimestamp(value, UTC)

    def maybe_instant(self, key: str) -> datetime | None:
        """Return an instant that may be left out."""
        return self.instant_or_none(key) if self.has(key) else None

    def _at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def _present(self, key: str) -> object:
        if key not in self.values:
            raise self.fault(key, "must be present")
        return self.values[key]


def _required[T](fields: Fields, key: str, value: T | None) -> T:
    if value is None:
        raise fields.fault(key, "must not be null")
    return value
