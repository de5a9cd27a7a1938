"""What a mail's sentences claim: the rules of `terms/intent.toml`, held against each of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from reprise.mail.wording import all_in, any_in, pattern_of
from reprise.mail.words import word_lists
from reprise.policy.facts import Category


@dataclass(frozen=True, slots=True)
class _Rule:
    category: Category
    needs: tuple[str, ...]
    none: tuple[str, ...]
    mail: tuple[str, ...]
    never: tuple[str, ...]
    order: tuple[str, ...]
    span: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A category, and the sentences that say it, by their place."""

    category: Category
    sentences: frozenset[int]


def hits_of(sentences: list[str], language: str) -> list[Hit]:
    """Return what the sentences claim, in the order of the text."""
    claims = [sentence if _claims(sentence, language) else "" for sentence in sentences]
    whole = " ".join(claims)
    found: dict[Category, Hit] = {}
    for rule in _rules():
        if rule.category in found or not _may_hold(rule, whole, language):
            continue
        for window in _windows(len(claims), rule.span):
            if _holds(rule, " . ".join(claims[index] for index in window), language):
                found[rule.category] = Hit(rule.category, frozenset(window))
                break
    hidden = {name for category in found for name in suppressed(category)}
    kept = (hit for category, hit in found.items() if category not in hidden)
    return sorted(kept, key=lambda hit: min(hit.sentences))


def _claims(sentence: str, language: str) -> bool:
    """Tell whether a sentence says that something is so, or asks for it."""
    if pattern_of("supposition", language).search(sentence):
        return False
    return not sentence.endswith("?") or bool(pattern_of("asking", language).search(sentence))


def _may_hold(rule: _Rule, whole: str, language: str) -> bool:
    """Tell whether the mail as a whole has what the rule needs, and nothing that forbids it."""
    needs = (*rule.needs, *rule.mail)
    return all_in(whole, needs, language) and not any_in(whole, rule.never, language)


def _holds(rule: _Rule, text: str, language: str) -> bool:
    if not all_in(text, rule.needs, language) or any_in(text, rule.none, language):
        return False
    at = 0
    for concept in rule.order:
        match = pattern_of(concept, language).search(text, at)
        if not match:
            return False
        at = match.end()
    return True


def _windows(count: int, span: int) -> Iterator[range]:
    """Yield runs of neighbouring sentences, the tightest first."""
    for width in range(1, span + 1):
        for start in range(count - width + 1):
            yield range(start, start + width)


@lru_cache(maxsize=1)
def _rules() -> tuple[_Rule, ...]:
    return tuple(
        _Rule(
            Category(rule["category"]),
            tuple(rule["all"]),
            tuple(rule.get("none", ())),
            tuple(rule.get("mail", ())),
            tuple(rule.get("never", ())),
            tuple(rule.get("order", ())),
            rule["span"],
        )
        for rule in word_lists("intent")["rules"]
    )


def suppressed(category: Category) -> tuple[str, ...]:
    """Return the categories whose words are also said where this one is meant."""
    return tuple(word_lists("intent")["suppresses"].get(category, ()))
