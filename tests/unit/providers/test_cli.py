"""`reprise provider explain`: what people and programs are shown."""

import json

import pytest
from typer.testing import CliRunner

from ops.cli.main import app
from tests.support.provider_bodies import TWO, callback, record, song

MUSIC = ("--provider", "kie", "--operation", "music_simple")


def explain(tmp_path, body, *options, channel="callback", text=None):
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(body) if text is None else text, "utf-8")
    arguments = ["provider", "explain", str(file), *(options or MUSIC), "--channel", channel]
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})


@pytest.mark.parametrize(
    ("body", "credits_back"),
    [
        (callback(*TWO), "0 of 11"),
        (callback(song(1)), "6 of 11"),
        (callback(), "11 of 11"),
        (callback(code=501, stage="error"), "11 of 11"),
        (callback(stage="text"), "0 of 11"),
        ({}, "0 of 11"),
    ],
)
def test_it_says_what_a_charge_gets_back(tmp_path, body, credits_back):
    """All of it for nothing delivered, pro rata rounded up for a part, nothing while undecided."""
    result = explain(tmp_path, body, *MUSIC, "--credits", "11")
    assert result.exit_code == 0
    assert credits_back in result.stdout


def test_it_shows_outcome_outputs_and_rule(tmp_path):
    shown = explain(tmp_path, callback(song(1))).stdout
    for words in ("partial", "1 of 2 promised", "kie.callback.outputs-some", "t1"):
        assert words in shown


def test_a_providers_words_do_not_steer_the_terminal(tmp_path):
    body = callback(code=501, stage="error") | {"msg": "bad \x1b[2J[red]prompt"}
    shown = explain(tmp_path, body).stdout
    assert "[red]prompt" in shown
    assert "\x1b" not in shown


def test_json_has_exactly_these_fields(tmp_path):
    result = explain(tmp_path, callback(song(1)), *MUSIC, "--json", "--credits", "10")
    assert json.loads(result.stdout) == {
        "outcome": "partial",
        "delivered": 1,
        "promised": 2,
        "terminal": True,
        "reason": "1 of 2 outputs delivered.",
        "rule": "kie.callback.outputs-some",
    }


def test_markup_in_a_body_is_shown_as_it_is(tmp_path):
    body = {"code": 501, "msg": "[bold]oops[/nothing]", "data": None}
    assert "[bold]oops[/nothing]" in explain(tmp_path, body).stdout


def test_a_poll_and_its_http_status_are_read(tmp_path):
    body = record("SUCCESS", *TWO)
    assert "delivered" in explain(tmp_path, body, channel="poll").stdout
    failed = explain(tmp_path, body, *MUSIC, "--http-status", "503", channel="poll")
    assert "unknown" in failed.stdout


def test_standard_input_is_read():
    arguments = ["provider", "explain", "-", *MUSIC, "--channel", "callback", "--json"]
    result = CliRunner().invoke(app, arguments, input="\ufeff" + json.dumps(callback(*TWO)))
    assert json.loads(result.stdout)["outcome"] == "delivered"


@pytest.mark.parametrize(
    ("options", "field", "fix"),
    [
        (("--provider", "kix", "--operation", "wav"), "--provider", "use one of acedata"),
        (("--provider", "kie", "--operation", "song"), "--operation", "use one of music_simple"),
        ((*MUSIC, "--credits", "0"), "--credits", "must be at least 1"),
        ((*MUSIC, "--http-status", "2"), "--http-status", "must be at least 100"),
    ],
)
def test_bad_options_name_the_field_and_the_fix(tmp_path, options, field, fix):
    result = explain(tmp_path, {}, *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert field in result.stderr
    assert fix in result.stderr


def test_a_bad_channel_names_the_field_and_the_fix(tmp_path):
    result = explain(tmp_path, {}, channel="carrier_pigeon")
    assert result.exit_code == 2
    assert "--channel: 'carrier_pigeon' is not known; use one of callback, poll" in result.stderr


@pytest.mark.parametrize("text", ["", "{", "{'a': 1}", "[" * 100_000, '{"a": ' + "9" * 5_000 + "}"])
def test_bad_json_says_so(tmp_path, text):
    result = explain(tmp_path, None, text=text)
    assert result.exit_code == 2
    assert "must be JSON" in result.stderr


def test_a_file_that_cannot_be_read_says_so(tmp_path):
    for name in (tmp_path, tmp_path / "absent.json"):
        arguments = ["provider", "explain", str(name), *MUSIC, "--channel", "callback"]
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 2
        assert "must be readable" in result.stderr


def test_text_that_is_not_utf8_says_so(tmp_path):
    file = tmp_path / "answer.json"
    file.write_bytes(b"\xff\xfe{}")
    result = CliRunner().invoke(
        app, ["provider", "explain", str(file), *MUSIC, "--channel", "callback"]
    )
    assert result.exit_code == 2
    assert "must be UTF-8" in result.stderr
