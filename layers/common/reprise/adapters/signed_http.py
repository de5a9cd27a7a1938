"""Requests to the credits API, signed with the caller's AWS credentials (SigV4)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, override
from urllib.parse import urlsplit

import boto3
import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from reprise.api.transport import HttpAnswer, Transport, TransportFailedError
from reprise.errors import PermanentError

if TYPE_CHECKING:
    from botocore.credentials import ReadOnlyCredentials

_SERVICE = "execute-api"
_TIMEOUT = urllib3.Timeout(connect=2, read=20)
_ANSWER_BYTES_MAX = 8_000_000
"""More than a function can answer."""


class CredentialsMissingError(PermanentError):
    """No AWS credentials or no region: the API's requests cannot be signed."""


class SignedHttp(Transport):
    """Sends signed requests over one pool of connections; may be shared by threads.

    Args:
        base_url: where the API is, as the stack's outputs have it.
        session: whose credentials and region sign; the default session's if left out.
        pool: connections; one of its own if left out.
    """

    def __init__(
        self,
        base_url: str,
        session: boto3.Session | None = None,
        pool: urllib3.PoolManager | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._session = session or boto3.Session()
        # What failed is sent again by the client, which knows that it may be.
        self._pool = pool or urllib3.PoolManager(timeout=_TIMEOUT, retries=False, maxsize=8)

    @override
    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
        url = self._base_url + target
        request = AWSRequest(method=method, url=url, data=body, headers=dict(headers))
        SigV4Auth(self._credentials(), _SERVICE, self._region()).add_auth(request)
        try:
            response = self._pool.request(
                method, url, body=body, headers=dict(request.headers), preload_content=False
            )
            try:
                data = response.read(_ANSWER_BYTES_MAX)
            finally:
                response.release_conn()
        except urllib3.exceptions.HTTPError as error:
            host = urlsplit(url).netloc
            raise TransportFailedError(f"{method} {host}: {type(error).__name__}") from error
        return HttpAnswer(response.status, data)

    def _credentials(self) -> "ReadOnlyCredentials":
        found = self._session.get_credentials()
        if found is None:
            raise CredentialsMissingError("credentials: set up AWS credentials for the session")
        return found.get_frozen_credentials()  # one set, though they be renewed meanwhile

    def _region(self) -> str:
        if self._session.region_name is None:
            raise CredentialsMissingError("region: give the session the API's region")
        return self._session.region_name
