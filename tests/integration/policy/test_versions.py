"""Changes: "judged against the policy in force at the time of your purchase"."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.policy import text
from tests.support.story import Story

CHANGES = datetime(2027, 3, 10, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
OLD = "Credit packs are non-refundable once the credits land on your balance"
NEW = "Credit packs are final once the credits land on your balance"
UNWANTED = (
    "I bought a pack of 1000 credits, the credits landed, but I no longer want them."
    " Refund please. {}"
)


@pytest.mark.parametrize(
    ("bought", "opened", "version", "sentence"),
    [
        (CHANGES - SECOND, None, "2026-05-02", OLD),
        (CHANGES, None, "2027-03-10", NEW),
        (CHANGES + SECOND, CHANGES - HOUR, "2027-03-10", NEW),
    ],
    ids=["a second before", "at that instant", "on a page that was opened before"],
)
def test_the_answer_quotes_the_sentence_of_its_time(bought, opened, version, sentence):
    """Decision, order and answer name one version, however long afterwards they are asked."""
    second = text("2027-03-10", CHANGES).replace(OLD, NEW)
    story = Story(CHANGES - HOUR * 24, second, country="US")
    order = story.at(bought).buys_pack(country="US", opened=opened)
    case = story.after(days=40).writes(UNWANTED.format(order))
    assert (case.decision.rule, case.decision.policy_version) == ("pack_credited", version)
    assert story.order(order)["policy_version"] == version
    assert sentence in story.said
    story.holds_together()
