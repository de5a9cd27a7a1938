"""Balance, statement, trace and audit say what the ledger holds."""

import json

import pytest
from reprise.adapters.dynamodb.ledger import DynamoLedgerStore
from reprise.ledger.charges import Outcome
from reprise.ledger.commands import ReverseOrder

from tests.support.ledger import CAUSE, MINUTE, pack, refund, renewal


def spend(desk):
    """A pack and a plan; one charge delivered in part, one failed, one open."""
    desk.grant(pack(at=desk.began))
    desk.grant(renewal(at=desk.began))
    desk.charge("gen_1")
    desk.settle("gen_1", Outcome.PARTIAL, delivered=1, promised=2)
    desk.charge("gen_2", after=3 * MINUTE)
    desk.settle("gen_2", Outcome.FAILED, after=4 * MINUTE)
    desk.charge("gen_3", 20, after=5 * MINUTE)


def test_the_balance_is_told_lot_by_lot(desk, reprise):
    spend(desk)
    told = reprise("balance", "usr_1", "--json").json
    assert (told["available"], told["balance"], told["owed"]) == (575, 575, 0)
    assert {lot["lot"]: lot["left"] for lot in told["lots"]} == {"cs_1": 100, "in_1/il_1": 475}
    assert [charge["generation"] for charge in told["open_charges"]] == ["gen_3"]
    shown = reprise("balance", "usr_1")
    assert "575 available of 575; 20 held by 1 open charges; 0 owed" in shown.stdout
    assert "\x1b" not in shown.stdout, "no colours where nobody looks"


def test_the_statement_is_newest_first_and_says_when_there_is_more(desk, reprise):
    spend(desk)
    newest = reprise("history", "usr_1", "--limit", "2", "--json").json
    assert [entry["key"] for entry in newest] == ["charge#gen_3", "outcome#gen_2"]
    assert "There is more" in reprise("history", "usr_1", "--limit", "2").stdout
    everything = reprise("history", "usr_1", "--all", "--json").json
    assert [entry["seq"] for entry in everything] == [7, 6, 5, 4, 3, 2, 1]
    assert "There is more" not in reprise("history", "usr_1", "--limit", "7").stdout


def test_every_credit_is_traced_to_where_it_is(desk, reprise):
    spend(desk)
    order = desk.store.read("usr_1", orders=["cs_1"]).orders["cs_1"]
    desk.ledger.run(
        "usr_1", ReverseOrder("cs_1", order.version, refund(300), CAUSE), desk.began + 6 * MINUTE
    )
    told = {story["lot"]: story for story in reprise("explain", "usr_1", "--json").json}
    assert told["cs_1"]["kind"] == "pack"
    assert told["cs_1"]["now"]["clawed_back"] == 30
    plan = told["in_1/il_1"]
    assert (plan["now"]["spent"], plan["now"]["held_by_open_charges"]) == (5, 20)
    assert all(story["granted"] == sum(story["now"].values()) for story in told.values())
    shown = reprise("explain", "usr_1").stdout
    assert "100 granted = 70 left + 30 clawed back" in shown
    assert "500 granted = 475 left + 20 held by open charges + 5 spent" in shown


def test_a_sound_journal_is_replayed_without_a_difference(desk, reprise):
    spend(desk)
    result = reprise("audit", "usr_1", "--json")
    assert (result.exit_code, result.json["clean"], result.json["entries"]) == (0, True, 7)
    assert "7 entries replayed, 575 credits, no difference" in reprise("audit", "usr_1").stdout


def test_a_tampered_entry_is_named(desk, reprise):
    spend(desk)
    key = {"pk": {"S": "account#usr_1"}, "sk": {"S": "charge#gen_1"}}
    item = desk.client.get_item(TableName="ledger", Key=key)["Item"]
    body = json.loads(item["body"]["S"]) | {"cause": ["api", "somebody else", None]}
    desk.client.put_item(TableName="ledger", Item=item | {"body": {"S": json.dumps(body)}})
    result = reprise("audit", "usr_1")
    assert result.exit_code == 1
    assert "charge#gen_1: the hash does not match" in result.stdout
    assert reprise("audit", "usr_1", "--json").json["clean"] is False


def test_a_changed_head_is_named(desk, reprise):
    desk.grant(pack(at=desk.began))
    key = {"pk": {"S": "account#usr_1"}, "sk": {"S": "head"}}
    item = desk.client.get_item(TableName="ledger", Key=key)["Item"]
    richer = item["state"]["S"].replace('"cs_1":[100,', '"cs_1":[999,')
    desk.client.put_item(TableName="ledger", Item=item | {"state": {"S": richer}})
    result = reprise("audit", "usr_1")
    assert (result.exit_code, "head.lots.cs_1: 999, not 100" in result.stdout) == (1, True)


def test_what_a_bad_hour_wrote_is_audited_at_once(desk, reprise):
    """Whoever deployed something wrong wants to know whom it hit."""
    for number in range(3):
        desk.grant(pack(f"cs_{number}", at=desk.began), f"usr_{number}")
    desk.charge("gen_1", after=30 * MINUTE, account="usr_1")
    desk.charge("gen_2", after=30 * MINUTE, account="usr_2")
    spoil(desk, "usr_0", lambda state: state.replace('"cs_0":[100,', '"cs_0":[999,'))
    spoil(desk, "usr_1", lambda state: state.replace('"cs_1":[90,', '"cs_1":[91,'))
    spoil(desk, "usr_2", lambda _: "{")
    hour = (desk.began + 20 * MINUTE).isoformat()
    told = reprise("audit", "--all", "--since", hour, "--json")
    assert told.exit_code == 1
    assert {one["account"]: one["difference"][:17] for one in told.json} == {
        "usr_1": "head.lots.cs_1: 9",
        "usr_2": "cannot be read: J",
    }
    shown = reprise("audit", "--all").stdout
    assert "usr_0: after 1 entries: head.lots.cs_0: 999, not 100" in shown
    assert "3 accounts replayed, 3 with a difference" in shown


def spoil(desk, account_id, change):
    key = {"pk": {"S": f"account#{account_id}"}, "sk": {"S": "head"}}
    item = desk.client.get_item(TableName="ledger", Key=key)["Item"]
    spoilt = {"state": {"S": change(item["state"]["S"])}}
    desk.client.put_item(TableName="ledger", Item=item | spoilt)


def test_an_account_that_is_written_meanwhile_is_no_difference(desk, reprise, monkeypatch):
    desk.grant(pack(at=desk.began))
    journal, numbers = DynamoLedgerStore.journal, iter((1,))

    def written_between(store, account_id):
        for number in numbers:
            desk.charge(f"gen_{number}")
        return journal(store, account_id)

    monkeypatch.setattr(DynamoLedgerStore, "journal", written_between)
    assert reprise("audit", "usr_1").exit_code == 0


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    "words",
    [(), ("u", "--all"), ("u", "--since", "2026-11-02T08:00:00Z"), ("--all", "--since", "1")],
)
def test_what_is_audited_must_be_said(reprise, words):
    assert reprise("audit", *words).exit_code == 2


@pytest.mark.usefixtures("desk")
def test_an_unknown_account_is_wrong_input(reprise):
    for command in ("balance", "history", "explain", "audit"):
        result = reprise(command, "usr_9")
        assert (result.exit_code, result.stdout) == (2, "")
        assert "'usr_9' has no ledger account" in result.stderr
