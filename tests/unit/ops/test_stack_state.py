"""What `make up` and `make down` find from before: no state, another version's, or a held lock."""

import fcntl
import json
import os
import sys

import pytest

from ops.stack import build, lifecycle, process, tools
from ops.stack.env import NoStackError, StackInfo, StateUnreadableError


@pytest.fixture
def state(tmp_path, monkeypatch):
    """Where the state file is looked for."""
    path = tmp_path / "stack" / "state.json"
    path.parent.mkdir()
    monkeypatch.setattr(lifecycle, "STATE", path)
    monkeypatch.setattr(StackInfo.load.__func__, "__defaults__", (path,))
    return path


@pytest.fixture
def part(tmp_path):
    """A process that a stack of another version left running."""
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    pid = process.launch(command, cwd=tmp_path, environment=os.environ, log=tmp_path / "log")
    started = {"pid": pid, "started": process.start_of(pid)}
    yield started
    process.stop(process.Part(**started))


def test_no_state_is_no_stack(state):
    assert not state.exists()
    with pytest.raises(NoStackError, match="make up"):
        StackInfo.load()
    assert not lifecycle.down()


@pytest.mark.parametrize("unknown", [{}, {"server": {"port": 1}}, {"server": 3}, [], None])
def test_a_state_of_another_version_is_no_stack_and_goes_with_what_it_started(state, part, unknown):
    state.write_text(json.dumps({"server": {**part, "old": True}, "was": unknown}))
    with pytest.raises(StateUnreadableError, match="make down"):
        StackInfo.load()
    assert lifecycle.down()
    assert not process.is_running(process.Part(**part))
    assert not state.exists()


@pytest.mark.parametrize("text", ["", "{", "[]", "3"])
def test_a_state_that_cannot_be_read_ends_nothing_and_goes(state, text):
    state.write_text(text)
    assert lifecycle._running() is None
    assert not lifecycle.down()
    assert not state.exists()


def test_up_ends_what_another_version_left_before_it_starts(state, part):
    state.write_text(json.dumps({"server": part}))
    assert lifecycle._running() is None
    assert not process.is_running(process.Part(**part))


def test_a_held_build_folder_is_waited_for_only_so_long(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(tools, "LOCAL", tmp_path)
    monkeypatch.setattr(build, "LOCK_SECONDS_MAX", 0.1)
    busy = pytest.raises(build.BuildBusyError, match=f"process {os.getpid()}")
    with build.exclusive(), busy, build.exclusive():
        raise AssertionError
    assert "waiting" in capsys.readouterr().out
    path, taken = tmp_path / "build.lock", pytest.raises(BlockingIOError)
    with build.exclusive(), path.open() as other, taken:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with build.exclusive():  # let go of, each time
        pass
