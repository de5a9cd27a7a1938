"""Dead letters are listed without their contents, and sent back to where they failed."""

import json

import boto3
import pytest
from reprise.errors import BadInputError

from ops import dead_letters
from ops.cli.output import Exit
from ops.cli.target import Target
from tests.integration.cli.conftest import REGION

EVENT = {
    "detail-type": "Generation Callback",
    "detail": {"account_id": "usr_1", "generation_id": "gen_1", "payload": {"secret": "lyrics"}},
}


@pytest.fixture
def sqs():
    return boto3.client("sqs", region_name=REGION)


@pytest.fixture
def urls(sqs, monkeypatch):
    """The queues of a stack, by output."""
    made = {}
    for name in ("ProviderEventsDeadLetters", "ProviderEventsUnrouted", "RefundDeadlineFailures"):
        made[f"{name}Url"] = sqs.create_queue(QueueName=name)["QueueUrl"]
    dead = made["ProviderEventsDeadLettersUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]
    policy = {"deadLetterTargetArn": arn["QueueArn"], "maxReceiveCount": 6}
    made["ProviderEventsQueueUrl"] = sqs.create_queue(
        QueueName="events", Attributes={"RedrivePolicy": json.dumps(policy)}
    )["QueueUrl"]
    monkeypatch.setattr(Target, "outputs", lambda *_: made | {"LedgerTableName": "ledger"})
    return made


def bodies(sqs, url):
    got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [message["Body"] for message in got]


@pytest.mark.usefixtures("urls")
def test_nothing_waits(reprise):
    result = reprise("dlq", "list")
    assert (result.exit_code, result.stdout.strip()) == (0, "Nothing waits.")
    assert reprise("dlq", "redrive").stdout.strip() == "0 in all"


def test_what_waits_is_listed_without_its_contents(reprise, sqs, urls):
    sqs.send_message(QueueUrl=urls["ProviderEventsDeadLettersUrl"], MessageBody=json.dumps(EVENT))
    sqs.send_message(QueueUrl=urls["ProviderEventsDeadLettersUrl"], MessageBody="{poison")
    for _ in range(2):  # looking leaves it there
        result = reprise("dlq", "list", "--json")
        assert result.exit_code == 1
        assert result.json["queues"]["ProviderEventsDeadLetters"] == 2
        about = {(one["kind"], one["account"]) for one in result.json["messages"]}
        assert about == {("Generation Callback", "usr_1"), ("message", None)}
        assert "lyrics" not in result.stdout + reprise("dlq", "list").stdout
    asked_for = reprise("dlq", "list", "--json", "--bodies").json["messages"]
    assert json.dumps(EVENT) in [one["body"] for one in asked_for]


@pytest.mark.parametrize("queue", ["ProviderEventsDeadLetters", "ProviderEventsUnrouted"])
def test_messages_go_back_to_their_queue(reprise, sqs, urls, queue):
    for number in range(12):
        sqs.send_message(QueueUrl=urls[f"{queue}Url"], MessageBody=str(number))
    assert reprise("dlq", "redrive", queue, "--limit", "2", "--json").json == {queue: 2}
    assert reprise("dlq", "redrive", "--json").json == {queue: 10}
    back = [body for _ in range(4) for body in bodies(sqs, urls["ProviderEventsQueueUrl"])]
    assert sorted(back, key=int) == [str(number) for number in range(12)]
    assert reprise("dlq", "list").exit_code == 0


def test_a_failed_invocation_is_made_again(sqs, urls):
    arn = "arn:aws:lambda:us-east-1:1:function:deadline:$LATEST"
    failure = {"requestContext": {"functionArn": arn}, "requestPayload": {"id": "tick"}}
    url = urls["RefundDeadlineFailuresUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps(failure))
    calls = []

    class Functions:
        def invoke(self, **call):
            calls.append(call)

    outputs = urls | {"RefundDeadlineFunctionName": "deadline"}
    letters = dead_letters.DeadLetters(outputs, sqs, Functions())
    assert letters.look("RefundDeadlineFailures", 5)[0].kind == "deadline:$LATEST"
    assert letters.redrive("RefundDeadlineFailures", 5) == 1
    (call,) = calls
    assert (call["FunctionName"], call["InvocationType"]) == (arn, "Event")
    assert json.loads(call["Payload"]) == {"id": "tick"}
    assert letters.waiting("RefundDeadlineFailures") == 0


def test_what_nobody_takes_back_stays(reprise, sqs, urls):
    sqs.send_message(QueueUrl=urls["RefundDeadlineFailuresUrl"], MessageBody="stray")
    result = reprise("dlq", "redrive", "RefundDeadlineFailures")
    assert result.exit_code == Exit.FINDING
    assert "runbook" in result.stdout


def test_one_queue_that_nobody_takes_back_does_not_keep_the_others(reprise, sqs, urls):
    """The ledger's stream, say: its news cannot be sent again, and all else can."""
    news = urls["CreditNewsFailuresUrl"] = sqs.create_queue(QueueName="News")["QueueUrl"]
    sqs.send_message(QueueUrl=news, MessageBody=json.dumps({"DDBStreamBatchInfo": {}}))
    sqs.send_message(QueueUrl=urls["ProviderEventsDeadLettersUrl"], MessageBody="{}")
    result = reprise("dlq", "redrive")
    assert result.exit_code == Exit.FINDING
    assert "ProviderEventsDeadLetters: 1 sent back" in result.stdout
    assert "CreditNewsFailures: no queue gave these up" in result.stdout
    assert len(bodies(sqs, urls["ProviderEventsQueueUrl"])) == 1
    again = reprise("dlq", "redrive", "--json")
    assert (again.exit_code, again.json) == (Exit.FINDING, {"CreditNewsFailures": 0})


def test_a_dry_run_says_what_would_go_where_and_moves_nothing(reprise, sqs, urls):
    sqs.send_message(QueueUrl=urls["ProviderEventsDeadLettersUrl"], MessageBody="{}")
    result = reprise("dlq", "redrive", "--dry-run", "--json")
    assert (result.exit_code, result.json) == (Exit.FINE, {"ProviderEventsDeadLetters": 1})
    assert "would be sent back" in reprise("dlq", "redrive", "--dry-run").stdout
    assert reprise("dlq", "list", "--json").json["queues"]["ProviderEventsDeadLetters"] == 1


def test_no_other_function_than_the_stacks_is_run(sqs, urls):
    """Whoever may write into the queue must not choose what runs with an operator's rights."""
    arn = "arn:aws:lambda:us-east-1:1:function:payroll"
    call = {"requestContext": {"functionArn": arn}, "requestPayload": {}}
    url = urls["RefundDeadlineFailuresUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps(call))
    functions = Functions()
    outputs = urls | {"RefundDeadlineFunctionName": "deadline"}
    letters = dead_letters.DeadLetters(outputs, sqs, functions)
    with pytest.raises(BadInputError, match="payroll"):
        letters.redrive("RefundDeadlineFailures", 5)
    assert functions.run == []


@pytest.mark.usefixtures("urls")
def test_a_queue_that_is_not_there_is_wrong_input(reprise):
    assert reprise("dlq", "list", "Nowhere").exit_code == 2


def test_no_stack_is_wrong_input(reprise):
    assert reprise("dlq", "list", tables=False).exit_code == 2


class Sqs:
    """An SQS without the listing of a dead-letter queue's sources, as on the local stack."""

    def __init__(self, *bodies):
        self.waiting = [
            {"MessageId": str(n), "ReceiptHandle": str(n), "Body": body}
            for n, body in enumerate(bodies)
        ]

    def receive_message(self, **_):
        taken, self.waiting = self.waiting, []
        return {"Messages": taken}

    def delete_message(self, **_):
        pass

    def send_message(self, **_):
        pass


class Functions:
    """Remembers what it was told to run."""

    def __init__(self):
        self.run = []

    def invoke(self, **told):
        self.run.append((told["FunctionName"], json.loads(told["Payload"])))


def test_a_failed_call_runs_again_without_a_search_for_the_queue_it_came_from():
    call = {
        "requestContext": {"functionArn": "arn:aws:lambda:us-east-1:1:function:deadline"},
        "requestPayload": {"id": "tick"},
    }
    functions = Functions()
    outputs = {"RefundDeadlineFailuresUrl": "url", "RefundDeadlineFunctionName": "deadline"}
    letters = dead_letters.DeadLetters(outputs, Sqs(json.dumps(call)), functions)
    assert letters.redrive("RefundDeadlineFailures", 10) == 1
    assert functions.run == [("arn:aws:lambda:us-east-1:1:function:deadline", {"id": "tick"})]


class FewMessages(Sqs):
    """An SQS that is asked briefly looks at some of its servers, and these may hold nothing."""

    def receive_message(self, *, WaitTimeSeconds=0, **asked):  # noqa: N803 - SQS's own
        return super().receive_message(**asked) if WaitTimeSeconds else {}


def test_the_few_messages_of_a_queue_are_found_on_whatever_servers_they_are():
    """Source: SQS developer guide, "short and long polling"."""
    outputs = {"ProviderEventsUnroutedUrl": "url", "ProviderEventsQueueUrl": "back"}
    letters = dead_letters.DeadLetters(outputs, FewMessages("{}"), Functions())
    assert letters.redrive("ProviderEventsUnrouted", 10) == 1
