"""A refund of ours that fails: a case, the call that makes the refund, and Stripe's events."""

import json
from dataclasses import replace
from datetime import timedelta

from reprise.cases.model import CaseState
from reprise.errors import TransientError
from reprise.ports.stripe import StripeSilentError

from tests.support.desk import ADA, NOW, PAYMENT, World
from tests.support.stripe import body, deliver, standing

STATUSES = {
    "refund.created": "pending",
    "refund.updated": "failed",
    "refund.failed": "failed",
}


class FailedRefund(World):
    """Ada's withdrawal, whose refund Stripe has made before the answer of the call is known."""

    def __init__(self):
        super().__init__()
        self.open()
        self.stripe.faults, self.stripe.after = [StripeSilentError("played")], True
        self.work()
        self.later = NOW

    def watched_by(self, calls):
        """Let every call to a store or to Stripe be counted, and one of them be the last."""
        desk, books = self.desk, self.books
        self.books = replace(
            books,
            ledger=replace(books.ledger, store=calls.watch(books.ledger.store)),
            parking=calls.watch(books.parking),
            wake=calls.watch(self).wake,
        )
        self.desk = replace(
            desk,
            books=self.books,
            cases=calls.watch(desk.cases),
            tallies=calls.watch(desk.tallies),
            stripe=calls.watch(desk.stripe),
        )
        return self

    def wake(self, case_ids, _now):
        self.woken.extend(case_ids)

    def do(self, step):
        """Take a step when the case is due anyway, and then whatever messages it sent."""
        self.later += timedelta(minutes=70)
        if step == "call":
            self.try_to_work()
        else:
            deliver(self.books, self.said(step), self.later)
        while self.woken:
            self.try_to_work()
            self.woken.pop()

    def try_to_work(self):
        try:
            self.work(now=self.later)
        except TransientError:
            self.work(now=self.later + timedelta(minutes=5))

    def said(self, step):
        sample = "charge_refunded" if step == "charge.refunded" else "refund_of_ours"
        event = json.loads(body(sample)) | {"id": f"evt_{step}", "type": step}
        found = event["data"]["object"]
        if step in STATUSES:
            (made,) = self.stripe.refunds[PAYMENT]
            found |= {"id": made.refund_id, "status": STATUSES[step]}
            found["metadata"] = {"reprise_attempt": made.attempt}
        return json.dumps(event).encode()

    def end(self):
        """Work as schedules would; return where account and case stand."""
        self.later += timedelta(hours=1)
        case = self.work(now=self.later)
        assert case.state is CaseState.PERSON
        attempts = [(one.attempt_id, one.state, one.refund_id) for one in case.attempts]
        times = self.actions().count("refund_failed"), case.due_at > self.later
        waiting = [one.kind for one in self.books.parking.parked(10).items]
        account = standing(self.books, ADA)
        told = [one.template for one in case.replies if one.template == "refund_failed"]
        return repr((case.state, attempts, times, waiting, account, told, self.balance))
