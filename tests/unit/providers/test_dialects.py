"""The registry: every dialect is registered and says something about every operation it makes."""

from pathlib import Path

import pytest
from reprise.providers import dialects
from reprise.providers.dialects import DIALECTS
from reprise.providers.operation import Operation
from reprise.providers.rules import AudioBytes
from reprise.providers.verdict import Channel

SHARED = {"__init__", "suno", "common"}


def test_every_file_is_registered():
    files = {file.stem for file in Path(dialects.__file__).parent.glob("*.py")} - SHARED
    assert files == set(DIALECTS)


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
def test_a_dialect_is_complete(dialect):
    """It names its source, and reads every operation on each channel it reads at all."""
    assert dialect.source.startswith("https://")
    channels = {channel for channel, _ in dialect.readings}
    for channel in channels:
        operations = {one for on, one in dialect.readings if on is channel}
        readings = dialect.readings.values()
        if not any(isinstance(reading, AudioBytes) for reading in readings):
            assert operations == set(Operation)


def test_words_are_written_as_they_are_compared():
    for dialect in DIALECTS.values():
        for reading in dialect.readings.values():
            words = () if isinstance(reading, AudioBytes) else reading.words
            assert all(word == word.casefold().replace("-", "_") for word in words)


@pytest.mark.parametrize("provider", ["kie", "sunoapi"])
def test_the_first_providers_read_every_way_they_answer(provider):
    channels = {channel for channel, _ in DIALECTS[provider].readings}
    assert channels == {Channel.CALLBACK, Channel.POLL, Channel.SUBMIT}
