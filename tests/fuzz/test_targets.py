"""What the fuzzer runs holds for samples and mutations of them, without the fuzzer."""

import random

import pytest

from tests.fuzz import __main__ as fuzzer
from tests.fuzz.targets import TARGETS, seeds


@pytest.fixture(autouse=True)
def names(monkeypatch):
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "fuzz")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Reprise")


@pytest.mark.parametrize("name", TARGETS)
def test_samples_and_what_is_made_of_them_crash_nothing(name):
    """Webhooks are validly signed each time; mails and what SES tells of them are both judged."""
    chance = random.Random(1)
    samples = [raw for _, raw in seeds(name)]
    assert samples
    for number in range(300):
        raw = chance.choice(samples)
        for _ in range(number % 4):
            raw = fuzzer.mutated_json(raw, chance) or _mutated_bytes(raw, chance)
        TARGETS[name](raw)


def _mutated_bytes(raw, chance):
    at = chance.randrange(len(raw) + 1)
    return raw[:at] + chance.randbytes(chance.randrange(4)) + raw[at + chance.randrange(4) :]


def test_every_target_is_run():
    assert set(fuzzer.NAMES) == set(TARGETS)


def test_a_kept_crash_is_played_again(tmp_path, monkeypatch):
    def breaks(raw):
        assert raw != b"poison"

    monkeypatch.setitem(TARGETS, "bus", breaks)
    crash = tmp_path / "bus" / "crash-1"
    crash.parent.mkdir()
    crash.write_bytes(b"poison")
    with pytest.raises(AssertionError):
        fuzzer.play(crash)
    crash.write_bytes(b"harmless")
    assert fuzzer.play(crash) == 0
