"""The target of a claim: how many of an order's credits its reversals claim."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """How many of an order's credits its reversals claim.

    Args:
        credits: claimed in all, at most what was granted.
        own: the part that our own refunds claim; what of it was spent is written off.
        lost: the part that lost disputes claim; what of it was spent is owed.
    """

    credits: int
    own: int
    lost: int


def target_of(
    granted: int, *, due: int, surplus: int, refunded: int, disputed: int, lost: int
) -> Target:
    """Return the claim: min(granted, floor(granted x active reversals / due)).

    A payment above the price due is a duplicate, and reversals consume it first: refunding it
    claims nothing. An order that cost nothing is never claimed by payments.

    Args:
        granted: credits of the order.
        due: minor units of its price.
        surplus: minor units that were paid above the price.
        refunded: minor units of it that we gave back.
        disputed: minor units of it that disputes took besides.
        lost: the part of these that lost disputes took.
    """

    def claim(amount: int) -> int:
        return 0 if due <= 0 else min(granted, granted * max(0, amount - surplus) // due)

    credits_claimed = claim(refunded + disputed)
    return Target(
        credits=credits_claimed,
        own=claim(refunded),
        lost=credits_claimed - claim(refunded + disputed - lost),
    )
