"""Known bugs, put into the real code one at a time: each must end as a violation."""

import itertools
from dataclasses import replace
from datetime import timedelta

from reprise.ledger import charging, commands, granting, reversing, timing
from reprise.ledger.lots import LotKind
from reprise.ports.parking import MemoryParkingLot
from reprise.usecases.cases import working
from reprise.usecases.generations import deadline

_numbers = itertools.count()
_times_of, _lot_of = deadline.times_of, granting._lot_of


def _rounded_down(outcome, taken, delivered, promised):
    return 0 if outcome == "delivered" else taken * (promised - delivered) // promised


def _all_back(_outcome, taken, _delivered, _promised):
    return taken


def _two_hours_late(generations, charge, task, now):
    return _times_of(generations, charge, task, now - timedelta(hours=2))


def _of_sixty_days(draft, bought):
    lot = _lot_of(draft, bought)
    is_pack = lot.kind is LotKind.PACK
    return replace(lot, expires_at=draft.now + timedelta(days=60)) if is_pack else lot


def _by_its_cause(command):
    return f"{type(command).__name__}#{command.cause.ref}#{next(_numbers)}"


MUTANTS = {
    "a partial refund is rounded down": (charging, "credits_due_back", _rounded_down),
    "what was delivered is refunded": (charging, "credits_due_back", _all_back),
    "a refund returns no credits": (charging, "_return", lambda *_: None),
    "a grant is keyed by its event": (
        commands.GrantOrder,
        "key",
        property(lambda self: f"settle#{self.cause.ref}"),
    ),
    "a gift is given anew each time": (commands.Gift, "key", property(_by_its_cause)),
    "leftovers expire at once": (timing, "_leftover_end", lambda draft, *_: draft.now),
    "packs expire": (granting, "_lot_of", _of_sixty_days),
    "a claim is not restored": (reversing, "_restore", lambda *_: None),
    "a claim takes nothing": (reversing, "_claw", lambda *_: None),
    "a dispute freezes nothing": (reversing, "freeze", lambda *_: None),
    "the deadline is two hours late": (deadline, "times_of", _two_hours_late),
    "what cannot be applied yet is dropped": (MemoryParkingLot, "park", lambda *_: None),
    "a subscription withdrawn from goes on": (working, "_ended", lambda *_: ""),
}
