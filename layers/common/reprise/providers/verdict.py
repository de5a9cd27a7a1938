"""What one answer of a provider says about a generation."""

from dataclasses import dataclass
from enum import StrEnum

from reprise.errors import InvariantViolationError


class Channel(StrEnum):
    """How an answer reached us."""

    CALLBACK = "callback"
    POLL = "poll"
    SUBMIT = "submit"
    SYNC_HTTP = "sync_http"


class Outcome(StrEnum):
    """What an answer says; the first four are final, the last two are not.

    `unknown` means that the answer is no verdict: ask again, and leave the rest to the deadline.
    """

    DELIVERED = "delivered"
    PARTIAL = "partial"
    FAILED = "failed"
    EMPTY = "empty"
    PROGRESS = "progress"
    UNKNOWN = "unknown"


FINAL = frozenset({Outcome.DELIVERED, Outcome.PARTIAL, Outcome.FAILED, Outcome.EMPTY})


class Step(StrEnum):
    """Which rule of a dialect decided; the last part of `Verdict.rule`."""

    ACCEPTED = "accepted"  # the submit call made a task
    ALREADY_EXISTS = "already-exists"  # a repeated submit found the first task: benign
    CALLBACK_EXCEPTION = "not-a-verdict"  # the status speaks of our side or points elsewhere
    CONTRADICTION = "contradiction"  # success in one field, an error in another, nothing usable
    ERROR_CODE = "error-code"  # the envelope's code is an error
    HTTP = "http-error"  # the HTTP status alone decided
    NO_OUTPUT = "outputs-none"  # a complete result without anything usable
    OUTPUTS = "outputs-all"  # a complete result, as promised
    PENDING_WITH_ERROR = "pending-with-error"  # not finished by status, failed by error code
    POLL_ERROR = "poll-error"  # the poll itself failed, the record was not read
    PROGRESS = "progress"  # a stage before the end
    RESULT_ELSEWHERE = "result-elsewhere"  # finished, but the result has to be fetched
    SHAPE = "shape"  # no known shape
    SOME_OUTPUT = "outputs-some"  # a complete result with fewer outputs than promised
    STATUS = "status"  # the stage or status says failed
    STATUS_ERROR = "status-error"  # an unknown status beside an explicit error code
    UNKNOWN_ID = "unknown-id"  # the provider does not know the task
    UNSUPPORTED = "unsupported"  # the dialect has no reading for this operation and channel
    WAITING_FOR_USER = "waiting-for-user"  # the customer has to act first


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The reading of one answer.

    Args:
        outcome: what it says.
        delivered: usable outputs of a finished result; 0 unless delivered or partial.
        promised: outputs that a complete result would have had, at least 1.
        reason: why, in words for the customer.
        rule: `<provider>.<channel>.<step>`, the rule that decided; stable.
        code: the provider's own code or status word; empty if it gave none.
        detail: the provider's own words, bounded, for operators.
        task_id: the provider's id of the task; None if there is none, empty if two disagree.
        waiting_for_user: the provider waits for the customer, so the deadline is paused.
    """

    outcome: Outcome
    delivered: int
    promised: int
    reason: str
    rule: str
    code: str = ""
    detail: str = ""
    task_id: str | None = None
    waiting_for_user: bool = False

    def __post_init__(self) -> None:
        counts = self.outcome in {Outcome.DELIVERED, Outcome.PARTIAL}
        if not (0 < self.delivered <= self.promised if counts else self.delivered == 0):
            raise InvariantViolationError(
                f"verdict {self.rule}: {self.outcome} with {self.delivered} of {self.promised}"
            )

    @property
    def terminal(self) -> bool:
        """Whether it ends the generation. Unless authenticated, poll before settling anything."""
        return self.outcome in FINAL

    @property
    def step(self) -> Step:
        """Which step of the reading decided."""
        return Step(self.rule.rpartition(".")[2])
