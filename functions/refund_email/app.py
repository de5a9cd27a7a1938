"""SES's Lambda action: read each received mail and open its cases.

Every mail ends as a case or as a recorded refusal. Only a passing fault raises, so that Lambda
delivers the event again and, in the end, keeps it in the failure queue.
"""

from dataclasses import dataclass
from functools import cache

from reprise import composition
from reprise.clock import Clock, clock_of, instant_of
from reprise.composition.mailbox import mailbox
from reprise.mail.ses import parse_event
from reprise.settings import RefundEmailSettings, read_settings
from reprise.telemetry import count, logger
from reprise.usecases.mailbox import Mailbox, take_in


@dataclass(frozen=True, slots=True)
class Root:
    """What the function holds between events."""

    clock: Clock
    mailbox: Mailbox


@cache
def root() -> Root:
    """Bind the function to its surroundings, once."""
    settings = read_settings(RefundEmailSettings)
    return Root(clock=clock_of(settings.clock), mailbox=mailbox(settings, composition.dynamodb()))


def handler(event: object, _context: object) -> None:
    """Take in every mail of the event."""
    for receipt in parse_event(event):
        now = root().clock(instant_of(receipt.received_at))
        handled = take_in(root().mailbox, receipt, now)
        for metric in handled.metrics:
            count(metric)
        taken = handled.taken
        about = {"mail": taken.ses_id, "cases": taken.case_ids, "refused": taken.refused}
        logger.info("taken in", extra={**about, "replayed": taken.replayed})
