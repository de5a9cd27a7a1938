"""The plain or HTML body of an Outlook winmail.dat (MS-OXTNEF); its attachments stay closed."""

import struct

from reprise.mail.charsets import decode_text

_SIGNATURE = b"\x78\x9f\x3e\x22"
_ATT_BODY, _ATT_PROPERTIES, _ATT_CODEPAGE = 0x0002800C, 0x00069003, 0x00069007
_LEVEL_MESSAGE = 1
_BODY, _BODY_HTML = 0x1000, 0x1013
_ATTRIBUTES_MAX = 200
_PROPERTIES_MAX = 500
# Sizes of MAPI's fixed types; the rest are counted, length-prefixed and padded to four bytes.
_FIXED = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 4, 20: 8, 64: 8, 72: 16}
_STRING8, _UNICODE, _BINARY, _OBJECT = 30, 31, 258, 13
_MULTIPLE, _NAMED_FROM = 0x1000, 0x8000


def read_tnef(data: bytes) -> tuple[str, bool]:
    """Return (text, whether it is HTML); the empty string where there is none to read."""
    if not data.startswith(_SIGNATURE):
        return "", False
    codepage, plain, html = "cp1252", "", ""
    for attribute, value in _attributes(data):
        if attribute == _ATT_CODEPAGE and len(value) >= 4:  # noqa: PLR2004 - a 32-bit number
            codepage = f"cp{struct.unpack_from('<I', value)[0]}"
        elif attribute == _ATT_BODY:
            plain = plain or decode_text(value.rstrip(b"\0"), codepage)[0]
        elif attribute == _ATT_PROPERTIES:
            found = _properties(value, codepage)
            plain = plain or found.get(_BODY, "")
            html = html or found.get(_BODY_HTML, "")
    return (plain, False) if plain.strip() else (html, True)


def _attributes(data: bytes) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    position = 6
    while position + 9 <= len(data) and len(found) < _ATTRIBUTES_MAX:
        level, attribute, size = struct.unpack_from("<BII", data, position)
        position += 9
        if level != _LEVEL_MESSAGE:
            break
        found.append((attribute, data[position : position + size]))
        position += size + 2
    return found


def _properties(data: bytes, codepage: str) -> dict[int, str]:
    """Return the string properties of a MAPI block, as far as it can be followed."""
    found: dict[int, str] = {}
    try:
        count, position = struct.unpack_from("<I", data)[0], 4
        for _ in range(min(count, _PROPERTIES_MAX)):
            kind, name = struct.unpack_from("<HH", data, position)
            position += 4
            if name >= _NAMED_FROM:
                position = _skip_name(data, position)
            values = 1
            if kind & _MULTIPLE or kind in {_STRING8, _UNICODE, _BINARY, _OBJECT}:
                values = min(struct.unpack_from("<I", data, position)[0], _PROPERTIES_MAX)
                position += 4
            for _ in range(values):
                value, position = _value(data, position, kind & ~_MULTIPLE)
                if name in {_BODY, _BODY_HTML} and name not in found:
                    charset = "utf-16-le" if kind == _UNICODE else codepage
                    found[name] = decode_text(value.rstrip(b"\0"), charset)[0]
    except (struct.error, ValueError):
        pass  # truncated or unknown: what was found so far stands
    return found


def _skip_name(data: bytes, position: int) -> int:
    numbered = struct.unpack_from("<I", data, position + 16)[0] == 0
    if numbered:
        return position + 24
    size = struct.unpack_from("<I", data, position + 20)[0]
    return position + 24 + int(size) + int(-size % 4)


def _value(data: bytes, position: int, kind: int) -> tuple[bytes, int]:
    fixed = _FIXED.get(kind)
    if fixed:
        return data[position : position + fixed], position + fixed
    if kind not in {_STRING8, _UNICODE, _BINARY, _OBJECT}:
        raise ValueError(kind)
    size = int(struct.unpack_from("<I", data, position)[0])
    return data[position + 4 : position + 4 + size], position + 4 + size + (-size % 4)
