"""Whatever an outsider wrote, an operator's terminal shows it and does not obey it."""

import json

import pytest

from ops.cli.output import add, complain, json_text, show, show_json, table

HOSTILE = "\x1b[2J\x9b31m\x07\u202egnp.exe\u200b"


def harmless(shown):
    return all(one.isprintable() or one == "\n" for one in shown)


@pytest.mark.parametrize("indent", [None, 2])
def test_json_shows_steering_characters_by_their_numbers(indent):
    shown = json_text({HOSTILE: [HOSTILE, "ü", "\U0001f3b5", "\U000e0041", "two\nlines"]}, indent)
    assert harmless(shown)
    assert json.loads(shown) == {HOSTILE: [HOSTILE, "ü", "\U0001f3b5", "\U000e0041", "two\nlines"]}
    assert "ü" in shown, "what can be read stays readable"


def test_tables_titles_lines_and_errors_are_harmless(capsys):
    made = table(f"Statement of {HOSTILE}", "words")
    add(made, HOSTILE)
    show(made, f"after {HOSTILE}")
    show_json(HOSTILE)
    complain(HOSTILE)
    said = capsys.readouterr()
    assert "Statement of" in said.out
    assert harmless(said.out + said.err)


def test_an_empty_table_says_that_there_is_nothing(capsys):
    show(table("Cases", "case", "state"))
    assert capsys.readouterr().out == "Cases: none\n"
