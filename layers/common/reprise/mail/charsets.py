"""Bytes to characters: a ladder that ends, and RFC 2047 words that never raise."""

import binascii
import codecs
import re
import unicodedata
from functools import lru_cache

# Seen in the wild; each names what the bytes really are.
_ALIASES = {
    "iso-gb2312": "gb18030",
    "gb2312": "gb18030",
    "x-gbk": "gb18030",
    "gbk": "gb18030",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "x-windows-949": "cp949",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    # Senders label cp1252 as its subset; browsers read it so, too.
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "utf8mb4": "utf-8",
    "cp-850": "cp850",
}
# Python codecs that are no character sets of mail: some decode in quadratic time.
_REFUSED = frozenset(
    {"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
)
_SAMPLE_BYTES = 16 * 1024
_UTF16_BYTES_MIN = 4
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?\s]{0,4000})\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?)")
_LINE_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_PADDED = re.compile(rb"([^=]+)(=[=\s]*)?")
_BASE64_LINES = re.compile(rb"[A-Za-z0-9+/\s]+")
_SINGLE_BYTE = re.compile(r"cp125\d|iso8859-\d+")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f\ud800-\udfff\ue000-\ue00f]")


@lru_cache(maxsize=256)
def known_charset(name: str) -> str | None:
    """Return the Python codec a declared charset means, or None where it means none."""
    label = name.strip(" \t\"'").lower().removeprefix("charset=")
    label = label.split("*", 1)[0]  # RFC 2231 language suffix
    if not re.fullmatch(r"[a-z0-9_.:+-]{1,40}", label):
        return None
    label = _ALIASES.get(label, label)
    try:
        info = codecs.lookup(label)
        b"".decode(label)  # refuses codecs that are no text encodings
    except (LookupError, ValueError, TypeError):
        return None
    return None if info.name.replace("-", "_") in _REFUSED else info.name


def decode_text(data: bytes, declared: str | None) -> tuple[str, str | None]:
    """Decode a text part: declared charset, UTF-8, windows-1252, detection, latin-1.

    What reads as UTF-8 is no text in a single-byte charset, whatever was declared.

    Returns:
        The text with unified line ends and without control characters, and a defect or None.
    """
    codec = known_charset(declared) if declared else None
    defect = f"unknown charset {declared[:40]!r}" if declared and codec is None else None
    lied = codec is not None and _SINGLE_BYTE.fullmatch(codec) and not data.isascii()
    for rung in (_by_mark(data), "utf-8" if lied else codec, codec, "utf-8"):
        text = _strictly(data, rung)
        if text is not None:
            return clean(text), defect
    if codec not in {None, "utf-8"}:
        lenient = data.decode(str(codec), "replace")
        if lenient.count("\ufffd") * 50 <= len(lenient):
            return clean(lenient), f"bytes that are not {codec}"
    text = _strictly(data, "cp1252") or _strictly(data, _detected(data)) or data.decode("latin-1")
    return clean(text), defect or "undeclared or wrong charset"


def clean(text: str) -> str:
    """Return text with one kind of line end and no control, surrogate or marker characters."""
    return _CONTROLS.sub("", _LINE_BREAKS.sub("\n", text))


def decode_words(value: str) -> str:
    """Decode the RFC 2047 words of a header value; what cannot be decoded stays as it is.

    Neighbouring words of one charset are joined before decoding: some senders split characters.
    """
    out: list[str] = []
    pending: list[bytes] = []
    pending_charset, position = "", 0

    def flush() -> None:
        if pending:
            out.append(decode_text(b"".join(pending), pending_charset)[0])
            pending.clear()

    joined = _BETWEEN_WORDS.sub(r"\1", value)
    for word in _WORD.finditer(joined):
        if word.start() > position or word[1].lower() != pending_charset:
            flush()
        out.append(joined[position : word.start()])
        pending_charset, position = word[1].lower(), word.end()
        pending.append(_word_bytes(word[2].lower(), word[3]))
    flush()
    return "".join(out) + joined[position:]


def one_line(value: str, chars_max: int) -> str:
    """Return a decoded header value as one printable line of bounded length."""
    text = decode_words(value)[:chars_max]
    return " ".join("".join(" " if _breaks(c) else c for c in text).split())


def _breaks(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Zl", "Zp", "Cs", "Co"}


def _word_bytes(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    if encoding == "q":
        return binascii.a2b_qp(raw, header=True)
    return decode_base64(raw)


def decode_base64(data: bytes) -> bytes:
    """Decode base64 leniently: foreign characters skipped, padding mended, a footer ignored.

    Some senders encode line by line, so what follows padding is read on while it is base64.
    """
    out: list[bytes] = []
    for padded in _PADDED.finditer(data):
        alphabet = re.sub(rb"[^A-Za-z0-9+/]", b"", padded[1])
        whole = (len(alphabet) + (padded[2] or b"").count(b"=")) % 4 == 0
        if out and not (whole and _BASE64_LINES.fullmatch(padded[1])):
            break
        usable = alphabet[: len(alphabet) - (len(alphabet) % 4 == 1)]
        out.append(binascii.a2b_base64(usable + b"=" * (-len(usable) % 4)))
    return b"".join(out)


def _strictly(data: bytes, codec: str | None) -> str | None:
    if codec is None:
        return None
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError, ValueError):
        return None


def _by_mark(data: bytes) -> str | None:
    """Name the UTF flavour that a byte order mark, or the zeros of ASCII in UTF-16, gives away."""
    for mark, codec in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return codec
    sample = data[:512]
    if len(sample) < _UTF16_BYTES_MIN:
        return None
    if sample[1::2].count(0) * 5 > len(sample) * 2:
        return "utf-16-le"
    if sample[::2].count(0) * 5 > len(sample) * 2:
        return "utf-16-be"
    return None


def _detected(data: bytes) -> str | None:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - the last rung, rarely reached

    best = from_bytes(data[:_SAMPLE_BYTES]).best()
    return best.encoding if best else None
