"""Idempotency keys: the first answer to a key is its only one.

Source: docs.stripe.com/api/idempotent_requests: answers are stored once the work began, 500s
included, and forgotten after a day; what failed validation, or was one too many, is not stored.
"""

import json
from dataclasses import dataclass, field

from ops.stripe_standin.errors import ApiError
from ops.stripe_standin.forms import Params

_UNSTORED_CODES = frozenset(
    {"lock_timeout", "parameter_invalid_integer", "parameter_unknown", "rate_limit"}
)


@dataclass(slots=True)
class Answers:
    """The stored answers by key; None while the first request is still under way."""

    stored: dict[str, tuple[str, tuple[int, dict[str, object]] | None]] = field(
        default_factory=dict
    )

    def begin(
        self, key: str, method: str, path: str, params: Params
    ) -> tuple[int, dict[str, object]] | None:
        """Claim a key, or return the answer that is stored under it.

        Raises:
            ApiError: the key was used with other parameters, or is being used right now.
        """
        asked = json.dumps([method, path, params], sort_keys=True)
        if key not in self.stored:
            self.stored[key] = (asked, None)
            return None
        first, found = self.stored[key]
        if first != asked:
            said = (
                "Keys for idempotent requests can only be used with the same parameters they were "
                f"first used with. Try using a key other than '{key}'."
            )
            raise ApiError(400, "", said, kind="idempotency_error")
        if found is None:
            said = f"There is currently another in-progress request using this key: '{key}'."
            raise ApiError(409, "idempotency_key_in_use", said, kind="idempotency_error")
        return found

    def end(self, key: str, status: int, body: dict[str, object]) -> None:
        """Store the answer of a claimed key, or let go of the key where Stripe would."""
        error = body.get("error")
        if isinstance(error, dict) and error.get("code") in _UNSTORED_CODES:
            self.release(key)
        else:
            self.stored[key] = (self.stored[key][0], (status, body))

    def release(self, key: str) -> None:
        """Let go of a claimed key: the request never arrived."""
        del self.stored[key]

    def forget(self) -> None:
        """Forget every key, as Stripe may after a day."""
        self.stored.clear()
