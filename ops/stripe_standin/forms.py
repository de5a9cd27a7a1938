"""Stripe's form encoding: `created[gte]=1&types[0]=refund.created`. Source: docs.stripe.com/api."""

from typing import Any
from urllib.parse import parse_qsl

from ops.stripe_standin.errors import ApiError, unknown

type Params = dict[str, Any]


def decode(text: str) -> Params:
    """Return the nested parameters of a query or a form; values stay text."""
    found: Params = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        *path, last = name.replace("]", "").split("[")
        holder = found
        for key in path:
            holder = holder.setdefault(key, {})
        holder[last or str(len(holder))] = value
    return {key: _lists(value) for key, value in found.items()}


def _lists(value: Any) -> Any:  # noqa: ANN401 - JSON-like
    if not isinstance(value, dict):
        return value
    inner = {key: _lists(one) for key, one in value.items()}
    return list(inner.values()) if all(key.isdigit() for key in inner) else inner


def only(params: Params, *known: str) -> None:
    """Refuse parameters beyond the known ones."""
    for name in params:
        if name not in known:
            raise unknown(name)


def whole(value: object, param: str) -> int:
    """Return a positive integer, or refuse what is none."""
    if not str(value).isdecimal() or int(str(value)) == 0:
        said = f"Invalid positive integer: {value}"
        raise ApiError(400, "parameter_invalid_integer", said, param)
    return int(str(value))
