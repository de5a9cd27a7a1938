"""`python -m ops.stack.sam …`: the pinned SAM CLI, with the caller's own AWS settings."""

import os
import sys

from ops.stack import tools


def main() -> None:
    """Become SAM, in the repository."""
    sam = tools.executable(tools.SAM)
    os.chdir(tools.ROOT)
    os.execve(sam, [str(sam), *sys.argv[1:]], tools.sam_environment())  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
