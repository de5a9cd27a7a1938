"""Whatever can stop in silence has an alarm that says so."""

import json
import re

from reprise.metrics import NAMESPACE, Metric

from tests.support.template import (
    ROOT,
    alarms,
    functions,
    logical_id,
    polled,
    resources,
    target,
    template,
    watched,
)


def test_every_metric_of_the_code_is_watched_and_every_watched_one_exists():
    named = [alarm["MetricName"] for alarm in alarms() if alarm["Namespace"] == NAMESPACE]
    alarmed = {name["Fn::Sub"] if isinstance(name, dict) else name for name in named}
    boards = json.dumps(resources("AWS::CloudWatch::Dashboard"))
    assert alarmed <= set(Metric)
    assert [name for name in Metric if name not in alarmed and name not in boards] == []


def test_metrics_are_named_by_the_enumeration_only():
    """A literal name would escape the test above."""
    literal = re.compile(r"add_metric\(\s*(?:name=)?[\"']")
    for folder in ("layers/common/reprise", "functions"):
        for path in (ROOT / folder).rglob("*.py"):
            assert not literal.search(path.read_text()), path


def test_alarms_look_where_the_metrics_are_written():
    """Powertools writes one dimension, the service, which Globals sets to the stack's name."""
    variables = template()["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == NAMESPACE
    for alarm in alarms():
        if alarm["Namespace"] == NAMESPACE:
            service = {"Name": "service", "Value": variables["POWERTOOLS_SERVICE_NAME"]}
            assert alarm["Dimensions"] == [service]


def test_every_alarm_notifies_somebody_and_every_function_has_one():
    assert all("AlarmActions" in alarm for alarm in alarms())
    assert watched("AWS/Lambda", "Errors") == set(resources("AWS::Serverless::Function"))


def test_a_schedule_that_stops_is_noticed():
    """What a function measures about itself says nothing while it does not run."""
    scheduled = {
        logical_id(stem)
        for stem, function in functions().items()
        if any(event["Type"] == "Schedule" for event in function.get("Events", {}).values())
    }
    silent = {
        target(alarm["Dimensions"][0]["Value"])
        for alarm in alarms()
        if alarm["MetricName"] == "Invocations" and alarm["TreatMissingData"] == "breaching"
    }
    # Messages of others call it as well, so what its schedule alone tells is watched instead.
    assert scheduled - silent == {"CaseActionsFunction"}
    told = [alarm for alarm in alarms() if alarm["TreatMissingData"] == "breaching"]
    (sweep,) = [alarm for alarm in told if alarm["MetricName"] == Metric.CASE_OVERDUE]
    assert (sweep["Statistic"], sweep["Threshold"]) == ("SampleCount", 1)


def test_a_call_that_is_lost_and_a_function_that_is_not_let_run_are_noticed():
    functions_ = resources("AWS::Serverless::Function")
    for_good = {name for name, one in functions_.items() if "EventInvokeConfig" in one}
    assert watched("AWS/Lambda", "DestinationDeliveryFailures") == for_good
    assert watched("AWS/Lambda", "Throttles") == set(functions_)


def test_a_queue_that_nobody_works_off_is_noticed():
    worked = {queue for queue, _ in polled().values()}
    assert watched("AWS/SQS", "ApproximateAgeOfOldestMessage") == worked


def test_a_stream_that_nobody_reads_is_noticed():
    assert watched("AWS/EventBridge/Pipes", "ExecutionFailed") == set(resources("AWS::Pipes::Pipe"))


def test_a_mail_that_never_reaches_us_is_noticed():
    """SES gives up after four hours; its bucket and function know nothing of it."""
    assert watched("AWS/SES", "PublishFailure") == set(resources("AWS::SES::ReceiptRule"))


def test_production_wakes_somebody():
    rule = template()["Rules"]["ProdWakesSomebody"]
    assert rule["RuleCondition"] == {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}
    (given,) = [each["Assert"] for each in rule["Assertions"]]
    assert given == {"Fn::Not": [{"Fn::Equals": [{"Ref": "AlarmTopicArn"}, ""]}]}
