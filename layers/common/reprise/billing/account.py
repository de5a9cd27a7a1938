"""Which account a Stripe object names, and nothing cleverer than that."""

from dataclasses import dataclass

from reprise.billing.fields import Fields

ACCOUNT_KEY = "user_id"


@dataclass(frozen=True, slots=True)
class AccountRefsDisagree:
    """One object names several accounts; a person must say which one is right.

    Args:
        ids: the different account ids, in the order of the fields they came from.
    """

    ids: tuple[str, ...]


type AccountRef = str | AccountRefsDisagree | None
"""The account that our server wrote into Stripe; None: nobody is named, so nobody is matched."""


def account_ref(*ids: str | None) -> AccountRef:
    """Return the one account that these references name."""
    named = tuple(dict.fromkeys(one for one in ids if one is not None))
    if len(named) > 1:
        return AccountRefsDisagree(named)
    return named[0] if named else None


def user_id(holder: Fields) -> str | None:
    """Return the account id in an object's metadata, if our server put one there."""
    return holder.maybe_nested("metadata").maybe_name(ACCOUNT_KEY)
