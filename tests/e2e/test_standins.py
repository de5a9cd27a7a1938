"""The stack comes with stand-ins for Stripe and the providers, and nothing of it stays behind."""

import signal
import subprocess
import sys
import time

import pytest
import urllib3

from ops.provider_standin.server import KEY
from ops.stack import process, standins, tools

pytestmark = [pytest.mark.stack]


@pytest.fixture
def provider(tmp_path):
    begun = standins.start("provider_standin", tmp_path)
    yield begun
    process.stop(begun)


def poll(base, task_id, key=KEY):
    url = f"{base}/kie/api/v1/generate/record-info?taskId={task_id}"
    return urllib3.request("GET", url, headers={"Authorization": f"Bearer {key}"}).json()


def test_the_providers_answer_what_they_were_told_to(provider):
    provider.tell("answer", task_id="t1", body={"code": 200, "data": {"status": "PENDING"}})
    assert poll(provider.url, "t1")["data"] == {"status": "PENDING"}
    assert poll(provider.url, "t2")["data"] is None
    assert poll(provider.url, "t1", key="wrong")["code"] == 401
    assert provider.tell("asked") == {"asked": ["t1", "t2"]}


def test_what_a_stand_in_cannot_do_is_refused_in_words(provider):
    with pytest.raises(standins.StandInError, match="task_id"):
        provider.tell("answer", body={})
    with pytest.raises(standins.StandInError, match="404"):
        provider.tell("nothing")


def test_a_stand_in_that_does_not_start_says_why(tmp_path):
    with pytest.raises(standins.StandInError, match="unrecognized arguments"):
        standins.start("provider_standin", tmp_path, "--nonsense")


def test_the_stack_ends_with_every_part_on_a_signal():
    """Told to end in the middle of its start, it leaves no process of its own."""
    script = (
        "from ops.stack import lifecycle, build\n"
        "def hold(*_): print('building', flush=True); import time; time.sleep(60)\n"
        "build.build = hold\n"
        "with lifecycle.temporary(): pass\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=tools.ROOT, stdout=subprocess.PIPE
    ) as story:
        assert story.stdout.readline() == b"building\n"
        started = children(story.pid)
        assert len(started) == 3
        story.send_signal(signal.SIGTERM)
        assert story.wait(30) == 128 + signal.SIGTERM
    ends_at = time.monotonic() + 5
    while any(map(process.start_of, started)) and time.monotonic() < ends_at:
        time.sleep(0.05)
    assert not any(map(process.start_of, started))


def children(pid):
    listing = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=True
    )
    return [int(word) for word in listing.stdout.split()]
