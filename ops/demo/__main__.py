"""`python -m ops.demo`: play every chapter, or those that `CHAPTER` names, on a fresh stack."""

import importlib
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError
from reprise.api.transport import TransportFailedError
from reprise.errors import RepriseError
from rich.console import Console

from ops.demo.chapters import CHAPTERS
from ops.demo.stage import Stage, StoryError
from ops.stack import lifecycle
from ops.stack.ministack import MiniStackError
from ops.stack.product import EventRefusedError
from ops.stack.standins import StandInError

_CHAPTER: Final = "CHAPTER"
_PIPED_WIDTH: Final = 100
_STOPS_A_CHAPTER: Final = (
    *(StoryError, RepriseError, TransportFailedError, EventRefusedError, StandInError),
    *(BotoCoreError, ClientError, OSError, subprocess.SubprocessError),
)
_NO_STACK: Final = (MiniStackError, StandInError, OSError, subprocess.SubprocessError)
_FINE, _WRONG, _NO_SUCH_CHAPTER, _INTERRUPTED = 0, 1, 2, 130


def main() -> int:
    """Play; return 0 only if every figure was as the story has it."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _PIPED_WIDTH
    names = os.environ.get(_CHAPTER, "").replace(",", " ").split() or CHAPTERS
    unknown = [name for name in names if name not in CHAPTERS]
    if unknown:
        console.print(f"{_CHAPTER}: {unknown[0]!r} is none of {', '.join(CHAPTERS)}")
        return _NO_SUCH_CHAPTER
    began = time.monotonic()
    mismatches: list[str] = []
    try:
        _play_all(names, console, mismatches)
    except KeyboardInterrupt:
        console.print("Interrupted; everything that was started has ended")
        return _INTERRUPTED
    console.print()
    for mismatch in mismatches:
        console.print(f"✗ {mismatch}", style="red", markup=False)
    verdict = "not as the story has it" if mismatches else "every figure is as it should be"
    console.print(f"{verdict}; {time.monotonic() - began:.0f} s in all")
    return _WRONG if mismatches else _FINE


def _play_all(names: Sequence[str], console: Console, mismatches: list[str]) -> None:
    """Play chapters on a stack that is gone when this returns, however it returns."""
    console.print("Starting a local stack for the story")
    with ExitStack() as undo:
        try:
            info = undo.enter_context(lifecycle.temporary())
        except _NO_STACK as error:
            mismatches.append(f"the local stack did not start: {error}")
            return
        stage = Stage.of(info, console, mismatches)
        for name in names:
            _play(stage, name)


def _play(stage: Stage, name: str) -> None:
    """Play one chapter; what stops it is a mismatch, and the next is played all the same."""
    chapter = importlib.import_module(f"ops.demo.chapters.{name}")
    stage.console.rule(chapter.TITLE, align="left")
    try:
        chapter.play(stage)
    except _STOPS_A_CHAPTER as error:
        stage.expect(name, str(error) or repr(error), "told to its end")


if __name__ == "__main__":
    sys.exit(main())
