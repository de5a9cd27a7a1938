"""One canonical JSON and one hash for everything that is compared or chained."""

import hashlib
import json
from collections.abc import Mapping, Sequence

type Json = bool | int | str | Sequence[Json] | Mapping[str, Json] | None


def canonical_json(value: Json) -> str:
    """Return the one JSON text of a value: sorted keys, no blanks, plain UTF-8.

    Floats are refused by type: credits and money are integers.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def digest(*parts: str) -> str:
    """Return the SHA-256 of the parts, joined unambiguously, as 64 hex characters."""
    joined = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        joined.update(len(data).to_bytes(8, "big"))
        joined.update(data)
    return joined.hexdigest()
