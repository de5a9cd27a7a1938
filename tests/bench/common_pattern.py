"""What most projects would write instead: Powertools Idempotency around a change of a balance.

The balance is read, changed and written back, and a line of history is written. As the
documentation of Powertools shows it (docs.aws.amazon.com/powertools/python, Idempotency), the
event's id is the key, and the Lambda context is registered, so that a record of a function that
died is given up once its time is over.
"""

from dataclasses import dataclass

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)

from tests.support.aws import Context

LEFT_MS = 50
"""What a function has left when it begins: an event whose function died waits no longer."""
KEPT_SECONDS = 3600
"""How long a record is kept, by default."""


@dataclass(frozen=True)
class CommonPattern:
    """Balances behind Powertools Idempotency.

    Args:
        client: a DynamoDB client.
        records: the table of idempotency records, keyed by `id`.
        table: the table of balances, history and generations, keyed by `pk` and `sk`.
        kept_seconds: how long a record is kept.
    """

    client: object
    records: str
    table: str
    kept_seconds: int = KEPT_SECONDS

    def deliver(self, event):
        """Handle one delivery of an event: `id`, `account`, `credits`, `why`, perhaps `task`."""
        config = IdempotencyConfig(event_key_jmespath="id", expires_after_seconds=self.kept_seconds)
        config.register_lambda_context(Context(LEFT_MS))
        store = DynamoDBPersistenceLayer(self.records, boto3_client=self.client)
        guarded = idempotent_function(
            self._handle, data_keyword_argument="event", persistence_store=store, config=config
        )
        return guarded(event=event)

    def _handle(self, *, event):
        if "task" in event:
            return self._attach(event)
        balance = self.balance(event["account"]) + event["credits"]
        self.client.update_item(
            TableName=self.table,
            Key=self._key(event["account"], "balance"),
            UpdateExpression="SET balance = :balance",
            ExpressionAttributeValues={":balance": {"N": str(balance)}},
        )
        self.client.put_item(
            TableName=self.table,
            Item={
                **self._key(event["account"], f"history#{event['id']}"),
                "credits": {"N": str(event["credits"])},
                "balance": {"N": str(balance)},
                "why": {"S": event["why"]},
            },
        )
        return {"balance": balance}

    def _attach(self, event):
        self.client.update_item(
            TableName=self.table,
            Key=self._key(event["account"], f"generation#{event['why']}"),
            UpdateExpression="SET task = :task",
            ExpressionAttributeValues={":task": {"S": event["task"]}},
        )
        return {"task": event["task"]}

    def balance(self, account) -> int:
        """Read a balance."""
        found = self.client.get_item(
            TableName=self.table, Key=self._key(account, "balance"), ConsistentRead=True
        )
        return int(found.get("Item", {}).get("balance", {"N": "0"})["N"])

    @staticmethod
    def _key(account, sk):
        return {"pk": {"S": f"account#{account}"}, "sk": {"S": sk}}


def make_tables(client, name):
    """Create both tables and return their names: records, then balances."""
    for table, keys in {f"{name}-records": ["id"], f"{name}-balances": ["pk", "sk"]}.items():
        client.create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
            KeySchema=[
                {"AttributeName": key, "KeyType": kind}
                for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
            ],
        )
    return f"{name}-records", f"{name}-balances"
