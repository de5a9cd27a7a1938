"""Deciding charges and their outcomes."""

from reprise.errors import BadInputError, InvariantViolationError
from reprise.ledger.charges import Charge, Outcome, Take, credits_due_back
from reprise.ledger.commands import ChargeGeneration, SettleCharge
from reprise.ledger.draft import Decision, Draft
from reprise.ledger.entries import Reason
from reprise.ledger.errors import (
    BoundExceededError,
    CreditsInsufficientError,
    GenerationUnknownError,
)
from reprise.ledger.instants import to_ms
from reprise.ledger.reversing import resettle

OPEN_CHARGES_MAX = 100
LOTS_MAX = 400


def charge_generation(draft: Draft, command: ChargeGeneration) -> Decision:
    """Take a generation's credits, soonest-expiring lots first.

    Raises:
        CreditsInsufficientError: not enough is available.
        BoundExceededError: the head is too large to take on another charge.
    """
    if command.credits < 1:
        raise BadInputError("credits", "must be a positive integer")
    if len(draft.charges) >= OPEN_CHARGES_MAX:
        raise BoundExceededError(
            "generation_id", f"at most {OPEN_CHARGES_MAX} charges may be open; wait for outcomes"
        )
    if len(draft.lots) >= LOTS_MAX:
        raise BoundExceededError("account_id", f"at most {LOTS_MAX} lots; ask an operator")
    terms = draft.rules.current
    lots = draft.account.spendable(draft.now, terms.notice)
    available = sum(lot.remaining for lot in lots)
    if available < command.credits:
        raise CreditsInsufficientError(available, command.credits)
    takes: list[Take] = []
    missing = command.credits
    for lot in lots:
        taken = min(missing, lot.remaining)
        if taken == 0:
            break
        draft.post(lot.lot_id, -taken, Reason.TAKE)
        takes.append(Take(lot.lot_id, taken))
        missing -= taken
    draft.charges[command.generation_id] = Charge(
        command.generation_id, command.operation, tuple(takes), draft.now
    )
    draft.details |= {"operation": command.operation, "credits": command.credits}
    return draft.sealed(terms.version)


def settle_charge(draft: Draft, command: SettleCharge) -> Decision:
    """End a charge and give back what its outcome owes, in reverse order of taking.

    Raises:
        GenerationUnknownError: no open charge of this account names the generation.
    """
    charge = draft.charges.pop(command.generation_id, None)
    if charge is None:
        raise GenerationUnknownError(command.generation_id)
    if command.outcome is Outcome.PARTIAL and not 0 < command.delivered < command.promised:
        raise BadInputError("delivered", "a partial outcome has 0 < delivered < promised")
    back = credits_due_back(command.outcome, charge.credits, command.delivered, command.promised)
    if not 0 <= back <= charge.credits:
        raise InvariantViolationError(f"{command.key}: refund {back} of {charge.credits} taken")
    draft.details |= {
        **command.details,
        "operation": charge.operation,
        "outcome": command.outcome.value,
        "refunded": back,
        "charged_at_ms": to_ms(charge.at),
    }
    for take in reversed(charge.takes):
        returned = min(back, take.credits)
        back -= returned
        _return(draft, take.lot_id, returned)
    return draft.sealed(draft.rules.in_force)


def _return(draft: Draft, lot_id: str, credits: int) -> None:
    """Return credits to a lot; a claim on its order is served before the customer."""
    if credits == 0:
        return
    lot = draft.lots[lot_id]
    draft.give_back(lot_id, credits)
    if lot.order_id is not None:
        resettle(draft, lot.order_id)
