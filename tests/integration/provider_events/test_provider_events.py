"""The handler against moto, with the files of `events/`: batches, poison, the provider's answer."""

import json

import boto3
import pytest
from reprise.ledger.audit import audit
from reprise.ledger.commands import ChargeGeneration, GrantOrder
from reprise.ports.provider_memory import MemoryProviderPoller

from functions.provider_events import app
from tests.support import files
from tests.support.aws import REGION, Context, batch, surroundings
from tests.support.ledger import CAUSE, MINUTE, pack
from tests.support.provider_bodies import TWO, record
from tests.support.provider_server import provider

EVENTS = files.EVENTS / "provider_events"
SAMPLES = sorted(path.stem for path in EVENTS.glob("*-*-*.json") if "batch" not in path.stem)
SETTINGS = {
    "PROVIDERS_BASE_URL": "http://127.0.0.1:9",
    "PROVIDER_KEYS_SECRET_ID": "provider-keys",
}


@pytest.fixture
def generations(monkeypatch):
    app.root.cache_clear()
    with surroundings(monkeypatch, **SETTINGS):
        client = boto3.client("secretsmanager", region_name=REGION)
        client.create_secret(Name="provider-keys", SecretString="kie=k1 sunoapi=k2")
        yield app.root().generations
    app.root.cache_clear()


def sample(stem, **detail):
    event = files.sample(f"provider_events/{stem}")
    return event | {"detail": event["detail"] | detail}


def charged(generations, event):
    """Charge the generation that an event is about."""
    report = app.GenerationEvent.of(event)
    ledger, before = generations.ledger, report.at - MINUTE
    ledger.run(report.account_id, GrantOrder(pack(credits=1000), CAUSE), before, may_open=True)
    operation = event["detail"]["operation"]
    command = ChargeGeneration(report.generation_id, operation, 10, CAUSE)
    ledger.run(report.account_id, command, before)
    return report


def deliver(*bodies, context=None):
    messages = (body if isinstance(body, str) else json.dumps(body) for body in bodies)
    failures = app.handler(batch(*messages), context or Context())["batchItemFailures"]
    return [failure["itemIdentifier"] for failure in failures]


def facts(generations, report):
    key = f"outcome#{report.generation_id}"
    entry = generations.ledger.store.read(report.account_id, (key,)).entries.get(key)
    return entry and entry.details


def metrics(capsys):
    """Values by metric name, of every line that is one."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    names = [
        (one["Name"], line)
        for line in lines
        for directive in line["_aws"]["CloudWatchMetrics"]
        for one in directive["Metrics"]
    ]
    return {name: line[name] for name, line in names}


def test_every_sample_ends_its_charge_as_it_is_named(generations, capsys):
    for stem in SAMPLES:
        event = sample(stem, authenticated=True, generation_id=f"gen_{stem}")
        report = charged(generations, event)
        word = stem.split("-")[2]
        unapplied = deliver(event)
        ended = facts(generations, report)
        if word in {"progress", "unknown", "submitted"}:
            assert ended is None, stem
        else:
            assert ended["outcome"] == {"rejected": "failed"}.get(word, word), stem
        assert unapplied == (["m0"] if stem == "kie-music_simple-unknown-new_stage" else []), stem
    head = generations.ledger.account(report.account_id)
    assert audit(head.account_id, generations.ledger.store.journal(head.account_id), head).clean
    with capsys.disabled():
        print(f"\nsample events that end as they are named: {len(SAMPLES)} of {len(SAMPLES)}")


def test_the_sample_batch_names_its_poison_alone(generations):
    batch = files.sample("provider_events/batch-submitted-poison-failed")
    report = charged(generations, json.loads(batch["Records"][2]["body"]))
    poison = batch["Records"][1]["messageId"]
    for _ in range(2):
        answer = app.handler(batch, Context())
        assert answer == {"batchItemFailures": [{"itemIdentifier": poison}]}
    assert facts(generations, report)["refunded"] == 10
    assert generations.ledger.account(report.account_id).balance == 1000


def test_poison_comes_again_and_harms_no_other(generations):
    not_ours = json.dumps({"source": "aws.s3"})
    for number, poison in enumerate(["", "null", "[]", "{}", "[" * 100_000, not_ours]):
        event = sample("kie-music_simple-failed", authenticated=True, generation_id=f"gen_{number}")
        report = charged(generations, event)
        assert deliver(poison, event, poison) == ["m0", "m2"]
        assert facts(generations, report)["outcome"] == "failed"


@pytest.mark.usefixtures("generations")
def test_a_report_without_an_address_comes_again():
    for field in ("account_id", "generation_id", "provider"):
        for value in (None, "", 7, "x" * 129, "a\nb"):
            assert deliver(sample("kie-music_simple-failed", **{field: value})) == ["m0"]


def test_an_unknown_generation_comes_again_and_is_counted(generations, capsys):
    event = sample("kie-music_simple-failed")
    charged(generations, event)
    assert deliver(sample("kie-music_simple-failed", account_id="acct_other")) == ["m0"]
    assert deliver(sample("kie-music_simple-failed", generation_id="gen_other")) == ["m0"]
    assert metrics(capsys) == {"UnknownGeneration": [1.0]}


def test_what_is_refunded_is_measured(generations, capsys):
    event = sample("kie-music_simple-failed", authenticated=True)
    charged(generations, event)
    deliver(event)
    assert metrics(capsys) == {"Outcome": [1.0], "RefundAgeSeconds": [0.0]}


def test_only_true_is_authenticated(generations):
    for word in ("true", 1, [True], None):
        event = sample("kie-music_simple-failed", authenticated=word)
        assert not app.GenerationEvent.of(event).authenticated
    report = charged(generations, event)
    assert deliver(event) == []
    assert facts(generations, report) is None


def test_what_nobody_vouches_for_is_confirmed_at_the_provider(generations, monkeypatch):
    event = sample("kie-music_simple-failed")
    report = charged(generations, event)
    poller = MemoryProviderPoller()
    poller.answers("kie", "ee981703f0e33807306d5c70fec17f90", record("GENERATE_AUDIO_FAILED"))
    monkeypatch.setattr(generations.poller, "_current", lambda: poller)
    assert deliver(sample("kie-music_simple-submitted"), event) == []
    assert facts(generations, report)["rule"] == "kie.poll.status"


def test_a_success_that_nobody_vouches_for_settles_once_its_provider_was_asked(
    generations, monkeypatch
):
    """A callback of musicapi that was not verified is a reason to ask."""
    secrets = boto3.client("secretsmanager", region_name=REGION)
    secrets.put_secret_value(SecretId="provider-keys", SecretString="kie=k1 musicapi=k3")
    clips = [clip | {"state": "succeeded"} for clip in TWO]
    done = {"code": 200, "data": clips, "message": "success"}
    told = {"provider": "musicapi", "task_id": "ee981703"}
    event = sample("kie-music_simple-failed", provider="musicapi", payload=done)
    report = charged(generations, event)
    with provider(lambda _: (200, done)) as (base_url, asked):
        monkeypatch.setattr(generations.poller, "_base_url", base_url)
        assert deliver(sample("kie-music_simple-submitted", **told), event, event) == []
    assert [one.target for one in asked] == ["GET /musicapi/api/v1/sonic/task/ee981703"]
    assert facts(generations, report)["rule"] == "musicapi.poll.outputs-all"
    assert generations.ledger.account(report.account_id).balance == 990


def test_a_task_that_is_known_by_its_address_is_the_one_its_callback_names(
    generations, monkeypatch
):
    """Fal's callbacks name the request alone; another request's settle nothing by themselves."""
    task = "https://queue.fal.run/fal-ai/minimax-music/requests/r-1"
    poller = MemoryProviderPoller()
    poller.answers("fal", task, {"request_id": "r-1", "status": "IN_PROGRESS"})
    monkeypatch.setattr(generations.poller, "_current", lambda: poller)
    for request_id, outcome in (("r-2", None), ("r-1", "failed")):
        failed = {"request_id": request_id, "status": "ERROR", "error": "no", "payload": None}
        told = {"provider": "fal", "generation_id": f"gen_{request_id}", "payload": failed}
        event = sample("kie-music_simple-failed", authenticated=True, **told)
        report = charged(generations, event)
        address = {"provider": "fal", "task_id": task, "generation_id": report.generation_id}
        assert deliver(sample("kie-music_simple-submitted", **address)) == []
        deliver(event)
        ended = facts(generations, report)
        assert (ended and ended["outcome"]) == outcome, request_id


def is_left_open(generations):
    """Whether a failure that nobody vouches for, and nobody can be asked about, settles nothing."""
    event = sample("kie-music_simple-failed")
    report = charged(generations, event)
    assert deliver(sample("kie-music_simple-submitted"), event) == []
    return facts(generations, report) is None


def test_a_provider_that_cannot_be_reached_leaves_the_charge_open(generations):
    assert is_left_open(generations)


def test_missing_keys_leave_the_charge_open(generations):
    client = boto3.client("secretsmanager", region_name=REGION)
    client.delete_secret(SecretId="provider-keys", ForceDeleteWithoutRecovery=True)
    assert is_left_open(generations)


def test_what_there_is_no_time_for_comes_again(generations):
    event = sample("kie-music_simple-failed", authenticated=True)
    charged(generations, event)
    assert deliver(event, context=Context(remaining_ms=1_000)) == ["m0"]
    assert deliver(event) == []
