"""The template keeps the promises that no unit test can see."""

import json
import re
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from reprise import settings
from reprise.usecases.outage_discounts import UNDER_WAY

from tests.support.template import (
    ROOT,
    functions,
    logical_id,
    polled,
    resources,
    target,
    template,
    watched,
)

WIRED = sorted(functions())
SETTINGS = {
    "case_actions": settings.CaseActionsSettings,
    "credits_api": settings.CreditsApiSettings,
    "expiry_sweep": settings.ExpirySweepSettings,
    "outage_credits": settings.OutageCreditsSettings,
    "policy_notices": settings.PolicyNoticesSettings,
    "provider_events": settings.ProviderSettings,
    "refund_deadline": settings.ProviderSettings,
    "refund_email": settings.RefundEmailSettings,
    "stripe_reconcile": settings.StripeReconcileSettings,
    "stripe_webhook": settings.StripeWebhookSettings,
}


def statements(stem: str) -> list[dict]:
    return [entry for policy in functions()[stem]["Policies"] for entry in policy["Statement"]]


def as_list(value):
    return value if isinstance(value, list) else [value]


def dead_letters():
    """The queues of which an alarm says that something is in them."""
    return watched("AWS/SQS", "ApproximateNumberOfMessagesVisible")


def test_cfn_lint_finds_nothing():
    lint = Path(sys.executable).with_name("cfn-lint")
    command = [lint, ROOT / "template.yaml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("stem", WIRED)
def test_a_function_is_packaged_under_the_path_it_is_imported_by(stem):
    function = functions()[stem]
    assert function["CodeUri"] == f"functions/{stem}"
    assert function["Handler"] == f"functions.{stem}.app.handler"
    metadata = template()["Resources"][logical_id(stem)]["Metadata"]
    assert metadata["BuildProperties"]["ParentPackageMode"] == "auto"


@pytest.mark.parametrize("stem", WIRED)
def test_a_function_that_nobody_waits_for_has_a_failure_destination(stem):
    """HTTP callers see the error and SQS keeps the message; all others need a place for it."""
    function = functions()[stem]
    called = {
        target(integration["IntegrationUri"])
        for integration in resources("AWS::ApiGatewayV2::Integration").values()
    }
    if logical_id(stem) in called or (stem in polled() and "Events" not in function):
        return
    destination = function["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]
    assert target(destination["Destination"]) in dead_letters()


@pytest.mark.parametrize("stem", sorted(polled()))
def test_a_queue_waits_six_timeouts_and_gives_up_into_a_watched_queue(stem):
    timeout = functions()[stem].get("Timeout", template()["Globals"]["Function"]["Timeout"])
    name, mapping = polled()[stem]
    queue = resources("AWS::SQS::Queue")[name]
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert queue["VisibilityTimeout"] >= 6 * timeout
    assert target(queue["RedrivePolicy"]["deadLetterTargetArn"]) in dead_letters()


def test_a_call_for_a_discount_is_over_before_its_shard_comes_again():
    """Credits wait for it so long, and no longer."""
    life = 2 * functions()["outage_credits"]["Timeout"]
    again = resources("AWS::SQS::Queue")["OutageCreditsQueue"]["VisibilityTimeout"]
    assert life < UNDER_WAY.total_seconds() < again


def test_a_rule_keeps_what_it_cannot_deliver():
    for rule in resources("AWS::Events::Rule").values():
        for destination in rule["Targets"]:
            assert target(destination["DeadLetterConfig"]["Arn"]) in dead_letters()


def test_every_queue_is_encrypted():
    queues = resources("AWS::SQS::Queue")
    assert [
        name for name, queue in queues.items() if queue.get("SqsManagedSseEnabled") is not True
    ] == []


def test_every_log_has_a_retention_and_every_function_writes_to_its_own():
    groups = resources("AWS::Logs::LogGroup")
    assert all("RetentionInDays" in group for group in groups.values())
    written = [target(function["LoggingConfig"]["LogGroup"]) for function in functions().values()]
    assert len(set(written)) == len(written)
    assert set(written) <= set(groups)


@pytest.mark.parametrize("stem", WIRED)
def test_a_function_is_told_exactly_what_its_settings_read(stem):
    shared = template()["Globals"]["Function"]["Environment"]["Variables"]
    told = shared | functions()[stem].get("Environment", {}).get("Variables", {})
    read = {field.name.upper() for field in fields(SETTINGS[stem])}
    assert {name for name in told if not name.startswith("POWERTOOLS_")} == read


@pytest.mark.parametrize("stem", WIRED)
def test_a_function_may_do_what_it_needs_and_no_more(stem):
    for statement in statements(stem):
        assert statement["Sid"]
        for action in as_list(statement["Action"]):
            assert "*" not in action
            assert action not in {"dynamodb:Scan", "dynamodb:DeleteTable", "sqs:PurgeQueue"}
        for resource in as_list(statement["Resource"]):
            assert json.dumps(resource) != '"*"'


def test_the_ledger_forgets_nothing():
    """No function may delete an item of the ledger, or rewrite it outside a condition's reach."""
    for stem in WIRED:
        for statement in statements(stem):
            if "LedgerTable" in json.dumps(statement["Resource"]):
                actions = set(as_list(statement["Action"]))
                assert not actions & {"dynamodb:DeleteItem", "dynamodb:BatchWriteItem"}


def test_reading_mail_gives_no_right_to_money():
    for statement in statements("refund_email"):
        actions = set(as_list(statement["Action"]))
        if "LedgerTable" in json.dumps(statement["Resource"]):
            assert actions <= {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"}
        assert "secretsmanager:GetSecretValue" not in actions


def test_time_is_the_wall_clock_in_production():
    rule = template()["Rules"]["ProdRunsOnTheWallClock"]
    assert rule["RuleCondition"] == {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}
    assert [each["Assert"] for each in rule["Assertions"]] == [
        {"Fn::Equals": [{"Ref": "ClockSource"}, "wall"]}
    ]
    assert template()["Parameters"]["ClockSource"]["Default"] == "wall"


def test_tables_and_mail_are_kept_safe():
    for table in resources("AWS::DynamoDB::Table").values():
        assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
        assert table["DeletionProtectionEnabled"] == {"Fn::If": ["IsProd", True, False]}
        assert table["SSESpecification"]["SSEEnabled"]
    assert "TimeToLiveSpecification" not in resources("AWS::DynamoDB::Table")["LedgerTable"]
    bucket = resources("AWS::S3::Bucket")["MailBucket"]
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", {"Ref": "MailRetentionDays"})
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    first = resources("AWS::S3::BucketPolicy")["MailBucketPolicy"]["PolicyDocument"]["Statement"][0]
    condition, nothing, deny = first["Fn::If"]
    assert (condition, nothing) == ("IsLocal", {"Ref": "AWS::NoValue"})
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_source_of_events_is_compared_as_the_list_that_it_is():
    """A call puts many events: compared with one value, `events:source` never matches."""
    compared = [
        operator
        for condition in conditions(template()["Resources"])
        for operator, keys in condition.items()
        if "events:source" in keys
    ]
    assert compared
    assert {operator.partition(":")[0] for operator in compared} <= {"ForAllValues", "ForAnyValue"}


def conditions(node):
    """Every condition of a policy's statement below a node."""
    if isinstance(node, dict):
        if "Effect" in node and "Condition" in node:
            yield node["Condition"]
        for inner in node.values():
            yield from conditions(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from conditions(inner)


def test_only_the_webhook_is_open():
    routes = resources("AWS::ApiGatewayV2::Route").values()
    by_kind = {route["RouteKey"]: route["AuthorizationType"] for route in routes}
    assert {key for key, kind in by_kind.items() if kind != "AWS_IAM"} == {"POST /stripe/webhook"}


@pytest.mark.parametrize("name", ["StripeBaseUrl", "ProvidersBaseUrl"])
def test_a_key_is_sent_in_the_clear_to_this_machine_alone(name):
    declared = template()["Parameters"][name]
    for address in (declared["Default"], "http://127.0.0.1:12111", "http://127.0.0.1:1/kie"):
        assert re.fullmatch(declared["AllowedPattern"], address)
    for address in ("http://api.kie.ai", "http://127.0.0.1.evil.example", "http://127.0.0.1@evil"):
        assert not re.fullmatch(declared["AllowedPattern"], address)


def test_all_mail_goes_out_under_the_suppression_list():
    (configuration,) = resources("AWS::SES::ConfigurationSet").values()
    assert configuration["SuppressionOptions"] == {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]}
    for stem in WIRED:
        actions = {a for each in statements(stem) for a in as_list(each["Action"])}
        if "ses:SendEmail" in actions:
            told = functions()[stem]["Environment"]["Variables"]["MAIL_CONFIGURATION"]
            assert told == {"Fn::If": ["SendsMail", {"Ref": "MailConfiguration"}, ""]}


def test_every_environment_names_its_stage_and_no_other_s_stack():
    environments = tomllib.loads((ROOT / "samconfig.toml").read_text())
    del environments["version"]
    stages = {
        name: told["deploy"]["parameters"]["parameter_overrides"].split()[0]
        for name, told in environments.items()
    }
    assert stages == {"default": "Stage=dev", "staging": "Stage=staging", "prod": "Stage=prod"}
    stacks = {told["global"]["parameters"]["stack_name"] for told in environments.values()}
    assert len(stacks) == len(environments)


def test_every_parameter_is_described_bounded_and_grouped():
    declared = template()["Parameters"]
    groups = template()["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert sorted(name for group in groups for name in group["Parameters"]) == sorted(declared)
    for name, parameter in declared.items():
        assert parameter["Description"], name
        assert {"AllowedValues", "AllowedPattern", "MinValue"} & set(parameter), name
