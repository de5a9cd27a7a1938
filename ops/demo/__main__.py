"""`python -m ops.demo`: play every chapter, or those that `CHAPTER` names, on a fresh stack."""

import importlib
import os
import sys
import time
from typing import Final

from rich.console import Console

from ops.demo.chapters import CHAPTERS
from ops.demo.stage import Stage, StoryError
from ops.stack import lifecycle

_CHAPTER: Final = "CHAPTER"


def main() -> int:
    """Play; return 0 only if every figure was as the story has it."""
    console = Console()
    names = os.environ.get(_CHAPTER, "").replace(",", " ").split() or CHAPTERS
    unknown = [name for name in names if name not in CHAPTERS]
    if unknown:
        console.print(f"{_CHAPTER}: {unknown[0]!r} is none of {', '.join(CHAPTERS)}")
        return 2
    began = time.monotonic()
    console.print("Starting a local stack for the story", highlight=False)
    with lifecycle.temporary() as info:
        stage = Stage.of(info, console)
        for name in names:
            _play(stage, name)
    console.print()
    for mismatch in stage.mismatches:
        console.print(f"[red]✗[/] {mismatch}", highlight=False)
    verdict = "not as the story has it" if stage.mismatches else "every figure is as it should be"
    console.print(f"{verdict}; {time.monotonic() - began:.0f} s in all", highlight=False)
    return 1 if stage.mismatches else 0


def _play(stage: Stage, name: str) -> None:
    """Play one chapter; what stops it is a mismatch, and the next is played all the same."""
    chapter = importlib.import_module(f"ops.demo.chapters.{name}")
    stage.console.rule(chapter.TITLE, align="left")
    try:
        chapter.play(stage)
    except StoryError as error:
        stage.expect(name, str(error), "told to its end")


if __name__ == "__main__":
    sys.exit(main())
