"""Where mail leaves: what was sent to whom, and what may have been sent twice with reason."""

from collections import Counter

from reprise.ports.outbox import MemoryOutbox

from tests.simulation import customers


class Outbox(MemoryOutbox):
    """An outbox that remembers, and lets customers read what they get.

    Args:
        world: in which they read it.
    """

    def __init__(self, world):
        super().__init__()
        self.world = world
        self.sent_at = []
        self.excused = Counter()

    def send(self, mail):
        answer = super().send(mail)
        self.sent_at.append((self.world.now, mail))
        customers.read_mail(self.world, mail, answer)
        return answer

    def troubled(self, kind, mail):
        """A mail that left while its sender died may be sent again by whoever claims it next."""
        if kind in {"crash after", "mail doubtful"}:
            self.excused[mail.to] += 1

    def unnoted(self, kind, account_id, *_):
        """So may one of which could not be noted that it was sent."""
        if kind != "overtaken":
            self.excused[f"{account_id}@shop.example"] += 1
