"""Where the operator's commands look: an AWS account and its tables, or the local stack."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import boto3
import typer
from reprise.adapters.dynamodb.announcements import DynamoAnnouncements
from reprise.adapters.dynamodb.brake import DynamoBrake
from reprise.adapters.dynamodb.cases import DynamoCaseStore
from reprise.adapters.dynamodb.ledger import DynamoLedgerStore
from reprise.adapters.dynamodb.mirror import DynamoMirrorStore
from reprise.adapters.dynamodb.outages import DynamoOutageStore
from reprise.billing.events import Expected
from reprise.canonical import Json
from reprise.catalogue.model import Catalogue
from reprise.catalogue.reading import named_catalogue
from reprise.composition import aws, parking_lot, pause, policy_book, rules_at
from reprise.errors import BadInputError
from reprise.policy.book import PolicyBook
from reprise.ports.announcements import Announcements
from reprise.ports.brake import Brake
from reprise.ports.parking import ParkingLot
from reprise.usecases.ledger import Ledger
from reprise.usecases.outages import Outages
from reprise.usecases.stripe.books import Books

from ops.stack.env import NoStackError, StackInfo

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What the options in front of a command say; nothing is asked of AWS before it is needed.

    Tables are those named, else the outputs of the named stack, else those of the local stack.
    The local stack is never meant where an endpoint or a profile is given.

    Args:
        endpoint_url: stands for every AWS endpoint.
        profile: of the AWS configuration.
        region: of the tables.
        ledger_table: name of the ledger's table.
        cases_table: name of the table of cases, accounts and parked events.
        stack_name: the stack whose outputs name the tables.
        catalogue_name: the catalogue that is sold there; else the stack's, else the example.
    """

    endpoint_url: str | None = None
    profile: str | None = None
    region: str | None = None
    ledger_table: str | None = None
    cases_table: str | None = None
    stack_name: str | None = None
    catalogue_name: str | None = None

    def ledger(self) -> DynamoLedgerStore:
        """Return the ledger's store."""
        name = self.ledger_table_name()
        return DynamoLedgerStore(self._dynamodb(), name)

    def parking_lot(self) -> ParkingLot:
        """Return where events wait."""
        name = self.cases_table_name()
        return parking_lot(self._dynamodb(), name)

    def cases(self) -> DynamoCaseStore:
        """Return the store of cases."""
        name = self.cases_table_name()
        return DynamoCaseStore(self._dynamodb(), name)

    def brake(self) -> Brake:
        """Return what holds refunds."""
        name = self.cases_table_name()
        return DynamoBrake(self._dynamodb(), name)

    def wake_case(self, case_id: str) -> bool:
        """Have a case worked on at once; without a stack's outputs its schedule finds it."""
        try:
            queue_url = self._output("CaseActionsQueueUrl", "--stack-name")
        except BadInputError:
            return False
        body = json.dumps({"case_id": case_id})
        self._client("sqs").send_message(QueueUrl=queue_url, MessageBody=body)
        return True

    def _wake(self, case_ids: Sequence[str], _now: datetime) -> None:
        for case_id in case_ids:
            if not self.wake_case(case_id):
                raise BadInputError(
                    "--stack-name", f"must name the stack whose queue wakes {case_id}"
                )

    def books(self, *, livemode: bool | None = None) -> Books:
        """Return what applying Stripe's events needs.

        Args:
            livemode: as the webhook is told it; the stack says, where nobody does.
        """
        if livemode is None:
            livemode = self._output("StripeLivemode", "--livemode or --test-mode") == "true"
        book = self.policy_book()
        return Books(
            ledger=Ledger(self.ledger(), rules_at(book), pause),
            mirrors=DynamoMirrorStore(self._dynamodb(), self.ledger_table_name()),
            parking=self.parking_lot(),
            catalogue=self.catalogue(),
            policy=book,
            expected=Expected(livemode=livemode),
            wake=self._wake,
        )

    def policy_book(self) -> PolicyBook:
        """Return the policy book, with what is known there of its notices."""
        return policy_book(self._dynamodb(), self.ledger_table_name())

    def announcements(self) -> Announcements:
        """Return how far the notices of policy versions are."""
        name = self.ledger_table_name()
        return DynamoAnnouncements(self._dynamodb(), name)

    def outages(self) -> Outages:
        """Return what declaring and confirming outages needs."""
        book = self.policy_book()
        return Outages(
            ledger=Ledger(self.ledger(), rules_at(book), pause),
            mirrors=DynamoMirrorStore(self._dynamodb(), self.ledger_table_name()),
            incidents=DynamoOutageStore(self._dynamodb(), self.ledger_table_name()),
            policy=book,
            catalogue=self.catalogue(),
        )

    def catalogue(self) -> Catalogue:
        """Return the catalogue that is sold there."""
        name = self.catalogue_name
        if name is None and (self.stack_name or self._local()):
            name = self.outputs().get("CatalogueName")
        return named_catalogue(name or "example")

    def caller(self) -> str:
        """Return who runs this: the ARN that AWS knows the caller by."""
        return str(self._client("sts").get_caller_identity()["Arn"])

    def start(self, function: str, event: Json) -> None:
        """Start a function of the stack and do not wait for it.

        Args:
            function: its logical id.
            event: what it is told.
        """
        name = self._output(f"{function}Name", "--stack-name")
        body = json.dumps(event).encode()
        self._client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=body)

    def ledger_table_name(self) -> str:
        """Return the name of the ledger's table."""
        return self.ledger_table or self._output("LedgerTableName", "--table")

    def cases_table_name(self) -> str:
        """Return the name of the table of cases."""
        return self.cases_table or self._output("CasesTableName", "--cases-table")

    def outputs(self, option: str = "--stack-name") -> Mapping[str, str]:
        """Return what the stack says about itself.

        Args:
            option: what could be given instead, for the error.

        Raises:
            BadInputError: no stack is named, and no local one is up.
        """
        local = self._local()
        if local is not None:
            return local.outputs
        if self.stack_name is None:
            raise BadInputError(option, "must be given, or --stack-name, or run `make up` first")
        answer = self._client("cloudformation").describe_stacks(StackName=self.stack_name)
        found = answer["Stacks"][0].get("Outputs", [])
        return {output["OutputKey"]: str(output["OutputValue"]) for output in found}

    def _output(self, name: str, option: str) -> str:
        outputs = self.outputs(option)
        if name not in outputs:
            raise BadInputError("--stack-name", f"{self.stack_name!r} has no output {name}")
        return outputs[name]

    def _local(self) -> StackInfo | None:
        named = (self.endpoint_url, self.profile, self.stack_name)
        if any((*named, self.ledger_table, self.cases_table)):
            return None
        try:
            return StackInfo.load()
        except NoStackError:
            return None

    def _dynamodb(self) -> "DynamoDBClient":
        client: DynamoDBClient = self._client("dynamodb")
        return client

    def client(self, service: str) -> Any:  # noqa: ANN401 - the client of any service
        """Return the client of a service there."""
        return self._client(service)

    def _client(self, service: str) -> Any:  # noqa: ANN401 - the client of any service
        local = self._local()
        if local is not None:
            return boto3.client(service, config=aws.CLIENT_CONFIG, **local.arguments)  # type: ignore[call-overload]
        session: Any = boto3.Session(profile_name=self.profile, region_name=self.region)
        try:
            return session.client(service, endpoint_url=self.endpoint_url, config=aws.CLIENT_CONFIG)
        except ValueError as error:
            raise BadInputError("--endpoint-url", f"must be an address: {error}") from error


def target_of(context: typer.Context) -> Target:
    """Return what the options in front of the command say."""
    target: Target = context.ensure_object(Target)
    return target
