"""Signed tokens in the address that answers come from: they thread mail and authenticate nobody."""

import hashlib
import hmac
import re
from typing import Final

_TOKEN_CHARS: Final = 16
_TAG = re.compile(r"\+(?P<tag>c[a-z2-7]{10}\.[0-9a-f]{16})$")


def token_of(key: bytes, case_id: str) -> str:
    """Return the tag of a case: its id and a signature, in lower case, as mail systems keep it."""
    name = case_id.lower()
    signed = hmac.new(key, f"case:{name}".encode(), hashlib.sha256).hexdigest()
    return f"{name}.{signed[:_TOKEN_CHARS]}"


def tagged(address: str, token: str) -> str:
    """Return an address of ours with a tag."""
    local, _, domain = address.rpartition("@")
    return f"{local}+{token}@{domain}"


def tag_of(recipient: str) -> str | None:
    """Return the tag of an address, if it has the form of ours."""
    found = _TAG.search(recipient.rpartition("@")[0].lower())
    return found["tag"] if found else None


def address_mark(token: str) -> str:
    """Return the mark under which a tag leads to its case."""
    return f"address:{token}"


def message_mark(message_id: str) -> str:
    """Return the mark under which the id of an answer leads to its case.

    SES puts the id it returned before the `@` of the Message-ID that it writes.
    """
    return f"message:{message_id.partition('@')[0].strip('<> ').lower()}"
