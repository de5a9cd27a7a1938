"""Failed generations: "refunded to your balance automatically", "aren't refundable" if they worked.

How each provider's answer is read is in `provider_events` and `refund_deadline`; here is what the
customer sees of it, and is told.
"""

from datetime import UTC, datetime, timedelta

import pytest
from reprise.ledger.charges import Outcome
from reprise.ledger.commands import Gift, SettleCharge
from reprise.ledger.lots import LotKind

from tests.support.ledger import CAUSE
from tests.support.story import ADA, Story

BOUGHT = datetime(2027, 3, 9, 12, tzinfo=UTC)
DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
FAILED = (
    "The stem separation failed and the credits were deducted anyway. Link:"
    " https://app.example/library/{} Could you put them back?"
)
DISLIKED = (
    "I don't like how the song turned out, can I have a refund? https://app.example/library/{}"
)


@pytest.fixture
def story():
    story = Story(BOUGHT, country="US")
    story.buys_pack(country="US")
    return story


def ledger(story, command):
    return story.world.deployed.ledger.run(ADA, command, story.now)


def lots(story):
    _, balance = story.api("GET", f"/accounts/{ADA}/balance")
    return {lot["kind"]: lot["remaining"] for lot in balance["lots"]}


def test_credits_go_back_to_the_lots_they_came_from_once(story):
    """Seven of a gift, three of a pack; a second report and a later success move nothing."""
    ledger(story, Gift(LotKind.GOODWILL, "sorry", 7, BOUGHT + 8 * DAY, CAUSE))
    story.generates("gen_1")
    assert lots(story) == {"pack": 997}
    for _ in range(2):
        story.reports("gen_1", operation="music_custom", provider="suno", error={"code": 500})
        assert lots(story) == {"goodwill": 7, "pack": 1000}
    ledger(story, SettleCharge("gen_1", Outcome.DELIVERED, CAUSE))
    assert lots(story) == {"goodwill": 7, "pack": 1000}
    _, charge = story.api("GET", f"/accounts/{ADA}/charges/gen_1")
    assert (charge["outcome"], charge["refunded"]) == ("failed", 10)
    story.holds_together()


def test_what_nobody_resolves_is_back_after_twenty_minutes_and_not_before(story):
    """`Always within an hour`: the deadline leaves slack for half an hour of outage."""
    story.generates("gen_1", "stems_12")
    assert story.at(BOUGHT + 20 * MINUTE - SECOND).available == 950
    assert story.at(BOUGHT + 20 * MINUTE).available == 1000
    story.holds_together()


@pytest.mark.parametrize(
    ("outcome", "outputs", "words"),
    [
        (Outcome.FAILED, (), "10 of the 10 credits of that generation are back"),
        (Outcome.PARTIAL, (1, 2), "5 of the 10 credits of that generation are back"),
        (Outcome.DELIVERED, (), "Successful generations - even if the result isn't the vibe"),
    ],
)
def test_who_asks_is_told_what_came_back(story, outcome, outputs, words):
    """The words of the mail decide nothing: the ledger says how it ended."""
    story.generates("gen_stems001", "stems_2")
    ledger(story, SettleCharge("gen_stems001", outcome, CAUSE, *outputs))
    before = story.available
    for text in (FAILED, DISLIKED):
        story.writes(text.format("gen_stems001"))
        assert words in story.said
    assert story.available == before
    story.holds_together()
