"""What the policy promises of cases and mail, looked at in the end."""

from collections import Counter

from reprise.cases.model import AttemptState

from tests.simulation.truth import DAY, SECOND_POLICY


def at_the_desk(world):
    """Return every promise about cases and mail that was broken, with whom it was broken to."""
    yield from _cases(world)
    yield from _withdrawals(world)
    yield from _mails(world)


def _cases(world):
    """Every case ended as decided; what was approved was given back once, nothing else was."""
    given = Counter()
    for money in world.stripe.money.values():
        for amount, status, attempt in money.refunds.values():
            if attempt is not None and status != "failed":
                given[attempt.partition("#")[0]] += amount
    for case in world.cases.cases.values():
        for broken in _case(world.judge.letter_of(case), case, given.pop(case.case_id, 0)):
            yield case.account_id or "nobody", f"case {case.case_id}: {broken}"
    for case_id in given:
        yield "stripe", f"refunds for a case that is not there: {case_id}"


def _before(case):
    """What stands of earlier rounds, where a refund that failed had the rest decided anew."""
    if not any(one.refund_id and one.state is AttemptState.REFUSED for one in case.attempts):
        return 0
    is_approved = case.state.value == "approved"
    done = (one for one in case.attempts if one.state is AttemptState.DONE)
    return sum(one.amount_minor for one in done if one.round < case.round or not is_approved)


def _case(letter, case, given):
    if not case.over:
        yield f"still {case.state}"
    actions = case.decision.actions if case.decision else ()
    due = sum(one.amount_minor for one in actions if one.kind.value.startswith("refund_"))
    due = (due if case.state.value == "approved" else 0) + _before(case)
    if given != due:
        yield f"{given} given back, {due} decided, {case.state}"
    if letter.automatic:
        yield "opened for a machine's mail"


def _withdrawals(world):
    """A subscription that was withdrawn from never renews."""
    for case in world.cases.cases.values():
        if case.state.value != "approved":
            continue
        for one in case.decision.actions:
            if one.kind.value == "end_subscription" and one.target not in world.stripe.withdrawn:
                yield case.account_id, f"case {case.case_id}: {one.target} goes on"


def _mails(world):
    """Answers go out once a step, and only to whom proved to be the sender."""
    answers, others = Counter(), Counter()
    for _, mail in world.outbox.sent_at:
        tag = mail.reply_to.partition("+")[2].partition(".")[0].upper()
        if tag:
            answers[tag] += 1
        else:
            others[mail.to, mail.text] += 1
    for case_id, count in answers.items():
        case = world.cases.cases[case_id]
        if count > len(case.replies):
            yield case.account_id, f"case {case_id}: {count} answers, {len(case.replies)} due"
        if not case.letter.proven:
            yield case.letter.address, "answered, and never proved to be the sender"
    yield from _notices(world, others)


def _notices(world, sent):
    """Reminders and notices go out once; the policy's to everybody, and in time."""
    for (to, text), count in sent.items():
        # The same credits are reminded of twice; what may have been lost is said again.
        due = 2 if "about to expire" in text else 1
        if count > due + world.outbox.excused[to]:
            yield to, f"mailed {count} times: {text.splitlines()[2]}"
    told = {to for to, text in sent if "policy changes" in text}
    for account, at in world.truth.registered.items():
        if at < SECOND_POLICY - 2 * DAY and f"{account}@shop.example" not in told:
            yield account, "was not told of the second policy"
    if world.book.held_back(SECOND_POLICY):
        yield "everybody", "the second policy was held back: its notices were not out in time"
