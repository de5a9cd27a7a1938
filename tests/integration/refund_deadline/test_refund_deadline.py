"""The deadline's handler against moto: the index finds what is due, a stand-in provider answers."""

import boto3
import pytest
from reprise.ledger.audit import audit
from reprise.ledger.charges import Task
from reprise.ledger.commands import ChargeGeneration, GrantOrder
from reprise.ports.ledger import StoreBusyError
from reprise.ports.provider_memory import MemoryProviderPoller

from functions.refund_deadline import app
from tests.support.aws import REGION, Context, surroundings
from tests.support.files import sample
from tests.support.ledger import CAUSE, MINUTE, T0, pack
from tests.support.provider_bodies import TWO, record
from tests.support.provider_server import provider as serving

TICK = sample("refund_deadline/every_five_minutes")
SETTINGS = {
    "PROVIDERS_BASE_URL": "http://127.0.0.1:9",
    "PROVIDER_KEYS_SECRET_ID": "provider-keys",
}


@pytest.fixture
def generations(monkeypatch):
    app.root.cache_clear()
    monkeypatch.setattr(app, "_WORKERS", 1)  # moto's transactions are for one thread
    with surroundings(monkeypatch, **SETTINGS):
        client = boto3.client("secretsmanager", region_name=REGION)
        client.create_secret(Name="provider-keys", SecretString="kie=k1")
        yield app.root().generations
    app.root.cache_clear()


@pytest.fixture
def provider(generations, monkeypatch):
    poller = MemoryProviderPoller()
    monkeypatch.setattr(generations.poller, "_current", lambda: poller)
    return poller


def charged(generations, account, age, task_id=None, provider="kie"):
    ledger = generations.ledger
    at = T0 + 20 * MINUTE - age
    ledger.run(account, GrantOrder(pack(f"cs_{account}"), CAUSE), T0, may_open=True)
    ledger.run(account, ChargeGeneration("gen_1", "music_simple", 10, CAUSE), at)
    if task_id:
        ledger.attach_task(account, "gen_1", Task(provider, task_id, at))


def outcome(generations, account):
    found = generations.ledger.store.read(account, ("outcome#gen_1",)).entries
    return found["outcome#gen_1"].details["outcome"] if found else None


def test_each_charge_ends_as_it_should(generations, provider, capsys):
    charged(generations, "usr_new", 4 * MINUTE, "t_new")
    charged(generations, "usr_done", 6 * MINUTE, "t_done")
    charged(generations, "usr_failed", 6 * MINUTE, "t_failed")
    charged(generations, "usr_silent", 19 * MINUTE, "t_silent")
    charged(generations, "usr_old", 20 * MINUTE, "t_old")
    charged(generations, "usr_lost", 20 * MINUTE)
    provider.answers("kie", "t_done", record("SUCCESS", *TWO))
    provider.answers("kie", "t_failed", record("GENERATE_AUDIO_FAILED"))
    assert app.handler(TICK, Context()) == {"looked_at": 5, "settled": 4, "finished": True}
    ended = {
        name: outcome(generations, f"usr_{name}")
        for name in ("new", "done", "failed", "silent", "old", "lost")
    }
    assert ended == {
        "new": None,
        "done": "delivered",
        "failed": "failed",
        "silent": None,
        "old": "unresolved",
        "lost": "unresolved",
    }
    for account in ("usr_old", "usr_done"):
        head = generations.ledger.account(account)
        assert audit(account, generations.ledger.store.journal(account), head).clean
    assert '"OpenChargeAgeSeconds":[1140.0]' in capsys.readouterr().out
    assert app.handler(TICK, Context())["settled"] == 0


def test_what_a_provider_finished_is_not_refunded_for_want_of_a_callback(generations, monkeypatch):
    secrets = boto3.client("secretsmanager", region_name=REGION)
    secrets.put_secret_value(SecretId="provider-keys", SecretString="acedata=k piapi=k")
    charged(generations, "usr_done", 20 * MINUTE, "t_done", "acedata")
    charged(generations, "usr_unkeyed", 20 * MINUTE, "t_done", "replicate")
    done = {"id": "t_done", "request": {}, "response": {"success": True, "data": list(TWO)}}
    with serving(lambda _: (200, done)) as (base_url, asked):
        monkeypatch.setattr(generations.poller, "_base_url", base_url)
        assert app.handler(TICK, Context())["settled"] == 2
    assert [one.target for one in asked] == ["POST /acedata/suno/tasks"]
    assert outcome(generations, "usr_done") == "delivered"
    assert outcome(generations, "usr_unkeyed") == "unresolved"


def test_a_provider_out_of_reach_holds_nobody_up(generations):
    charged(generations, "usr_old", 20 * MINUTE, "t_old")
    assert app.handler(TICK, Context())["settled"] == 1


def test_without_time_nothing_is_begun(generations):
    charged(generations, "usr_old", 20 * MINUTE)
    done = {"looked_at": 0, "settled": 0, "finished": False}
    assert app.handler(TICK, Context(remaining_ms=1_000)) == done
    assert app.handler(TICK, Context())["settled"] == 1


def test_a_skipped_account_fails_the_run_after_all_others_are_done(generations, monkeypatch):
    charged(generations, "usr_1", 20 * MINUTE)
    charged(generations, "usr_2", 20 * MINUTE)
    commit = generations.ledger.store.commit

    def busy(decision):
        if decision.account.account_id == "usr_1":
            raise StoreBusyError("busy")
        commit(decision)

    monkeypatch.setattr(generations.ledger.store, "commit", busy)
    monkeypatch.setattr("reprise.usecases.ledger.ATTEMPTS_MAX", 2)
    with pytest.raises(app.AccountsSkippedError):
        app.handler(TICK, Context())
    assert outcome(generations, "usr_2") == "unresolved"
