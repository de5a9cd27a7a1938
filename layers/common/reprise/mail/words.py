"""The word lists under `terms/`: data, read once and joined into regular expressions."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).with_name("terms")


@lru_cache(maxsize=8)
def word_lists(name: str) -> dict[str, Any]:
    """Return the content of `terms/<name>.toml`."""
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))


def any_of(terms: list[str]) -> str:
    """Return one regular expression that matches any of the terms, the longest first."""
    return f"(?:{'|'.join(sorted(dict.fromkeys(terms), key=len, reverse=True))})"
