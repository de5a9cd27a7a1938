"""One mail to one account, once: claimed, sent, noted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reprise.errors import TransientError
from reprise.ports.announcements import Claim, Mailed
from reprise.ports.directory import Directory
from reprise.ports.outbox import MailRefusedError, Outbox, OutMail

_AUTOMATIC = (("Auto-Submitted", "auto-generated"),)
"""Tells answering machines not to answer (RFC 3834)."""


class MailInProgressError(TransientError):
    """Somebody else is sending this mail, or died over it; later it is known which."""


@dataclass(frozen=True, slots=True)
class Mailing:
    """What mailing accounts needs.

    Args:
        directory: their addresses.
        mailed: what they got.
        outbox: where mail leaves.
    """

    directory: Directory
    mailed: Mailed
    outbox: Outbox

    def mail(
        self,
        account_id: str,
        whats: Sequence[str],
        words: Callable[[Sequence[str]], tuple[str, str]],
        now: datetime,
    ) -> Mapping[str, int]:
        """Send an account one mail about whatever of these it was not mailed about yet.

        An address that the service refuses was attempted, as one that bounces was.

        Args:
            account_id: the account.
            whats: what there is to say, each to be said once.
            words: returns subject and text for those that are said now.
            now: the wall clock.

        Returns:
            One count: `sent`, `refused`, `before` where all was said, `unknown` where nobody is
            registered; none where there is nothing to say.

        Raises:
            MailInProgressError: another is at one of them.
            TransientError: it was not sent now; the claims lapse.
        """
        profile = self.directory.profile(account_id) if whats else None
        if profile is None:
            return {"unknown": 1} if whats else {}
        claims = {what: self.mailed.claim(account_id, what, now) for what in whats}
        if Claim.OTHERS in claims.values():
            raise MailInProgressError(f"{account_id}: is being mailed")
        mine = [what for what, claim in claims.items() if claim is Claim.MINE]
        if not mine:
            return {"before": 1}
        outcome = "sent"
        try:
            self.outbox.send(OutMail(profile.email, *words(mine), headers=_AUTOMATIC))
        except MailRefusedError:
            outcome = "refused"
        for what in mine:
            self.mailed.settle(account_id, what, outcome, now)
        return {outcome: 1}
