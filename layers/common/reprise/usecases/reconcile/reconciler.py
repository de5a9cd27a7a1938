"""What reconciling needs of the world, and what a run of it tells."""

from dataclasses import dataclass, field

from reprise.metrics import Metric
from reprise.ports.bookmarks import Bookmarks
from reprise.ports.stripe_feed import StripeFeed
from reprise.usecases.choice import Choices
from reprise.usecases.stripe.books import Books


@dataclass(frozen=True, slots=True)
class Reconciler:
    """What reconciling needs of the world.

    Args:
        books: the ledger and what is beside it.
        feed: Stripe's lists.
        bookmarks: where a run that was cut short left off.
        choices: how customers are asked.
    """

    books: Books
    feed: StripeFeed
    bookmarks: Bookmarks
    choices: Choices


@dataclass(slots=True)
class Report:
    """What a run did.

    Args:
        seen: objects and events looked at; redriven: parked events among them.
        mended: how many of them moved credits; parked: how many cannot be applied yet.
        held: orders whose money is asked for; asked: customers asked to choose.
        failed: what could not be looked at, with the reason; the next run comes by again.
        finished: whether there was time for all of it.
        metrics: what to count.
    """

    seen: int = 0
    redriven: int = 0
    mended: int = 0
    parked: int = 0
    held: int = 0
    asked: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    finished: bool = True
    metrics: list[Metric] = field(default_factory=list)
