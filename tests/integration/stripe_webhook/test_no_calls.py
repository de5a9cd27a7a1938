"""The webhook answers without asking Stripe, and without carrying what could ask it."""

import json
import subprocess
import sys

from tests.support.files import ROOT

SCRIPT = """
import json, socket, sys
from pathlib import Path

from functions.stripe_webhook.app import respond
from ops.cli.replaying import SECRET, bound_to
from ops.memory import memory_books
from ops.stripe_standin.signing import http_event
from reprise.clock import wall_clock

calls = []
socket.socket.connect = lambda self, address: calls.append(str(address))
statuses = []
bound = bound_to(memory_books(livemode=True), wall_clock())
for file in sorted(Path("events/stripe_webhook").glob("*.json")):
    request = http_event(file.read_bytes(), (SECRET,), wall_clock())
    statuses.append(respond(bound, request)["statusCode"])
heavy = sorted({"stripe", "pydantic", "requests"} & set(sys.modules))
sys.stderr.write(json.dumps({"calls": calls, "heavy": heavy, "statuses": statuses}))
"""
ENVIRONMENT = {"POWERTOOLS_METRICS_DISABLED": "true", "POWERTOOLS_LOG_LEVEL": "CRITICAL"}


def test_every_sample_event_is_answered_without_a_call_or_stripes_package():
    """In a process of its own, since other tests import what is looked for."""
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(
        command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stderr)
    assert found["calls"] == []
    assert found["heavy"] == []
    assert found["statuses"].count(200) == len(found["statuses"]) - 1, "all but the thin event"
    assert found["statuses"].count(400) == 1
