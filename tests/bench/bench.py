"""What every benchmark stands on: one MiniStack of its own and tables of the template on it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import boto3
from reprise.adapters.dynamodb.ledger import DynamoLedgerStore
from reprise.composition import aws, pause, rules_at
from reprise.policy.book import packaged_book
from reprise.usecases.ledger import Ledger

from ops.stack import ministack
from tests.support.tables import make_table

_NUMBERS = count()
"""Of tables: whoever measures on one endpoint measures on tables of their own."""


@dataclass(frozen=True)
class Bench:
    """A DynamoDB endpoint that reports capacity as AWS does."""

    endpoint: str

    def client(self):
        """A DynamoDB client with the configuration of the functions."""
        return boto3.client(
            "dynamodb", config=aws.CLIENT_CONFIG, **ministack.client_arguments(self.endpoint)
        )

    def table(self, logical_id="LedgerTable") -> str:
        """A new, empty table as the template declares it."""
        return make_table(self.client(), logical_id, f"{logical_id}-{next(_NUMBERS)}")

    @staticmethod
    def ledger(client, table) -> Ledger:
        """The ledger as the functions compose it."""
        return Ledger(DynamoLedgerStore(client, table), rules_at(packaged_book()), pause)


@contextmanager
def running() -> Iterator[Bench]:
    """Start a MiniStack for the benchmarks and end it after them."""
    with tempfile.TemporaryDirectory(prefix="reprise-", ignore_cleanup_errors=True) as folder:
        server = ministack.start(Path(folder) / "ministack")
        try:
            yield Bench(server.endpoint)
        finally:
            ministack.stop(server)
