"""How many outputs an operation promises: a complete result with fewer is a partial delivery."""

from dataclasses import dataclass

from reprise.providers.operation import Operation


@dataclass(frozen=True, slots=True)
class Promise:
    """What a complete result holds.

    Args:
        outputs: how many outputs are promised; None where the result itself lists as many entries
            as it attempted, and every one of them is owed (at least one).
        enough: from how many usable outputs on the promise counts as kept; None for all of them.
    """

    outputs: int | None
    enough: int | None = None

    def kept_from(self, promised: int) -> int:
        """Return how many usable outputs keep a promise of this many."""
        return promised if self.enough is None else min(self.enough, promised)


AS_LISTED = Promise(None)

# A request for a song makes two; a replaced section is one track; lyrics come in as many variants
# as the provider attempts. Twelve stems means *up to* twelve: instruments that are not in the song
# are null, so a handful is a whole result and a single one is not. Four (voice, drums, bass and
# one more) is the product's decision, between the seven that is normal and the one that is not.
PROMISES = {
    Operation.MUSIC_SIMPLE: Promise(2),
    Operation.MUSIC_CUSTOM: Promise(2),
    Operation.EXTEND: Promise(2),
    Operation.ADD_VOCALS: Promise(2),
    Operation.ADD_INSTRUMENTAL: Promise(2),
    Operation.REPLACE_SECTION: Promise(1),
    Operation.LYRICS: AS_LISTED,
    Operation.STEMS_2: Promise(2),
    Operation.STEMS_12: Promise(12, enough=4),
    Operation.VOICE_CLONE: Promise(1),
    Operation.WAV: Promise(1),
    Operation.MIDI: Promise(1),
}
