"""One answer of a provider beside what it says, judged from the documentation and not from code."""

from collections.abc import Iterator
from dataclasses import dataclass

URL = "https://cdn.example/"
SUNO = ("kie", "sunoapi")


@dataclass(frozen=True)
class Shape:
    """One labelled answer.

    Args:
        source: who documents or was seen to send it.
        says: the outcome; `waiting` for progress that waits for the customer.
        count: delivered and promised, where they are part of the label.
    """

    source: str
    provider: str
    operation: str
    channel: str
    body: object
    says: str
    http_status: int = 200
    count: tuple[int, int] | None = None


type Shapes = Iterator[Shape]


def envelope(data, code=200, **more):
    return {"code": code, "msg": "", "data": data} | more


def urls(*names, of, absent=None):
    """Named addresses: those of `names` are there, the rest of `of` is not."""
    return {name: URL + name if name in names else absent for name in of}
