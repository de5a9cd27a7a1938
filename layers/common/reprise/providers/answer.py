"""One answer of a provider, unwrapped, and the verdicts that can be given on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from reprise.providers import reasons
from reprise.providers.operation import Operation
from reprise.providers.outputs import Tally
from reprise.providers.promises import Promise
from reprise.providers.rules import Dialect
from reprise.providers.values import clip, first, identifier, is_blank, lookup, unwrap, whole, word
from reprise.providers.verdict import Channel, Outcome, Step, Verdict

_NO_ERROR = frozenset({0, 200})
_NO_ERROR_WORDS = frozenset({"", "ok", "success", "false"})


def is_error(value: object) -> bool:
    """Return whether a field that may hold an error's code or text holds one."""
    if is_blank(value) or isinstance(value, Mapping | list):
        return False
    number = whole(value)
    return word(value) not in _NO_ERROR_WORDS if number is None else number not in _NO_ERROR


@dataclass(frozen=True, slots=True)
class Answer:
    """What every step of the interpreter needs of an answer.

    Args:
        dialect: how this provider is read.
        operation: what was asked for.
        channel: how the answer came.
        body: the provider's own object, empty if there is none.
        http_status: status of the HTTP response.
        headers: the response's headers, where the answer is described with them.
        raw: the body before it was unwrapped.
        own: what this charge promised, where it differs from the operation's promise.
    """

    dialect: Dialect
    operation: Operation
    channel: Channel
    body: Mapping[str, object]
    http_status: int
    headers: object
    raw: object
    own: Promise

    @classmethod
    def of(
        cls,
        dialect: Dialect,
        operation: Operation,
        channel: Channel,
        body: object,
        *,
        http_status: int,
        own: Promise,
    ) -> Self:
        """Return the answer, out of its wrappers and its HTTP description."""
        headers: object = {}
        if isinstance(body, Mapping) and whole(body.get("http_status")) and "body" in body:
            http_status = whole(body.get("http_status")) or http_status
            headers, body = body.get("headers"), body.get("body")
        anchors = dialect.anchors
        if channel == Channel.POLL and dialect.poll and dialect.poll.finished:
            anchors = (dialect.poll.finished,)
        read = unwrap(body, anchors) or {}
        return cls(dialect, operation, Channel(channel), read, http_status, headers, body, own)

    @property
    def code(self) -> int | None:
        """The envelope's code, if the dialect and the body have one."""
        return whole(lookup(self.body, self.dialect.codes.at)) if self.dialect.codes.at else None

    @property
    def succeeded(self) -> bool:
        """Whether the envelope says success, or says nothing where it need not."""
        codes = self.dialect.codes
        is_left_out = not codes.at or (codes.optional and self.code is None)
        return is_left_out or self.code in codes.success

    @property
    def task_id(self) -> str | None:
        """The provider's id of the task; None if there is none, empty if two disagree."""
        return identifier(self.body, self.dialect.task_ids)

    def error_code(self) -> str:
        """Return the provider's own code of an error, empty if it gives none."""
        for path in self.dialect.error_codes:
            found = lookup(self.body, path)
            if is_error(found):
                return clip(found)
        return ""

    def undecided(self, step: Step, outcome: Outcome = Outcome.UNKNOWN, code: str = "") -> Verdict:
        """Return a verdict that ends nothing."""
        return self._verdict(
            outcome,
            step,
            reasons.unfinished(step),
            code=code or str(self.code or ""),
            waiting=step is Step.WAITING_FOR_USER,
        )

    def failed(self, step: Step, code: str) -> Verdict:
        """Return a failure."""
        by_code = self.dialect.reasons
        words = by_code.get((self.channel, code)) or by_code.get((None, code))
        reason = reasons.failure(code, self._message(), words)
        return self._verdict(Outcome.FAILED, step, reason, code=code)

    def result(self, tally: Tally, code: str) -> Verdict:
        """Return how much of a complete result is there."""
        promised, enough = self.promise(tally)
        usable = min(tally.usable, promised)
        if usable >= enough:
            outcome, step = Outcome.DELIVERED, Step.OUTPUTS
        elif usable:
            outcome, step = Outcome.PARTIAL, Step.SOME_OUTPUT
        else:
            outcome, step = Outcome.EMPTY, Step.NO_OUTPUT
        reason = reasons.finished(outcome, usable, promised)
        return self._verdict(outcome, step, reason, code, delivered=usable, promised=promised)

    def promise(self, tally: Tally) -> tuple[int, int]:
        """Return how many outputs were promised, and from how many on that is kept."""
        usual = self.dialect.promise(self.operation)
        promised = self.own.outputs or usual.outputs or max(1, tally.listed)
        return promised, Promise(promised, self.own.enough or usual.enough).kept_from(promised)

    def _message(self) -> str:
        return clip(first(self.body, self.dialect.messages))

    def _verdict(
        self,
        outcome: Outcome,
        step: Step,
        reason: str,
        code: str = "",
        *,
        delivered: int = 0,
        promised: int = 0,
        waiting: bool = False,
    ) -> Verdict:
        return Verdict(
            outcome=outcome,
            delivered=delivered,
            promised=promised or self.promise(Tally())[0],
            reason=reason,
            rule=f"{self.dialect.name}.{self.channel}.{step}",
            code=code,
            detail=self._message(),
            task_id=self.task_id,
            waiting_for_user=waiting,
        )
