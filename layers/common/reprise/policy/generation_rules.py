"""Generations: what failed is back by itself, what succeeded is final, what is open is settled."""

from reprise.policy.decision import Action, ActionKind, Ruling, Verdict, shown
from reprise.policy.facts import GenerationFacts

_DELIVERED = "delivered"


def generation(found: GenerationFacts | None) -> Ruling:
    """Return what the policy says about a generation that a customer asks about.

    Nothing here moves credits by itself: an open charge is settled by the provider's word, by the
    same use case that the deadline uses.
    """
    if found is None:
        return Ruling(Verdict.ASK, "generation_unknown", "failed_generations", asks="generation")
    evidence = (
        ("generation", found.id),
        ("outcome", found.outcome or "open"),
        ("credits_taken", shown(found.credits_taken)),
        ("credits_returned", shown(found.credits_returned)),
    )
    if found.outcome is None:
        settle = Action(ActionKind.SETTLE_GENERATION, found.id)
        return Ruling(
            Verdict.APPROVE, "generation_open", "failed_generations", (settle,), evidence=evidence
        )
    if found.outcome == _DELIVERED:
        return Ruling(Verdict.DENY, "generation_delivered", "success_final", evidence=evidence)
    return Ruling(Verdict.APPROVE, "generation_refunded", "failed_generations", evidence=evidence)
