"""The local stack starts, answers, and ends without a trace."""

from pathlib import Path

import boto3

from ops.stack import ministack as server
from ops.stack import process


def test_a_started_server_answers_and_a_stopped_one_leaves_nothing(tmp_path: Path):
    folder = tmp_path / "own"
    running = server.start(folder)
    client = boto3.client("dynamodb", **server.client_arguments(running.endpoint))
    assert client.list_tables()["TableNames"] == []
    assert server.stop(running)
    assert not process.is_running(running)
    assert not folder.exists()
    assert not server.stop(running)


def test_a_process_id_that_was_given_to_another_process_is_left_alone(tmp_path: Path):
    stranger = server.Server(pid=1, started="not it", port=1, folder=str(tmp_path / "none"))
    assert not server.stop(stranger)


def test_the_session_fixture_yields_an_endpoint(ministack: str):
    client = boto3.client("sqs", **server.client_arguments(ministack))
    assert client.list_queues().get("QueueUrls", []) == []
