"""What every chapter plays on: the interfaces of the stack, and checks that are kept count of."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

import boto3
from reprise.adapters.dynamodb.ledger import DynamoLedgerStore
from reprise.adapters.signed_http import SignedHttp
from reprise.client import CreditsClient
from reprise.ledger.audit import audit
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ops.stack.env import STACK_NAME, StackInfo
from ops.stack.product import Product

WAIT_SECONDS_MAX: Final = 120.0
"""Far longer than anything takes: it ends a story that hangs, on however slow a machine."""
_POLL_SECONDS: Final = 0.05


class StoryError(Exception):
    """The story cannot go on: an interface refused, or what was waited for never came."""


@dataclass(slots=True)
class Stage:
    """The local stack as the outside world meets it: Stripe, the product, the schedule, mail.

    Args:
        info: the stack.
        product: the product's backend, under its own role.
        http: carries its signed calls of the credits API.
        console: where the story is told.
        mismatches: what was not as the story has it.
    """

    info: StackInfo
    product: Product
    http: SignedHttp
    console: Console
    mismatches: list[str]

    @classmethod
    def of(cls, info: StackInfo, console: Console, mismatches: list[str]) -> Self:
        """Set the stage on a stack; what is not as the story has it is added to the list."""
        product = Product.of(info)
        keys = {name: value for name, value in product.arguments.items() if name != "endpoint_url"}
        session: Any = boto3.Session(**keys)  # type: ignore[arg-type]
        return cls(info, product, SignedHttp(info.api_url, session), console, mismatches)

    def credits(self, now: datetime | None = None) -> CreditsClient:
        """Return the credits API; at an instant of the story, or at the time that it is."""
        return CreditsClient(self.http, story_now=None if now is None else lambda: now)

    def client(self, service: str) -> Any:  # noqa: ANN401 - the client of any service
        """Return a client with the rights of the account's owner."""
        return boto3.client(service, **self.info.arguments)  # type: ignore[call-overload]

    def tell(self, words: str) -> None:
        """Tell the next step."""
        self.console.print(f"  • {words}", markup=False)

    def invoke(self, function: str, event: dict[str, Any]) -> None:
        """Invoke a function with an event of the service that triggers it."""
        answer = self.client("lambda").invoke(
            FunctionName=self.info.function(function), Payload=json.dumps(event).encode()
        )
        if "FunctionError" in answer:
            raise StoryError(f"{function} raised: {answer['Payload'].read().decode()}")

    def wait(self, what: str, is_so: Callable[[], bool]) -> None:
        """Wait until something is so.

        Raises:
            StoryError: it never came to be.
        """
        began = time.monotonic()
        while not is_so():
            if time.monotonic() - began > WAIT_SECONDS_MAX:
                raise StoryError(f"{what}: not so after {WAIT_SECONDS_MAX:.0f} s")
            time.sleep(_POLL_SECONDS)

    def drained(self, queue_id: str) -> bool:
        """Tell whether a queue of the template holds nothing, neither waiting nor in work."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.client("sqs").get_queue_attributes(
            QueueUrl=self._queue_url(queue_id), AttributeNames=names
        )
        return not any(int(answer["Attributes"][name]) for name in names)

    def _queue_url(self, queue_id: str) -> str:
        answer = self.client("cloudformation").describe_stack_resource(
            StackName=STACK_NAME, LogicalResourceId=queue_id
        )
        return str(answer["StackResourceDetail"]["PhysicalResourceId"])

    def expect(self, what: str, found: object, wanted: object) -> None:
        """Check one figure of the story, say what it is, and keep count of what is wrong."""
        if found == wanted:
            self.console.print("    [green]✓[/]", escape(f"{what}: {found}"))
            return
        self.mismatches.append(f"{what}: {found}, not {wanted}")
        self.console.print("    [red]✗[/]", escape(self.mismatches[-1]), style="red")

    def close(self, account_id: str, balance: int, now: datetime | None = None) -> None:
        """Show an account's statement, and check its balance and its chain of hashes.

        Args:
            account_id: whose.
            balance: what it must be.
            now: the instant of the story, where the account's clock was moved.
        """
        table = Table(title=f"Statement of {account_id}", title_justify="left")
        for heading in ("#", "at", "entry", "credits", "balance", "cause"):
            is_number = heading in {"#", "credits", "balance"}
            table.add_column(heading, justify="right" if is_number else "left", overflow="fold")
        for entry in reversed(list(self.credits(now).entries(account_id))):
            at = f"{entry.at:%Y-%m-%d %H:%M:%S}"
            credits_ = f"{entry.credits:+d}" if entry.credits else "0"
            name = f"{entry.kind} {entry.subject}"
            table.add_row(str(entry.seq), at, name, credits_, str(entry.balance), entry.cause)
        self.console.print(table)
        found = self.credits(now).balance(account_id).balance
        self.expect(f"balance of {account_id}", found, balance)
        self._audit(account_id)

    def _audit(self, account_id: str) -> None:
        store = DynamoLedgerStore(self.client("dynamodb"), self.info.ledger_table)
        found = audit(account_id, store.journal(account_id), store.read(account_id).account)
        sound = f"{found.entries} entries reproduce the head"
        self.expect("hash chain", found.difference or sound, sound)
