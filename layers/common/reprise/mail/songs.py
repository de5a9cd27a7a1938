"""Hints at a generation: quoted song titles and ids in library links. Hints; the ledger decides."""

import re
from dataclasses import dataclass

from reprise.mail.model import ReadMail

_HINTS_MAX = 20
_TEXT_CHARS_MAX = 20_000
_TITLE = re.compile(
    r"[\"“„«‹”]\s?([^\"“”„«»‹›\n]{2,80}?)\s?[\"”“»›]"  # noqa: RUF001 - as keyboards set them
)
_LINK = re.compile(r"https?://[^\s<>\"/?#]{1,253}([/?#][^\s<>\"]{1,500})", re.IGNORECASE)
_LINK_PART = re.compile(r"[A-Za-z0-9_.-]{1,80}")
_ID_CHARS_MIN = 4
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
    ids = [part for match in _LINK.finditer(text) for part in _link_ids(match[1])]
    ids += [match[0].lower() for match in _UUID.finditer(text)]
    return SongHints(
        tuple(dict.fromkeys(titles))[:_HINTS_MAX], tuple(dict.fromkeys(ids))[:_HINTS_MAX]
    )


def _link_ids(path: str) -> list[str]:
    """Return what may be an id in a link: its last part, and whatever else holds a digit."""
    parts = [part.strip(".") for part in _LINK_PART.findall(path)]
    return [
        part
        for at, part in enumerate(parts)
        if len(part) >= _ID_CHARS_MIN
        and (at == len(parts) - 1 or any(char.isdigit() for char in part))
    ]
