"""Counting what is usable in a result."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from reprise.providers.rules import Goods, Outputs
from reprise.providers.values import (
    MALFORMED,
    MISSING,
    Absent,
    first,
    is_blank,
    is_inline,
    is_stream,
    is_url,
    lookup,
    opened,
    plain,
    whole,
    word,
)

# Slots of an object that are no outputs: what went in, and what is made on the side.
_BY_PRODUCTS = (
    *("origin", "source", "input", "image", "coverimage", "coverart", "thumbnail", "waveform"),
    *("spectrogram", "video", "stream", "callback", "webhook", "logs", "status", "metrics"),
)
_STATES = ("state", "status")
_RUNNING = frozenset(
    {"pending", "queued", "submitted", "starting", "processing", "running"}
    | {"in_progress", "generating", "streaming"}
)
_FAILED = frozenset({"failed", "fail", "failure", "error", "rejected", "canceled", "cancelled"})
# A file of no length or no bytes is not a file, whatever its address.
_LENGTHS = ("duration", "metadata.duration", "file_size")
_SOUND = re.compile(r"\.(?:mp3|wav|m4a|aac|flac|ogg|opus|midi?|zip)$", re.IGNORECASE)
_ASIDE = (*_BY_PRODUCTS, "config", "param", "prompt", "reference", "request", "upload")
_DEPTH_MAX = 8


@dataclass(frozen=True, slots=True)
class Tally:
    """What was found in one place.

    Args:
        usable: outputs that the customer can use, repeats counted once.
        listed: entries that stood for an output, usable or not.
        running: entries that say they are not finished.
        failed: entries that say they failed.
        present: the place itself was there, be it empty.
        malformed: something stood there that no output looks like.
    """

    usable: int = 0
    listed: int = 0
    running: int = 0
    failed: int = 0
    present: bool = False
    malformed: bool = False

    @property
    def rank(self) -> tuple[int, int, bool, bool]:
        """How much a place says; of several places the one that says most counts."""
        return (self.usable, self.listed, self.present, self.malformed)

    @classmethod
    def best(cls, tallies: Iterable[Self]) -> Self:
        """Return the one that says most."""
        return max(tallies, key=lambda tally: tally.rank, default=cls())


def count(body: object, places: Iterable[Outputs]) -> Tally:
    """Return what is usable in a result, at the place that holds most.

    Args:
        body: the provider's body.
        places: where outputs may stand.
    """
    return Tally.best(_count_at(lookup(body, place.at), place) for place in places)


def holds_a_file(body: object, depth: int = _DEPTH_MAX) -> bool:
    """Return whether a file of sound stands anywhere in a body, under whatever name.

    What says that it failed or is empty does not count, nor what went in or is made on the side.
    """
    body = opened(body)
    if isinstance(body, str):
        return is_url(body) and bool(_SOUND.search(urlsplit(body.strip()).path))
    if depth == 0 or not isinstance(body, Mapping | list):
        return False
    if isinstance(body, list):
        return any(holds_a_file(one, depth - 1) for one in body)
    if _is_void(body) or word(first(body, _STATES)) in _FAILED:
        return False
    names = (name for name in body if not plain(str(name)).startswith(_ASIDE))
    return any(holds_a_file(body[name], depth - 1) for name in names)


def _count_at(found: object, place: Outputs) -> Tally:
    if found is MISSING:
        return Tally()
    if found is MALFORMED:
        return Tally(malformed=True)
    items = list(_items(opened(found), place))
    if place.goods is Goods.NOTES:
        return _one_of(items, place, empty=is_blank(found))
    usable: set[str] = set()
    running = failed = 0
    for item in items:
        state = word(first(item, _STATES)) if isinstance(item, Mapping) else ""
        goods = None if state in _RUNNING | _FAILED else _goods(item, place)
        failed += state in _FAILED
        running += state in _RUNNING or (
            goods is None and state not in _FAILED and _is_streamed(item, place)
        )
        if goods is not None:
            usable.add(goods if place.goods is Goods.URL else str(len(usable)))
    malformed = any(_is_malformed(item, place) for item in items)
    return Tally(len(usable), len(items), running, failed, present=True, malformed=malformed)


def _one_of(items: list[object], place: Outputs, *, empty: bool) -> Tally:
    """All instruments are one file: some of them empty is normal, all of them is not."""
    usable = any(_goods(item, place) is not None for item in items)
    odd = not empty and any(_is_malformed(item, place) for item in items)
    return Tally(int(usable), 1, present=True, malformed=odd)


def _items(value: object, place: Outputs) -> Iterator[object]:
    if isinstance(value, list):
        for item in value:
            # A list of sets of named outputs, as advanced separations are listed.
            nested = place.slots and isinstance(item, Mapping) and not _holds_field(item, place)
            yield from _slots(item, place) if nested else (item,)
    elif isinstance(value, Mapping):
        if _holds_field(value, place):
            # An object where a list is expected is a list of one.
            yield value
        elif place.slots:
            yield from _slots(value, place)
        elif value:
            yield MALFORMED
    elif value is not None:
        yield value


def _slots(value: Mapping[str, object], place: Outputs) -> Iterator[object]:
    for name, item in value.items():
        slot = plain(name).removesuffix("url") if isinstance(name, str) else ""
        counts = slot in place.only if place.only else not slot.startswith(_BY_PRODUCTS)
        if slot and counts:
            # A list under a name (`stems: [...]`) is outputs too; its items count one by one.
            inner = item if isinstance(item, list) else (item,)
            yield from (one for one in inner if _goods(one, place) or _holds_field(one, place))


def _holds_field(item: object, place: Outputs) -> bool:
    return any(not isinstance(lookup(item, name), Absent) for name in place.fields)


def _goods(item: object, place: Outputs) -> str | None:
    """Return what makes an item usable, or None."""
    if not isinstance(item, Mapping):
        return _fit(item, place.goods) or None
    if _is_void(item):
        return None
    fits = (_fit(lookup(item, name), place.goods) for name in place.fields)
    return next((fit for fit in fits if fit), None)


def _is_void(item: object) -> bool:
    lengths = (whole(lookup(item, path)) for path in _LENGTHS)
    return any(length is not None and length <= 0 for length in lengths)


def _is_streamed(item: object, place: Outputs) -> bool:
    """Return whether an item has no more than what can be heard while it is made."""
    fields = [lookup(item, name) for name in place.fields] if isinstance(item, Mapping) else [item]
    return any(is_stream(field) for field in fields)


def _fit(value: object, goods: Goods) -> str:
    """Return a text that stands for the goods, empty if they are not usable."""
    if goods is Goods.URL:
        if not isinstance(value, str) or is_stream(value):
            return ""
        return value.strip() if is_url(value) or is_inline(value) else ""
    if goods is Goods.NOTES:
        return "notes" if isinstance(value, list) and value else ""
    if goods is Goods.FLAG:
        return "true" if word(value) == "true" else ""
    return "text" if isinstance(value, str) and not is_blank(value) else ""


def _is_malformed(item: object, place: Outputs) -> bool:
    if item is MALFORMED or is_blank(item):
        return item is MALFORMED
    if isinstance(item, Mapping):
        return (
            place.goods in {Goods.URL, Goods.TEXT}
            and not _goods(item, place)
            and any(
                not isinstance(field, str) and not is_blank(field)
                for field in (lookup(item, name) for name in place.fields)
            )
        )
    bare = place.slots or not place.fields  # an output may stand there without an object around it
    kind = bool if place.goods is Goods.FLAG else str
    return not isinstance(item, kind) or not (bare or _goods(item, place))
