"""What AWS refuses or does, and no local stack shows."""

import re

import pytest
from reprise.cases.tokens import tagged, token_of

from tests.support.files import ROOT
from tests.support.template import polled, resources, target, template


def listed(value):
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("name", sorted(resources("AWS::SQS::QueuePolicy")))
def test_a_policy_of_a_queue_speaks_of_that_queue_alone(name):
    """SQS refuses any other as an invalid value, and the first deployment with it.

    Source: SQS developer guide, "Special Information for SQS Policies".
    """
    policy = resources("AWS::SQS::QueuePolicy")[name]
    (queue,) = map(target, policy["Queues"])
    for statement in policy["PolicyDocument"]["Statement"]:
        assert [target(one) for one in listed(statement["Resource"])] == [queue]


def test_whatever_a_rule_sends_to_lets_it_send():
    allowing = [
        (statement["Resource"], statement["Condition"]["ArnEquals"]["aws:SourceArn"])
        for policy in resources("AWS::SQS::QueuePolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    may = {(target(queue), target(rule)) for queue, rule in allowing}
    sent = {
        (target(arn), name)
        for name, rule in resources("AWS::Events::Rule").items()
        for sink in rule["Targets"]
        for arn in (sink["Arn"], sink["DeadLetterConfig"]["Arn"])
    }
    assert may == sent


def test_no_burst_on_a_queue_takes_the_concurrency_that_callers_wait_for():
    """Else charges and Stripe's events are throttled while a backlog is worked off.

    A queue's poller grows to 1,000 runs at once, which is what an account has for everything.
    """
    at_once = {
        stem: mapping.get("ScalingConfig", {}).get("MaximumConcurrency", 1_000)
        for stem, (_, mapping) in polled().items()
    }
    assert at_once
    assert min(at_once.values()) >= 2, "Lambda takes no less"
    together = sum(at_once.values())
    assert together <= 100, at_once
    assert f"Our queues take {together} of them at most" in (ROOT / "docs/wiring.md").read_text()


def test_an_address_for_answers_is_no_longer_than_mail_allows():
    """RFC 5321 and SES take 64 characters before the `@`, the case's tag included."""
    pattern = template()["Parameters"]["MailRecipient"]["AllowedPattern"]
    fits = "r" * 35 + "@music.example"
    assert re.fullmatch(pattern, fits)
    assert len(tagged(fits, token_of(b"key", "CABCDEFGHIJ")).partition("@")[0]) == 64
    assert not re.fullmatch(pattern, "r" + fits)


def test_a_pipe_that_fails_ever_more_seldom_is_noticed():
    """AWS slows it down while it fails, and in the end stops it, which is no failure any more.

    Source: EventBridge user guide, "Pipes error handling and troubleshooting".
    """
    alarm = resources("AWS::CloudWatch::Alarm")["CreditNewsStuckAlarm"]
    assert alarm["Period"] * alarm["EvaluationPeriods"] == 3_600
    assert alarm["DatapointsToAlarm"] == 3
