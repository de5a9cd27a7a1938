"""Who somebody is, by what AWS says of them: two people must not be one under two names."""

import re
from typing import Final

_ASSUMED: Final = re.compile(
    r"arn:(?P<where>[^:]*:sts::[^:]*):assumed-role/(?P<role>[^/]+)/(?P<session>.+)"
)
_NAMED_BY_IDENTITY_CENTER: Final = "AWSReservedSSO_"


def person_of(arn: str) -> str:
    """Return what stays the same however somebody signs in.

    Whoever assumes a role chooses the session's name, so it tells nobody apart: a role is one
    person. Identity Center alone writes the person into it, whatever they may do this time. Names
    of IAM are equal in any capitals.

    Args:
        arn: the caller's, as STS says it.
    """
    assumed = _ASSUMED.fullmatch(arn)
    if assumed is None:
        return arn.casefold()
    if assumed["role"].startswith(_NAMED_BY_IDENTITY_CENTER):
        return f"{assumed['where']}:{assumed['session']}".casefold()
    return f"{assumed['where']}:role/{assumed['role']}".casefold()
