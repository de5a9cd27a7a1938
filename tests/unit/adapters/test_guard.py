"""One outside service: how many calls at once, how many a second, and when to leave it alone."""

import threading

import pytest
from reprise.adapters.guard import Guard, GuardRefusedError, Limits


class Clock:
    """Time that passes when somebody sleeps."""

    def __init__(self):
        self.now = 100.0
        self.slept = []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


def guard(clock, **limits):
    usual = {"per_second_max": 1_000_000.0, "wait_s_max": 0.01}
    return Guard("kie", Limits(**(usual | limits)), clock, clock.sleep)


def fail(watched, times=1):
    for _ in range(times):
        with pytest.raises(OSError, match="down"), watched.call():
            raise OSError("down")


def succeed(watched):
    with watched.call():
        pass


def test_calls_are_spread_evenly():
    clock = Clock()
    watched = guard(clock, per_second_max=4.0, wait_s_max=1.0)
    for _ in range(3):
        succeed(watched)
    assert clock.slept == [0.25, 0.25]


def test_a_call_that_would_wait_too_long_is_refused():
    clock = Clock()
    watched = guard(clock, per_second_max=0.1, wait_s_max=5.0)
    succeed(watched)
    with pytest.raises(GuardRefusedError, match="per second"):
        succeed(watched)
    clock.now += 10
    succeed(watched)


def test_no_more_calls_than_allowed_are_under_way():
    watched = guard(Clock(), concurrent_max=1)
    with watched.call(), pytest.raises(GuardRefusedError, match="at once"):
        succeed(watched)
    succeed(watched)


def test_failures_in_a_row_open_the_circuit():
    watched = guard(Clock(), failures_max=3)
    fail(watched, 2)
    succeed(watched)
    fail(watched, 3)
    with pytest.raises(GuardRefusedError, match="has been failing"):
        succeed(watched)


def test_an_open_circuit_lets_one_call_try_after_a_while():
    """If it succeeds the circuit closes, if it fails it stays open for as long again."""
    clock = Clock()
    watched = guard(clock, failures_max=1, open_s=30.0)
    fail(watched)
    clock.now += 30
    fail(watched)
    with pytest.raises(GuardRefusedError):
        succeed(watched)
    clock.now += 30
    succeed(watched)
    succeed(watched)


def test_only_one_call_tries():
    clock = Clock()
    watched = guard(clock, failures_max=1, open_s=30.0)
    fail(watched)
    clock.now += 30
    with watched.call(), pytest.raises(GuardRefusedError):
        succeed(watched)
    succeed(watched)


def test_a_refusal_is_not_a_failure_of_the_service():
    watched = guard(Clock(), concurrent_max=1, failures_max=1)
    with watched.call(), pytest.raises(GuardRefusedError):
        succeed(watched)
    succeed(watched)


def test_threads_share_the_bounds():
    watched = Guard("kie", Limits(concurrent_max=2, per_second_max=1e6, wait_s_max=5.0))
    under_way, most, lock = [0], [0], threading.Lock()

    def work():
        with watched.call():
            with lock:
                under_way[0] += 1
                most[0] = max(most[0], under_way[0])
            with lock:
                under_way[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (under_way[0], most[0] <= 2) == (0, True)
