"""What a local stack started ends with whoever started it, however that is told to end."""

import os
import signal

import pytest

from ops.stack import lifecycle


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_second_signal_does_not_interrupt_the_clearing_up(number):
    """A terminal's Ctrl-C reaches us directly, and once more through the program that runs us."""
    before = signal.getsignal(number)
    cleared = []
    with pytest.raises((KeyboardInterrupt, SystemExit)):
        told_to_end_twice(number, cleared)
    assert cleared
    assert signal.getsignal(number) == before


def told_to_end_twice(number, cleared):
    with lifecycle._unwinding_when_told_to_end():
        try:
            os.kill(os.getpid(), number)
        finally:
            os.kill(os.getpid(), signal.SIGINT)
            cleared.append(True)
