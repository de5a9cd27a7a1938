"""One address out of a From value, only where every reader would find the same one."""

import re
import unicodedata
from email.headerregistry import HeaderRegistry
from email.utils import getaddresses

from reprise.mail.charsets import decode_words

_FROM_CHARS_MAX = 1_000
_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS = re.compile(
    rf"(?P<local>{_ATEXT}{{1,64}}(?:\.{_ATEXT}{{1,64}}){{0,20}})@"
    rf"(?P<domain>(?:{_LABEL}\.){{1,20}}(?!\d+$){_LABEL})"
)
_ADDRESS_CHARS_MAX = 254
_LOCAL_CHARS_MAX = 64
_QUOTED_NAME = re.compile(r'"(?P<name>[^"\\\x00-\x1f]*(?:\\["\\][^"\\\x00-\x1f]*)*)"')
_PLAIN_NAME = re.compile(r"[^\x00-\x1f\x7f\"<>@,;:()\[\]\\]*")
_COMMENT = re.compile(r"\((?P<name>[^()\\<>@\x00-\x1f]*)\)")
_LOOKS_LIKE_ADDRESS = re.compile(r"[^\s<>()\[\]\",;:@]{1,80}@[^\s<>()\[\]\",;:@]{1,80}")


class AmbiguousAddressError(ValueError):
    """Two readers could find different addresses in the value; the message says where."""


def single_address(value: str) -> str:
    """Return the one address of a From value, in lower case.

    Accepted are `a@b.c`, `<a@b.c>`, `name <a@b.c>`, `"name" <a@b.c>` and `a@b.c (name)`, in ASCII
    but for the name. The name must hold no other address, decoded or folded to compatibility.

    Raises:
        AmbiguousAddressError: for everything else.
    """
    if len(value) > _FROM_CHARS_MAX:
        raise AmbiguousAddressError("From is too long")
    if any(unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp", "Cs"} and c != "\t" for c in value):
        raise AmbiguousAddressError("From holds control or format characters")
    name, address = _name_and_address(value.strip(" \t"))
    lowered = _checked(address)
    _check_name(name, lowered)
    _cross_check(value, lowered)
    return lowered


def _name_and_address(value: str) -> tuple[str, str]:
    if value.endswith(">"):
        name, _, address = value[:-1].rpartition("<")
        name = name.strip(" \t")
        quoted = _QUOTED_NAME.fullmatch(name)
        if quoted:
            return quoted["name"].replace('\\"', '"').replace("\\\\", "\\"), address
        # `alice@x <alice@x>` is common; anything else with specials is read in several ways.
        if not _PLAIN_NAME.fullmatch(name) and name.lower() != address.lower():
            raise AmbiguousAddressError("the name in From has unquoted special characters")
        return name, address
    address, _, rest = value.partition(" ")
    comment = _COMMENT.fullmatch(rest.strip(" \t")) if rest.strip(" \t") else None
    if rest.strip(" \t") and comment is None:
        raise AmbiguousAddressError("From is no single address")
    return comment["name"] if comment else "", address


def _checked(address: str) -> str:
    found = ADDRESS.fullmatch(address)
    if not found or len(address) > _ADDRESS_CHARS_MAX or len(found["local"]) > _LOCAL_CHARS_MAX:
        raise AmbiguousAddressError("From holds no plain address")
    return address.lower()


def _check_name(name: str, address: str) -> None:
    """Refuse names that show another address, also behind encoded words or look-alike signs."""
    decoded = unicodedata.normalize("NFKC", decode_words(name))
    if any(unicodedata.category(c) in {"Cc", "Zl", "Zp", "Co"} for c in decoded):
        raise AmbiguousAddressError("the name in From hides control characters")
    shown = "".join(c for c in decoded if unicodedata.category(c) != "Cf")
    if any(found.strip(".'").lower() != address for found in _LOOKS_LIKE_ADDRESS.findall(shown)):
        raise AmbiguousAddressError("the name in From shows another address")


def _cross_check(value: str, address: str) -> None:
    """Ask the standard library's two parsers; they must not find anything else.

    What reaches this point is short and plain, so their known slow inputs cannot.
    """
    try:
        header = HeaderRegistry()("From", value)
        modern = {found.addr_spec.lower() for found in getattr(header, "addresses", ())}
        legacy = {found.lower() for _, found in getaddresses([value]) if found}
        defects = {type(defect).__name__ for defect in header.defects}
    except Exception as error:
        raise AmbiguousAddressError("a parser fails on From") from error
    if modern != {address} or not legacy <= {address}:
        raise AmbiguousAddressError("parsers disagree about From")
    doubled = value.lower().count(address) > 1
    if "InvalidHeaderDefect" in defects and not doubled:
        raise AmbiguousAddressError("From is not well formed")
