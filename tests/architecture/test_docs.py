"""The documents say what the code does, where a program can tell."""

import re

import pytest
from reprise.billing.events import HANDLED_TYPES, NEWEST_VERSION
from reprise.ledger import charging
from reprise.usecases.ledger import ATTEMPTS_MAX
from typer.core import TyperGroup as Group
from typer.main import get_command

from ops.cli.main import app as cli
from ops.demo.chapters import CHAPTERS
from tests.support.files import ROOT
from tests.support.template import resources

DOCS = ROOT / "docs"
# After a prompt or in a code span, up to a comment, a second column or the span's end.
COMMAND = r"(?:\$ |`)reprise ((?:[a-z]+)(?: (?! )[^`\s#│]+)*)"


def text(path):
    return (ROOT / path).read_text()


def test_every_event_that_is_handled_is_in_the_list_to_subscribe_to():
    listed = text("docs/wiring.md").split("## The events to subscribe to")[1].split("```")[1]
    assert set(listed.split()) == HANDLED_TYPES


def test_the_version_to_pin_is_the_newest_that_is_read():
    assert f"pin its API version ({NEWEST_VERSION} " in text("docs/wiring.md")


def test_every_link_between_documents_leads_somewhere():
    for page in [*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_chapter_of_the_demo_can_be_played_and_is_in_the_readme():
    modules = {path.stem for path in (ROOT / "ops/demo/chapters").glob("*.py")} - {"__init__"}
    assert modules == set(CHAPTERS)
    table = text("README.md").split("| chapter |")[1].split("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(CHAPTERS)


def test_every_decision_is_in_the_index():
    pages = {page.name for page in (DOCS / "decisions").glob("*.md")} - {"README.md"}
    assert pages == set(re.findall(r"\]\(([^)]+)\)", text("docs/decisions/README.md")))


def test_the_bounds_of_the_ledger_are_those_in_the_code():
    told = text("docs/ledger.md")
    for bound in (charging.OPEN_CHARGES_MAX, charging.LOTS_MAX, ATTEMPTS_MAX):
        assert f"| {bound} |" in told


def test_every_alarm_leads_to_a_place_of_the_runbook():
    """Its description names the heading; one without is the heading, or a queue of the table."""
    told = text("docs/runbook.md")
    headings = set(re.findall(r"^#{2,3} (.+)$", told, re.MULTILINE))
    anchors = {heading.lower().replace(" ", "-") for heading in headings}
    for name, alarm in resources("AWS::CloudWatch::Alarm").items():
        says = alarm["AlarmDescription"]
        says = says if isinstance(says, str) else says["Fn::Sub"]
        page, _, anchor = says.rpartition(" ")[2].partition("#")
        assert page == "docs/runbook.md", name
        assert anchor in anchors if anchor else name.removesuffix("Alarm") in headings, name
    for queue in resources("AWS::SQS::Queue"):
        assert queue.endswith("Queue") or f"`{queue}`" in told, queue


def test_every_command_in_the_documents_exists_with_its_options():
    pages = [*DOCS.rglob("*.md"), *(ROOT / name for name in ("README.md", "CHANGELOG.md"))]
    found = [line for page in pages for line in re.findall(COMMAND, page.read_text())]
    assert len(found) > 40
    for line in found:
        command, words = get_command(cli), line.split()
        options = {option for parameter in command.params for option in parameter.opts}
        while isinstance(command, Group) and words:
            command = command.commands[words.pop(0)]
        options |= {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, line


@pytest.mark.parametrize("page", ["docs/stripe.md", "docs/mail.md", "docs/threat-model.md"])
def test_every_row_of_a_page_names_tests_that_hold_it_and_exist(page):
    path = ""
    lines = re.findall(r"^\| .+ \|$", text(page), re.MULTILINE)
    rows = [line for line in lines if not line.endswith("| held by |")]
    for row in rows:
        cells = re.findall(r"`([^`]*::test_\w+)`", row)
        assert cells, f"no test holds this: {row}"
        for cell in cells:
            file, _, name = cell.rpartition("::")
            path = file or path
            assert re.search(rf"^def {name}\(", text(path), re.MULTILINE), cell
    assert len(rows) > 20
