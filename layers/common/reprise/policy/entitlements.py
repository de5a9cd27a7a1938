"""What a customer may do beside spending credits, and until when."""

from dataclasses import dataclass
from datetime import datetime

from reprise.catalogue.model import Plan


@dataclass(frozen=True, slots=True)
class Entitlements:
    """The benefits of a plan at one instant.

    Args:
        plan: id of the plan whose benefits hold.
        commercial_rights: songs may be used commercially.
        wav_midi_export: WAV and MIDI may be exported.
        priority_queue: generations go first.
        until: when they end unless another period is paid; None where nothing ends.
    """

    plan: str
    commercial_rights: bool
    wav_midi_export: bool
    priority_queue: bool
    until: datetime | None


def entitlements(
    *, free: Plan, plan: Plan, paid_through: datetime | None, now: datetime
) -> Entitlements:
    """Return the benefits in force: the plan's until paid-through, then those of Free.

    The subscription's status plays no part: an immediate or unpaid cancellation neither cuts paid
    time nor gives unpaid time.

    Args:
        free: the plan everybody falls back to.
        plan: the plan of the latest paid period.
        paid_through: the latest end of the paid invoice lines' periods; None if nothing was paid.
        now: the instant asked about.

    Source: policy, "Plan benefits [...] stay active until the end of the period you already paid
    for."
    """
    if paid_through is None or now >= paid_through:
        plan, paid_through = free, None
    return Entitlements(
        plan=plan.id,
        commercial_rights=plan.rights.commercial_rights,
        wav_midi_export=plan.rights.wav_midi_export,
        priority_queue=plan.rights.priority_queue,
        until=paid_through,
    )
