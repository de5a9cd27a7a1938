"""Where the repository's files are, its sample events, and the public data beside the checkout."""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EVENTS = ROOT / "events"
SHARED = ROOT.parent / "shared"
"""The policy and payloads that others published; not part of the repository, and often absent."""


def sample(name):
    """A sample event by folder and file, as in `expiry_sweep/hourly`; a fresh copy each time."""
    return json.loads((EVENTS / f"{name}.json").read_text("utf-8"))
