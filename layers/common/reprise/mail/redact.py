"""What must not be stored or sent: card numbers, secrets, and header values that break headers."""

import re
import unicodedata

_HEADER_CHARS_MAX = 870  # SES's limit for a header value
_CARD_DIGITS_MIN, _CARD_DIGITS_MAX = 13, 19
# Digits in the groupings people and forms use; the check digit decides.
_CARD = re.compile(
    r"(?<![\w.-])\d(?:[ \t\u00a0\u2009\u202f.\u2010-\u2015-]{0,2}\d){12,18}(?![\w-]|\.\d)"
)
_CARD_BEGINS = ("2", "3", "4", "5", "6")
_CVC = re.compile(
    r"(?i)\b(cvc2?|cvv2?|security code|card verification|prüfziffer|sicherheitscode|cryptogramme"
    r"|código de seguran[çc]a|código de seguridad)(\W{0,3}(?:is|ist|est|es|é)?\W{0,3})\d{3,4}\b"
)
_UNDERSCORE = r"(?:_|\\_|%5[fF]|=5F|\uff3f)"
_CLIENT_SECRET = re.compile(
    rf"(?i)\b((?:pi|seti|cs|src|ba|cuss|vs)(?:{_UNDERSCORE}(?:test|live))?{_UNDERSCORE}[a-z0-9]{{6,80}})"
    rf"{_UNDERSCORE}secret{_UNDERSCORE}[a-z0-9]{{1,120}}"
)
_API_KEY = re.compile(
    rf"(?i)\b((?:sk|rk|pk){_UNDERSCORE}(?:test|live)|whsec|ek{_UNDERSCORE}(?:test|live)){_UNDERSCORE}[a-z0-9+/=]{{8,300}}"
)
_SECRET_PARAMETER = re.compile(
    r"(?i)([?&](?:[a-z_]{0,30}(?:secret|token|password|key))=)[^&\s#>\"']{6,500}"
)


def redact(text: str) -> str:
    """Return text without card numbers, security codes, client secrets and API keys.

    The last four digits of a card and the id before a client secret stay: they identify without
    giving anything away.
    """
    text = _CLIENT_SECRET.sub(r"\1_secret_[redacted]", text)
    text = _API_KEY.sub(r"\1_[redacted]", text)
    text = _SECRET_PARAMETER.sub(r"\1[redacted]", text)
    text = _CVC.sub(r"\1\2[redacted]", text)
    return _CARD.sub(_without_card, text)


def _without_card(match: re.Match[str]) -> str:
    digits = "".join(str(unicodedata.digit(c)) for c in match[0] if c.isdigit())
    if not _CARD_DIGITS_MIN <= len(digits) <= _CARD_DIGITS_MAX:
        return match[0]
    if digits[0] not in _CARD_BEGINS or not luhn_valid(digits):
        return match[0]
    return f"[card ending {digits[-4:]}]"


def luhn_valid(digits: str) -> bool:
    """Tell whether ASCII digits carry a valid check digit (ISO/IEC 7812)."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - the digit sum of 10 to 18
    return total % 10 == 0


def is_safe_header_value(text: str, chars_max: int = _HEADER_CHARS_MAX) -> bool:
    r"""Tell whether a value may stand in a header that we send, as it is.

    Refused are every control and format character, every line separator (also those that only
    Unicode knows), and encoded words: a decoded Subject may hold "\r\nBcc:" or, one level deeper,
    a word that decodes to it when the message is serialised.
    """
    return len(text) <= chars_max and not any(map(_unsafe, text)) and "=?" not in text


def _unsafe(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
