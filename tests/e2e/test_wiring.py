"""What is open is open, what is closed is closed, on the deployed template."""

import subprocess
import sys

import boto3
import pytest
from botocore.exceptions import ClientError

from ops.stack import tools
from ops.stack.product import SOURCE, send

pytestmark = [pytest.mark.stack, pytest.mark.built]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/accounts/u1"),
        ("POST", "/accounts/u1/charges"),
        ("POST", "/accounts/u1/charges/g1/task"),
        ("GET", "/accounts/u1/balance"),
        ("GET", "/accounts/u1/history"),
    ],
)
def test_the_api_is_closed_to_whoever_does_not_sign(stack, method, path):
    assert send(method, stack.api_url + path, b"{}", {}).status == 403


def test_garbage_at_the_webhook_is_refused_without_a_write(stack):
    """A 4xx, so that nobody mistakes it for our fault, and no trace in any table."""
    before = items(stack)
    for body in (b"", b"{}", b"\xff\xfe\x00", b"[" * 10_000):
        answer = send("POST", stack.webhook_url, body, {"Stripe-Signature": "t=1,v1=\u00e9"})
        assert answer.status == 400
    assert items(stack) == before


def items(stack) -> list[int]:
    client = boto3.client("dynamodb", **stack.arguments)
    tables = (stack.ledger_table, stack.cases_table)
    return [client.scan(TableName=table, Select="COUNT")["Count"] for table in tables]


def put(product, bus):
    client = boto3.client("events", **product.arguments)
    entry = {"Source": SOURCE, "DetailType": "Generation Nobody Listens To", "Detail": "{}"}
    return client.put_events(Entries=[entry | {"EventBusName": bus}])


def test_the_product_may_report_generations(stack, product):
    answer = put(product, stack.event_bus)
    assert answer["FailedEntryCount"] == 0
    assert [bool(one["EventId"]) for one in answer["Entries"]] == [True]


def test_the_product_may_not_touch_the_ledger(stack, product):
    client = boto3.client("dynamodb", **product.arguments)
    with pytest.raises(ClientError, match="AccessDenied"):
        client.get_item(
            TableName=stack.ledger_table, Key={"pk": {"S": "account#u1"}, "sk": {"S": "head"}}
        )


def test_the_product_may_not_report_to_another_bus(product):
    with pytest.raises(ClientError, match="AccessDenied"):
        put(product, "default")


def test_the_backend_of_the_wiring_page_runs_as_it_is_written(stack, tmp_path):
    page = (tools.ROOT / "docs" / "wiring.md").read_text()
    backend = tmp_path / "backend.py"
    backend.write_text(
        page.split("## Try it on your machine")[1].split("```python")[1].split("```")[0]
    )
    done = subprocess.run(
        [sys.executable, backend],
        env=tools.bare_environment(**stack.product_environment()),
        cwd=tools.ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    missing, bought, back, *_ = done.stdout.splitlines()
    assert (missing, bought) == ("10 credits are missing", "1000 credits")
    assert back.startswith("failed: 10 credits are back. The provider rejected")
