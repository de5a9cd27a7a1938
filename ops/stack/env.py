"""What the local stack is called: written by `up`, read by the demo, the tests and the operator."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import boto3

from ops.stack import tools
from ops.stack.ministack import ClientArguments, Server, client_arguments
from ops.stack.process import Part
from ops.stack.standins import StandIn

STACK_NAME: Final = "reprise-local"
STATE: Final = tools.LOCAL / "stack" / "state.json"
PRODUCT_ENV: Final = STATE.with_name("product.env")
"""What a shell reads to run a product's backend against the stack that is up."""


class NoStackError(Exception):
    """No local stack is up; `make up` starts one."""


class StateUnreadableError(NoStackError):
    """The state file is another version's.

    Args:
        parts: the processes that can be told from it.
    """

    def __init__(self, parts: tuple[Part, ...]) -> None:
        super().__init__(f"{STATE} is another version's: run `make down`, then `make up`.")
        self.parts = parts


@dataclass(frozen=True, slots=True)
class StackInfo:
    """One deployed local stack.

    Attributes:
        server: the MiniStack it runs on.
        outputs: the outputs of `template.yaml` by name.
        webhook_secret: what Stripe signs with; only the local stack knows its own.
        stripe: stands in for Stripe, and delivers its events to the webhook.
        provider: stands in for the generation providers.
    """

    server: Server
    outputs: Mapping[str, str]
    webhook_secret: str = field(repr=False)
    stripe: StandIn
    provider: StandIn

    @property
    def endpoint(self) -> str:
        """Stands for every AWS endpoint."""
        return self.server.endpoint

    @property
    def arguments(self) -> ClientArguments:
        """Keyword arguments of a boto3 client with the rights of the account's owner."""
        return client_arguments(self.endpoint)

    @property
    def api_url(self) -> str:
        """Base of the credits API; by path, since nobody resolves the API's local host name."""
        return f"{self.endpoint}/_aws/execute-api/{self.outputs['ApiId']}/$default"

    @property
    def webhook_url(self) -> str:
        """Where Stripe's events go."""
        return f"{self.api_url}/stripe/webhook"

    @property
    def event_bus(self) -> str:
        """Name of the bus that generations are reported on."""
        return self.outputs["EventBusName"]

    @property
    def ledger_table(self) -> str:
        """Name of the ledger's table."""
        return self.outputs["LedgerTableName"]

    @property
    def cases_table(self) -> str:
        """Name of the table of cases and accounts."""
        return self.outputs["CasesTableName"]

    @property
    def mail_bucket(self) -> str:
        """Name of the bucket that holds raw mail."""
        return self.outputs["MailBucketName"]

    @property
    def mail_prefix(self) -> str:
        """Where in the bucket mail arrives, ending in a slash."""
        return self.outputs["MailPrefix"]

    def function(self, stem: str) -> str:
        """Return the deployed name of `functions/<stem>`."""
        return self.outputs[f"{_pascal(stem)}FunctionName"]

    def queue(self, logical_id: str) -> str:
        """Return the URL of a queue of the template."""
        return self.outputs[f"{logical_id}Url"]

    def product_arguments(self) -> dict[str, str]:
        """Return what makes a boto3 client with the rights of the product's backend."""
        credentials = boto3.client("sts", **self.arguments).assume_role(
            RoleArn=self.outputs["ProductRoleArn"], RoleSessionName="product"
        )["Credentials"]
        return {
            "endpoint_url": self.endpoint,
            "region_name": self.arguments["region_name"],
            "aws_access_key_id": credentials["AccessKeyId"],
            "aws_secret_access_key": credentials["SecretAccessKey"],
            "aws_session_token": credentials["SessionToken"],
        }

    def product_environment(self) -> dict[str, str]:
        """Return the environment of a product's backend on this machine, under its own role."""
        own = self.product_arguments()
        return {
            "AWS_ENDPOINT_URL": own["endpoint_url"],
            "AWS_DEFAULT_REGION": own["region_name"],
            "AWS_ACCESS_KEY_ID": own["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": own["aws_secret_access_key"],
            "AWS_SESSION_TOKEN": own["aws_session_token"],
            "CREDITS_API_URL": self.api_url,
            "EVENT_BUS_NAME": self.event_bus,
            "STRIPE_WEBHOOK_URL": self.webhook_url,
            "STRIPE_WEBHOOK_SECRET": self.webhook_secret,
        }

    def save(self, path: Path = STATE) -> None:
        """Write the state file, readable by this user only."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self), indent=2))

    @classmethod
    def load(cls, path: Path = STATE) -> Self:
        """Read the state file.

        Raises:
            NoStackError: if there is none.
            StateUnreadableError: if another version wrote it.
        """
        try:
            text = path.read_text()
        except FileNotFoundError:
            raise NoStackError("No local stack is up: run `make up`.") from None
        state: Any = None
        try:
            state = json.loads(text)
            return cls(
                server=Server(**state["server"]),
                outputs=state["outputs"],
                webhook_secret=state["webhook_secret"],
                stripe=StandIn(**state["stripe"]),
                provider=StandIn(**state["provider"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise StateUnreadableError(_parts_in(state)) from error


def _parts_in(state: Any) -> tuple[Part, ...]:  # noqa: ANN401 - whatever the file held
    """Return the processes that a state of whichever version names."""
    if not isinstance(state, dict):
        return ()
    named = [value for value in state.values() if isinstance(value, dict)]
    return tuple(
        Part(value["pid"], value["started"])
        for value in named
        if isinstance(value.get("pid"), int) and isinstance(value.get("started"), str)
    )


def _pascal(stem: str) -> str:
    return "".join(word.capitalize() for word in stem.split("_"))
