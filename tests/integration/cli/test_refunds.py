"""`reprise refunds` over moto: hold, release, and what waits."""

from dataclasses import replace

from reprise.adapters.dynamodb.cases import DynamoCaseStore
from reprise.cases.model import CaseState, Change, Line
from reprise.clock import wall_clock
from reprise.policy.decision import Action, ActionKind

from ops.cli.output import Exit
from tests.support.cases import full_case


def test_holding_and_releasing_say_who_why_and_what_waits(desk, reprise):
    assert reprise("refunds", "status", "--json").json == {"held": False, "cases": 0, "money": {}}
    store, now = DynamoCaseStore(desk.client, "cases"), wall_clock()
    decided = full_case()
    wanted = (
        Action(ActionKind.REFUND_ORDER, "cs_1", amount_minor=1500, currency="usd"),  # is done
        Action(ActionKind.REFUND_ORDER, "cs_2", amount_minor=700, currency="usd"),
    )
    decision = replace(decided.decision, actions=wanted)
    case = replace(decided, state=CaseState.ACTING, round=1, decision=decision)
    store.save(Change(case, Line(at=now, actor="operator", action="approved", reason="so")))
    held = reprise("refunds", "hold", "--reason", "double refunds", "--json")
    assert held.exit_code == Exit.FINE, "it was done"
    told = held.json
    assert (told["held"], told["reason"], told["cases"]) == (True, "double refunds", 1)
    assert told["money"] == {"usd": 700}
    assert told["by"].startswith("arn:aws:")
    shown = reprise("refunds", "status")
    assert (shown.exit_code, "HELD" in shown.stdout) == (Exit.FINDING, True)
    assert "7.00" in shown.stdout
    assert reprise("refunds", "release", "--reason", "mended").exit_code == Exit.FINE
    assert not reprise("refunds", "status", "--json").json["held"]


def test_a_reason_is_needed(desk, reprise):
    for words in (("hold",), ("hold", "--reason", " "), ("release", "--reason", "")):
        assert reprise("refunds", *words).exit_code == Exit.BAD_INPUT
    assert desk.client.scan(TableName="cases")["Items"] == []
