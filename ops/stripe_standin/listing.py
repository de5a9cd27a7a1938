"""Stripe's lists: filtered, newest first, paged. Source: docs.stripe.com/api/pagination."""

from collections.abc import Sequence

from ops.stripe_standin.errors import ApiError, missing, unknown
from ops.stripe_standin.forms import Params
from ops.stripe_standin.state import StripeObject

_PAGE_MAX = 100
_PAGE_DEFAULT = 10
_PAGING = frozenset({"limit", "starting_after", "ending_before", "created"})
_RANGES = {
    "gt": int.__gt__,
    "gte": int.__ge__,
    "lt": int.__lt__,
    "lte": int.__le__,
}


def filtered(
    rows: Sequence[StripeObject], params: Params, allowed: Sequence[str]
) -> list[StripeObject]:
    """Return the rows that match; an unknown filter is refused, as Stripe does."""
    for name in params:
        if name not in allowed and name not in _PAGING:
            raise unknown(name)
    wanted = {name: value for name, value in params.items() if name not in _PAGING}
    return [
        row
        for row in rows
        if _in_range(row, params.get("created"))
        and all(_matches(_field(row, name), value) for name, value in wanted.items())
    ]


def page(rows: Sequence[StripeObject], params: Params, url: str) -> StripeObject:
    """Return one page of rows that are already in order."""
    limit = _integer(params.get("limit", _PAGE_DEFAULT), "limit")
    if not 1 <= limit <= _PAGE_MAX:
        raise ApiError(400, "", f"Invalid integer: limit must be 1 to {_PAGE_MAX}", "limit")
    ids = [row["id"] for row in rows]
    start, end = 0, len(rows)
    if after := params.get("starting_after"):
        start = _position(ids, after, "starting_after") + 1
    if before := params.get("ending_before"):
        end = _position(ids, before, "ending_before")
        start = max(start, end - limit)
        return _list(rows[start:end], url, has_more=start > 0)
    return _list(rows[start : start + limit], url, has_more=start + limit < end)


def _list(rows: Sequence[StripeObject], url: str, *, has_more: bool) -> StripeObject:
    return {"object": "list", "data": list(rows), "has_more": has_more, "url": url}


def _position(ids: Sequence[str], wanted: str, param: str) -> int:
    if wanted not in ids:
        raise missing("object", wanted, param)
    return ids.index(wanted)


def _field(row: StripeObject, name: str) -> object:
    """Return what a filter looks at, which is not always a field of that name."""
    if row["object"] == "invoice" and name == "subscription":
        return ((row.get("parent") or {}).get("subscription_details") or {}).get("subscription")
    return row["type"] if name == "types" else row.get(name)


def _matches(value: object, wanted: object) -> bool:
    if isinstance(wanted, dict):
        return isinstance(value, dict) and all(
            _matches(value.get(key), one) for key, one in wanted.items()
        )
    if isinstance(wanted, list):
        return value in wanted
    return str(value).lower() == wanted if isinstance(value, bool) else value == wanted


def _in_range(row: StripeObject, wanted: object) -> bool:
    if wanted is None:
        return True
    created = row.get("created", 0)
    if not isinstance(wanted, dict):
        return bool(created == _integer(wanted, "created"))
    for name, bound in wanted.items():
        if name not in _RANGES:
            raise unknown(f"created[{name}]")
        if not _RANGES[name](created, _integer(bound, f"created[{name}]")):
            return False
    return True


def _integer(value: object, param: str) -> int:
    try:
        return int(str(value))
    except ValueError as error:
        raise ApiError(
            400, "parameter_invalid_integer", f"Invalid integer: {value}", param
        ) from error
