import json
from datetime import UTC, datetime, timedelta

import pytest
from reprise.policy.book import PolicyBook
from typer.testing import CliRunner

from ops.cli import policy
from ops.cli.main import app
from ops.cli.target import Target
from tests.support.policy import FIRST, FIRST_TEXT, text

JUNE = datetime(2026, 6, 1, tzinfo=UTC)
FAR = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def run(monkeypatch):
    """Runs the command on a book of two versions, the second of them material."""
    second = text("2026-06-01", JUNE, material=True, leftover_days=30)
    book = PolicyBook.of([FIRST_TEXT, second])
    monkeypatch.setattr(policy, "packaged_book", lambda: book)
    monkeypatch.setattr(Target, "_local", lambda _: None)  # whatever is up here
    monkeypatch.setenv("COLUMNS", "200")
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, ["policy", *arguments])


def test_show_prints_values_beside_their_sentences(run):
    shown = run("show")
    assert shown.exit_code == 0
    assert "leftover_days = 60" in shown.stdout
    assert FIRST.content_hash in shown.stdout


def test_show_as_json_is_complete(run):
    shown = json.loads(run("show", "2026-06-01", "--json").stdout)
    assert shown["values"]["leftover_days"] == 30
    assert shown["values"]["four_eyes_minor"]["usd"] == 10_000
    assert shown["clauses"][0]["id"] == "failed_generations"
    assert (shown["version"], shown["material"]) == ("2026-06-01", True)


def test_diff_says_what_is_material(run):
    found = json.loads(run("diff", "2026-05-02", "2026-06-01", "--json").stdout)
    expected = {"field": "leftover_days", "before": "60", "after": "30", "material": True}
    assert found == [expected]
    assert "leftover_days" in run("diff", "2026-05-02", "2026-06-01").stdout


@pytest.mark.parametrize(
    ("at", "second"),
    [("2026-05-20T00:00:00Z", "upcoming"), ("2026-06-02", "waiting for its notices")],
)
def test_status_tells_what_is_in_force_and_what_waits(run, at, second):
    printed = json.loads(run("status", "--at", at, "--json").stdout)
    states = {shown["version"]: shown["state"] for shown in printed}
    assert states == {"2026-05-02": "in force", "2026-06-01": second}


def test_status_knows_past_versions(run, monkeypatch):
    minor = text("2026-07-01", JUNE, poll_from_minute=6)
    book = PolicyBook.of([FIRST_TEXT, minor])
    monkeypatch.setattr(policy, "packaged_book", lambda: book)
    shown = run("status")
    assert "past" in shown.stdout
    assert "in force" in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "1999"], "policy_version: must be one of 2026-05-02, 2026-06-01"),
        (["diff", "2026-05-02", "1999"], "policy_version: must be one of"),
        (["status", "--at", "soon"], "--at: must be like"),
        (["publish", "nowhere.json"], "file: must be a readable UTF-8 file"),
    ],
)
def test_bad_input_names_field_and_fix_and_exits_2(run, arguments, message):
    ended = run(*arguments)
    assert ended.exit_code == 2
    assert message in ended.stderr


@pytest.fixture
def published(run, tmp_path):
    """Publishes a version into a book of the first one; returns what ran and the book's files."""

    def publish(document):
        book = tmp_path / "book"
        book.mkdir(exist_ok=True)
        (book / "2026-05-02.json").write_text(FIRST_TEXT, "utf-8")
        new = tmp_path / "new.json"
        new.write_text(document, "utf-8")
        ended = run("publish", str(new), "--book", str(book))
        return ended, sorted(path.name for path in book.iterdir())

    return publish


def test_a_version_announced_in_time_is_published(published):
    ended, names = published(text("2100-01-01", FAR, material=True, leftover_days=30))
    assert ended.exit_code == 0
    assert names == ["2026-05-02.json", "2100-01-01.json"]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (
            text("soon", datetime.now(UTC) + timedelta(days=13), material=True, leftover_days=30),
            "effective_from: must be",
        ),
        (text("sly", FAR, leftover_days=30), "material: must be true"),
        (text("../out", FAR), "version: must be new and a plain name"),
        (FIRST_TEXT, "version: must be new"),
    ],
)
def test_what_breaks_the_notice_or_the_book_is_refused(published, document, message):
    ended, names = published(document)
    assert ended.exit_code == 2
    assert message in ended.stderr
    assert names == ["2026-05-02.json"]
