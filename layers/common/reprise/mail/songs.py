"""Hints at a generation: quoted song titles and ids in library links. Hints; the ledger decides."""

import re
from dataclasses import dataclass

from reprise.mail.model import ReadMail

_HINTS_MAX = 10
_TEXT_CHARS_MAX = 20_000
_TITLE = re.compile(
    r"[\"“„«‹”]\s?([^\"“”„«»‹›\n]{2,80}?)\s?[\"”“»›]"  # noqa: RUF001 - as keyboards set them
)
_LINK_ID = re.compile(
    r"https?://[^\s<>\"]{1,300}?/(?:library|songs?|tracks?|g|generations?|s)/([A-Za-z0-9_-]{6,80})",
    re.IGNORECASE,
)
_UUID = re.compile(
    r"(?i)(?<![0-9a-f-])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f-])"
)


@dataclass(frozen=True, slots=True)
class SongHints:
    """Titles and generation ids a mail names, each once, in order."""

    titles: tuple[str, ...]
    ids: tuple[str, ...]


def song_hints(mail: ReadMail) -> SongHints:
    """Return what a mail says about which generation it means."""
    text = "\n".join((mail.subject, mail.text[:_TEXT_CHARS_MAX], *mail.links))
    titles = (" ".join(match[1].split()) for match in _TITLE.finditer(text))
    ids = [match[1] for match in _LINK_ID.finditer(text)]
    ids += [match[0].lower() for match in _UUID.finditer(text)]
    return SongHints(
        tuple(dict.fromkeys(titles))[:_HINTS_MAX], tuple(dict.fromkeys(ids))[:_HINTS_MAX]
    )
