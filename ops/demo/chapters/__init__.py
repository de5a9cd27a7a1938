"""The chapters, in the order in which they are told; each has a `TITLE` and `play(stage)`."""

from typing import Final

CHAPTERS: Final = (
    *("failure", "outcomes", "choice", "subscription", "leftovers", "mail", "outage"),
    "policy",
)
