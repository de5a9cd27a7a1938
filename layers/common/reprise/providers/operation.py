"""What can be generated: the twelve operations that the refund policy covers."""

from enum import StrEnum


class Operation(StrEnum):
    """One kind of generation."""

    MUSIC_SIMPLE = "music_simple"
    MUSIC_CUSTOM = "music_custom"
    LYRICS = "lyrics"
    STEMS_2 = "stems_2"
    STEMS_12 = "stems_12"
    REPLACE_SECTION = "replace_section"
    EXTEND = "extend"
    ADD_VOCALS = "add_vocals"
    ADD_INSTRUMENTAL = "add_instrumental"
    VOICE_CLONE = "voice_clone"
    WAV = "wav"
    MIDI = "midi"


# Operations whose result is one or more finished tracks.
TRACKS = frozenset(
    {
        Operation.MUSIC_SIMPLE,
        Operation.MUSIC_CUSTOM,
        Operation.REPLACE_SECTION,
        Operation.EXTEND,
        Operation.ADD_VOCALS,
        Operation.ADD_INSTRUMENTAL,
    }
)
STEMS = frozenset({Operation.STEMS_2, Operation.STEMS_12})
