"""Clients of AWS: of one botocore session, which boto3's is a shell around.

boto3 brings what no function uses, transfers by threads and resource classes; and a session looks
through the folders of all 400 services, twice, before it makes a client of one. Both cost a start
more than the client itself: docs/decisions/cold-start.md.
"""

from functools import cache
from typing import Any, Literal, override

from botocore.config import Config
from botocore.loaders import Loader
from botocore.session import Session

type Service = Literal["dynamodb", "events", "s3", "secretsmanager", "sesv2", "sqs"]

# Network faults are the SDK's to retry; conditions and conflicts are the ledger's.
CLIENT_CONFIG = Config(
    connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3}
)


class _OurServices(Loader):
    """Finds the descriptions of the services by their names, without listing all there are."""

    @override
    def list_available_services(self, type_name: str) -> list[str]:
        return list(Service.__value__.__args__)


@cache
def _session() -> Session:
    session = Session()
    session.register_component("data_loader", _OurServices())
    return session


def client(service: Service, config: Config = CLIENT_CONFIG) -> Any:  # noqa: ANN401 - of its service
    """Return a client of a service, with the credentials, region and endpoint of the process."""
    return _session().create_client(service, config=config)
