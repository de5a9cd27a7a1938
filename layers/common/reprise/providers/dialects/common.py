"""What the dialects of general model hosts share: results are files, whatever the model."""

from collections.abc import Mapping

from reprise.providers.operation import TRACKS, Operation
from reprise.providers.promises import AS_LISTED, Promise
from reprise.providers.rules import Reading

# Which model answers decides how many tracks there are, so all that are listed are owed.
TRACKS_AS_LISTED: Mapping[Operation, Promise] = dict.fromkeys(TRACKS, AS_LISTED)


def by_kind(files: Reading, lyrics: Reading, voice: Reading) -> dict[Operation, Reading]:
    """Return a reading for every operation.

    Args:
        files: for operations that make files.
        lyrics: for text.
        voice: for the id of a voice.
    """
    special = {Operation.LYRICS: lyrics, Operation.VOICE_CLONE: voice}
    return {operation: special.get(operation, files) for operation in Operation}
