"""Starts one MiniStack on a free loopback port and ends exactly the one it started."""

import http
import http.client
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypedDict

from ops.stack import process, tools

REGION: Final = "us-east-1"
ACCOUNT_ID: Final = "000000000000"
_HOST: Final = "127.0.0.1"
_START_SECONDS_MAX: Final = 30.0
_ANSWER_SECONDS_MAX: Final = 10.0
_POLL_SECONDS: Final = 0.05


class ClientArguments(TypedDict):
    """What a boto3 client of the local stack is made with, so that no ambient profile leaks in."""

    endpoint_url: str
    region_name: str
    aws_access_key_id: str
    aws_secret_access_key: str


class MiniStackError(Exception):
    """MiniStack did not become healthy; the message holds the end of its log."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running MiniStack: its process, told from a later one with the same id by its start."""

    pid: int
    started: str
    port: int
    folder: str

    @property
    def endpoint(self) -> str:
        """The URL that stands for every AWS endpoint."""
        return f"http://{_HOST}:{self.port}"


def client_arguments(endpoint: str) -> ClientArguments:
    """Return the keyword arguments for `boto3.client(service, **arguments)`."""
    return {
        "endpoint_url": endpoint,
        "region_name": REGION,
        "aws_access_key_id": "test",
        "aws_secret_access_key": "test",
    }


def start(folder: Path, *, enforce_iam: bool = False) -> Server:
    """Start MiniStack with its scratch files and log in `folder`, and wait until it answers.

    Args:
        folder: a folder of this server alone; removed by `stop`.
        enforce_iam: judge every call by the caller's policies, as AWS does.

    Raises:
        MiniStackError: if it ends or stays silent for 30 seconds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    python = tools.executable(tools.MINISTACK)
    port = process.free_port()
    environment = tools.bare_environment(
        BIND_HOST=_HOST,  # its default is every interface
        GATEWAY_PORT=str(port),
        MINISTACK_HOST=_HOST,
        MINISTACK_REGION=REGION,
        PERSIST_STATE="0",
        LOG_LEVEL="WARNING",
        AUTH=str(enforce_iam).lower(),
        STATE_DIR=str(folder / "state"),
        S3_DATA_DIR=str(folder / "s3"),
        TMPDIR=str(folder),
        DOCKER_HOST="unix:///nonexistent",  # Lambda code runs in subprocesses, never in Docker
    )
    pid = process.launch(
        [python, "-m", "ministack"],
        cwd=folder,
        environment=environment,
        log=folder / "ministack.log",
    )
    server = Server(pid, process.start_of(pid), port, str(folder))
    try:
        _wait_until_healthy(server)
    except BaseException:
        stop(server, keep_folder=True)
        raise
    return server


def stop(server: Server, *, keep_folder: bool = False) -> bool:
    """End the server and its workers; return whether it was still running."""
    running = process.stop(server)
    if not keep_folder:
        tools.remove(Path(server.folder))
    return running


def _health(server: Server) -> int:
    """Return the HTTP status that the server answers when it is asked how it is."""
    connection = http.client.HTTPConnection(_HOST, server.port, timeout=_ANSWER_SECONDS_MAX)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status
    finally:
        connection.close()


def _wait_until_healthy(server: Server) -> None:
    deadline = time.monotonic() + _START_SECONDS_MAX
    while time.monotonic() < deadline:
        if process.reap(server.pid) or not process.is_running(server):
            break
        try:
            if _health(server) == http.HTTPStatus.OK:
                return
        except (OSError, http.client.HTTPException):
            pass  # not listening yet
        time.sleep(_POLL_SECONDS)
    log = (Path(server.folder) / "ministack.log").read_text(errors="replace")
    raise MiniStackError(
        f"MiniStack did not start on {server.endpoint}; its log ends:\n{log[-2000:]}"
    )
