"""The oracle of cases and outages: how each should be decided, from what really happened."""

from collections import Counter

from reprise.ledger.entries import Reason

from tests.simulation.bodies import PERIOD
from tests.simulation.truth import (
    EEA,
    PACK_PROMISE,
    PLANS,
    VELOCITY_MAX,
    WITHDRAWAL_OVER,
    WITHDRAWAL_SURE,
    Letter,
)

APPROVE, DENY, ASK, PERSON = "approve", "deny", "ask", "person"
ANY = {APPROVE, DENY, ASK, PERSON}


class Judge:
    """Says of every decision, as it is made, whether it may be so.

    Args:
        world: what really happened, and when.
    """

    def __init__(self, world):
        self.world = world
        self.judged = 0
        self.reconciled = {}
        self.outages = {}

    def letter_of(self, case):
        """The mail that a case is about; the reconciler's own question counts as one."""
        first = self.world.truth.letters.get(case.letter.ses_id.removesuffix("-2"))
        if first is not None:
            return first
        order = case.letter.ses_id.removeprefix("reconcile-")
        made = Letter(case.letter.ses_id, case.account_id, "missing", order, self.world.now)
        return self.reconciled.setdefault(case.case_id, made)

    def decided(self, case):
        """Compare a decision with what the model says."""
        # Facts that changed while they were looked at may be the old or the new ones.
        if self.world.overlaps:
            return
        self.judged += 1
        letter = self.letter_of(case)
        allowed = self.allowed(letter)
        verdict = case.decision.verdict.value
        if verdict not in allowed:
            self.world.violate(
                case.account_id or letter.account,
                f"case {case.case_id} ({letter.kind} about {letter.about}): {verdict}"
                f" by {case.decision.rule}, should be {' or '.join(sorted(allowed))}",
            )

    def allowed(self, letter):
        """Return the verdicts that are right."""
        if not letter.proven or letter.kind in {"other", "outage", "answer"}:
            return {PERSON}
        mine = self.world.truth.of(letter.account).values()
        wrongly_charged = any(one.charged_after for one in mine)
        if letter.kind in {"failed", "disliked"}:
            return self._song(letter) | ({APPROVE} if wrongly_charged else set())
        order, bought = self._order(letter)
        if bought is None:
            return ANY if wrongly_charged or letter.kind == "twice" else {ASK}
        if bought.quarrelled or bought.payment.refunds or wrongly_charged or bought.duplicate:
            return self._contested(letter, bought)
        if len(self._under(order)) > 1 or not self._is_known(letter.account):
            return ANY
        return self._about(letter, order, bought)

    def _contested(self, letter, bought):
        """An order whose money moved already, or was charged in error."""
        if letter.kind == "twice" and bought.duplicate and not bought.duplicate.refunds:
            return {APPROVE, PERSON} if self._is_known(letter.account) else ANY
        return ANY

    def _about(self, letter, order, bought):
        """A request about one order that nothing else is wrong with."""
        if letter.kind in {"tier", "card", "twice", "after_cancel"}:
            return {PERSON}
        if letter.kind.startswith("missing"):
            return self._missing(letter, order, bought)
        right = self._withdrawal(letter, order, bought)
        if letter.kind == "withdraw":
            if not EEA[self.world.truth.countries[letter.account]]:
                return {PERSON}
            return {self._denied(letter, order, bought) if one == DENY else one for one in right}
        denied = self._denied(letter, order, bought)
        return {denied} if denied != DENY else right

    def _denied(self, letter, order, bought):
        """What the policy's own words say: packs are final unless they came late and lie unused."""
        late = bought.period is None and self._late(order, bought)
        unused = not self.used(letter.account, order)
        return self._money(letter.account) if late and unused else DENY

    def _withdrawal(self, letter, order, bought):
        """The right of 14 days: certain within 13, over after 21, either in between."""
        if not EEA[self.world.truth.countries[letter.account]]:
            return {DENY}
        age = letter.sent_at - bought.paid_at
        if age >= WITHDRAWAL_OVER:
            return {DENY, PERSON} if self._declared_before(letter) else {DENY}
        went_on = self._paid_again(bought) or self._changed(bought)
        if bought.is_renewal or went_on or self.used(letter.account, order):
            granted = PERSON
        else:
            granted = self._money(letter.account)
        return {granted} if age <= WITHDRAWAL_SURE else {granted, DENY, PERSON}

    def _declared_before(self, letter):
        """Whether an earlier mail withdrew from something: then a person looks at what is late."""
        return any(
            (one.account, one.kind) == (letter.account, "withdraw") and one.sent_at < letter.sent_at
            for one in self.world.truth.letters.values()
        )

    def _paid_again(self, bought):
        """Whether more was paid for the subscription since: all of it goes back, or none."""
        return bool(bought.subscription) and any(
            one.subscription == bought.subscription
            and one is not bought
            and one.paid_at >= bought.paid_at
            and one.still_paid
            for one in self.world.truth.of(bought.account).values()
        )

    def _changed(self, bought):
        """Whether its subscription has another plan since, which may have left a balance."""
        return bool(bought.subscription) and any(
            (one.subscription, one.plan != bought.plan) == (bought.subscription, True)
            for one in self.world.truth.of(bought.account).values()
        )

    def _missing(self, letter, order, bought):
        """A pack that is said to be missing: credited, late, or really not there."""
        if bought.period is not None:
            return {PERSON}
        settled = self._settled(order, bought)
        if settled is None:
            return ANY
        late, unused = self._late(order, bought), not self.used(letter.account, order)
        if late and unused:
            if letter.prefer is None:
                return {ASK, PERSON}
            return {self._money(letter.account) if letter.prefer == "refund" else APPROVE}
        if letter.prefer == "refund":
            return self._withdrawal(letter, order, bought)
        return {APPROVE}

    def _song(self, letter):
        """A generation that failed, or did not please: which one, its writer may leave open."""
        if letter.kind == "failed":
            return self._generation(letter)
        return {PERSON} | (self._generation(letter) if letter.about else {ASK})

    def _generation(self, letter):
        generated = self.world.truth.generated.get(letter.about)
        if generated is None or generated.account != letter.account:
            return {ASK, PERSON}
        entries = self.world.ledger_store.entries
        outcome = entries.get((letter.account, f"outcome#{letter.about}"))
        if outcome is None:
            return {APPROVE}
        return {APPROVE} if outcome.details["outcome"] != "delivered" else {DENY}

    def _money(self, account):
        """Money is given back by a person's word from the third time in ninety days on."""
        given = self.world.truth.refunds_ours.get(account, ())
        return APPROVE if len(given) < VELOCITY_MAX else PERSON

    # What is known -----------------------------------------------------------------------------

    def _order(self, letter):
        mine = self.world.truth.of(letter.account)
        for name, bought in mine.items():
            if letter.about and name.partition("/")[0] == letter.about.partition("/")[0]:
                return name, bought
        return None, None

    def _under(self, order):
        root = order.partition("/")[0]
        return [name for name in self.world.truth.bought if name.partition("/")[0] == root]

    def _is_known(self, account):
        """Whether the product has heard everything about an account."""
        return self.world.stripe.quiet(account)

    def _settled(self, order, bought):
        return self.world.ledger_store.entries.get((bought.account, f"settle#{order}"))

    def _late(self, order, bought):
        """Whether a pack's credits came more than an hour late."""
        settled = self._settled(order, bought)
        at = self.world.now if settled is None else settled.at
        return at - bought.paid_at > PACK_PROMISE

    def used(self, account, order):
        """Credits of an order that charges took and did not give back, by the journal."""
        return used_by_order(self.world.ledger_store.journal(account))[order]

    # Outages -----------------------------------------------------------------------------------

    def outage(self, window, incident_id):
        """Note what each subscriber is due, where all is known and nothing in dispute."""
        due = {}
        for account in self.world.truth.countries:
            mine = self.world.truth.of(account).values()
            plans = [one for one in mine if one.period is not None]
            if self._is_known(account) and not any(_troubled(one) for one in plans):
                due[account] = sum(_owed(one, plans, window) for one in plans)
        self.outages[incident_id] = due


def _troubled(bought):
    return bool(bought.payment.refunds or bought.payment.frozen or bought.charged_after)


def _owed(bought, plans, window):
    """Credits for the part of a paid month in which nothing worked, rounded up."""
    if bought.quarrelled and bought.period[1] - bought.period[0] < PERIOD:
        return 0  # the rest of a month after an upgrade belongs to that month
    start, end = bought.period
    overlap = min(end, window[1]) - max(start, window[0])
    if overlap.total_seconds() <= 0:
        return 0
    since = max(start, window[0])
    grown = any(
        one.subscription == bought.subscription and one.period[1] == end and one.paid_at <= since
        for one in plans
        if one is not bought
    )
    credits = PLANS["premier" if grown else bought.plan][0]
    return min(credits, -(-credits * overlap // PERIOD))


def used_by_order(journal):
    """Credits that charges took and did not give back, by the order they came from."""
    order_of, used = {}, Counter()
    for entry in journal:
        for lot_id, terms in entry.changes.get("lots", {}).items():
            if terms is not None:
                order_of[lot_id] = lot_id if terms[1] is None else terms[1]
        if not entry.key.startswith(("charge#", "outcome#")):
            continue
        for posting in entry.postings:
            if posting.reason in {Reason.TAKE, Reason.RETURN, Reason.REISSUE}:
                used[order_of[posting.lot_id]] -= posting.credits
    return used
