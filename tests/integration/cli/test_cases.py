"""`reprise cases` over moto: what operators see and do."""

import pytest
from reprise.adapters.dynamodb.cases import DynamoCaseStore
from reprise.cases.model import CaseState, Change, Line
from reprise.clock import wall_clock
from reprise.ports.cases import Intake

from ops.cli.output import Exit
from tests.support.cases import case, letter
from tests.support.ledger import HOUR, pack


@pytest.fixture
def store(desk):
    """A used pack's case that waits for a person, and a refused mail."""
    found = DynamoCaseStore(desk.client, "cases")
    desk.grant(pack("cs_1", facts={"payment_intent": "pi_1"}))
    now = wall_clock()
    waiting = case(
        "CAAAAAAAAAA",
        state=CaseState.PERSON,
        letter=letter(text="\x1b[31mPlease\x1b[0m refund", received_at=now - HOUR),
        opened_at=now - HOUR,
        changed_at=now - HOUR,
        due_at=now - HOUR,
        wakes_at=now - HOUR,
    )
    found.save(Change(waiting, Line(at=now, actor="mailbox", action="opened", reason="mail")))
    found.take_in(Intake(ses_id="m9", at=now, refused="bounce: report"))
    return found


@pytest.mark.usefixtures("store")
def test_waiting_cases_are_listed_without_what_customers_wrote(reprise):
    result = reprise("cases", "list")
    assert "CAAAAAAAAAA" in result.stdout
    assert "Please" not in result.stdout
    (row,) = reprise("cases", "list", "--json").json
    assert (row["case"], row["state"], row["overdue"]) == ("CAAAAAAAAAA", "person", True)
    assert reprise("cases", "list", "--ended", "--json").json == []
    assert reprise("cases", "list", "--state", "asked", "--json").json == []


@pytest.mark.usefixtures("store")
def test_refused_mails_are_listed_with_the_reason(reprise):
    (row,) = reprise("cases", "list", "--refused", "--json").json
    assert (row["mail"], row["refused"]) == ("m9", "bounce: report")
    assert "bounce" in reprise("cases", "list", "--refused").stdout


@pytest.mark.usefixtures("store")
def test_a_case_is_shown_and_cannot_steer_the_terminal(reprise):
    result = reprise("cases", "show", "caaaaaaaaaa")
    assert "refund" in result.stdout
    assert "\x1b[31m" not in result.stdout
    whole = reprise("cases", "show", "CAAAAAAAAAA", "--json").json
    assert [line["action"] for line in whole["journal"]] == ["opened"]
    assert reprise("cases", "show", "CNONE").exit_code == Exit.BAD_INPUT


def test_an_approval_names_who_and_why(store, reprise):
    done = reprise("cases", "approve", "CAAAAAAAAAA", "--refund", "cs_1=500", "--reason", "kind")
    assert done.exit_code == Exit.FINE, done.stderr
    after = store.case("CAAAAAAAAAA")
    assert (after.state, after.decision.actions[0].amount_minor) == (CaseState.ACTING, 500)
    line = store.journal("CAAAAAAAAAA")[-1]
    assert (line.action, line.reason) == ("approved", "kind")
    assert line.actor.startswith("arn:aws:")


@pytest.mark.parametrize(
    ("words", "state"),
    [
        (("deny", "CAAAAAAAAAA", "--clause", "packs_final", "--reason", "used"), CaseState.DENIED),
        (("ask", "CAAAAAAAAAA", "order_id", "--reason", "which one"), CaseState.ASKED),
        (("note", "CAAAAAAAAAA", "called the bank"), CaseState.PERSON),
    ],
)
def test_operators_move_a_case_on(store, reprise, words, state):
    assert reprise("cases", *words, "--json").json["state"] == state
    assert store.case("CAAAAAAAAAA").state is state


@pytest.mark.parametrize(
    "words",
    [
        ("approve", "CAAAAAAAAAA", "--reason", "because"),
        ("approve", "CAAAAAAAAAA", "--refund", "cs_1=much", "--reason", "because"),
        ("approve", "CNOBODYKNOW", "--reason", "because"),
        ("deny", "CAAAAAAAAAA", "--reason", " "),
    ],
)
def test_wrong_input_changes_nothing(store, reprise, words):
    before = store.case("CAAAAAAAAAA")
    assert reprise("cases", *words).exit_code == Exit.BAD_INPUT
    assert store.case("CAAAAAAAAAA") == before


def test_a_case_is_opened_for_a_customer_who_did_not_write(desk, reprise):
    desk.grant(pack("cs_1"))
    words = ("cases", "open", "usr_1", "--reason", "credits lost by our import")
    made = reprise(*words, "--json").json
    assert (made["state"], made["account"]) == ("person", "usr_1")
    again = reprise(*words)
    assert f"{made['case']} is person, and was opened before" in again.stdout
    assert [row["case"] for row in reprise("cases", "list", "--json").json] == [made["case"]]
    nobody = reprise("cases", "open", "usr_none", "--reason", "x")
    assert nobody.exit_code == Exit.BAD_INPUT
    assert "ACCOUNT" in nobody.stderr
