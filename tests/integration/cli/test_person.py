"""`reprise person` over moto: what is handed out, what is erased, and what stays."""

import json
from dataclasses import replace
from datetime import timedelta

import boto3
import pytest
from reprise.adapters.dynamodb.cases import DynamoCaseStore
from reprise.adapters.dynamodb.directory import DynamoDirectory
from reprise.adapters.dynamodb.table import Table
from reprise.cases.model import CaseState, Change, Line, ReplyState
from reprise.clock import wall_clock
from reprise.ports.cases import Intake
from reprise.ports.directory import Profile
from reprise.ports.ledger import StoreBusyError

from ops.cli.output import Exit
from ops.cli.target import Target
from ops.personal_data import REFUND_MAY_FAIL
from tests.integration.cli.conftest import REGION
from tests.support.cases import case, full_case, letter
from tests.support.ledger import pack

ADA = "ada@example.com"
MAILS = ("m1", "m2", "m3")
"""The first of her case, her answer to it, and one whose sender nothing proved."""


@pytest.fixture
def person(desk, monkeypatch):
    """Ada with a pack, two cases that ended and three mails; Bob beside her."""
    outputs = {"MailBucketName": "mail", "MailPrefix": "inbound/"}
    monkeypatch.setattr(Target, "outputs", lambda *_: outputs)
    desk.s3 = boto3.client("s3", region_name=REGION)
    desk.s3.create_bucket(Bucket="mail")
    for name in (*MAILS, "bobs"):
        desk.s3.put_object(Bucket="mail", Key=f"inbound/{name}", Body=b"From: somebody")
    desk.grant(pack("cs_1"))
    desk.cases = DynamoCaseStore(desk.client, "cases")
    desk.directory = DynamoDirectory(desk.client, "cases")
    now = wall_clock()
    for account, address in (("usr_1", ADA), ("usr_2", "bob@example.com")):
        desk.directory.put_profile(Profile(account, address, "en", "DE", now))
    for opened in (
        ended("CAAAAAAAAAA"),
        ended(
            "CBBBBBBBBBB", account_id=None, letter=letter(ses_id="m3", address="Ada@Example.com")
        ),
        ended(
            "CCCCCCCCCCC", account_id="usr_2", letter=letter(ses_id="bobs", address="b@x.example")
        ),
    ):
        line = Line(at=now, actor="mailbox", action="opened", reason="mail")
        taken = Intake(ses_id=opened.letter.ses_id, at=now, changes=(Change(opened, line),))
        desk.cases.take_in(taken)
    wrote = Line(at=now, actor="mailbox", action="mail", reason="again", details={"mail": "m2"})
    desk.cases.save(Change(desk.cases.case("CAAAAAAAAAA").moved(now), wrote))
    return desk


def ended(case_id, **changes):
    return case(case_id, state=CaseState.APPROVED, **changes)


def stored(desk):
    return json.dumps(desk.client.scan(TableName="cases")["Items"], default=str)


def raw_mails(desk):
    found = desk.s3.list_objects_v2(Bucket="mail").get("Contents", [])
    return {one["Key"].removeprefix("inbound/") for one in found}


@pytest.mark.usefixtures("person")
def test_everything_that_is_kept_is_handed_out(reprise):
    result = reprise("person", "export", "usr_1")
    told = json.loads(result.stdout)
    assert told["profile"]["email"] == ADA
    assert {one["case"] for one in told["cases"]} == {"CAAAAAAAAAA", "CBBBBBBBBBB"}
    assert set(told["mails"]) == set(MAILS)
    assert [one["order"] for one in told["orders"]] == ["cs_1"]
    assert len(told["entries"]) == 1
    assert "bob" not in result.stdout


def test_nothing_is_erased_before_it_is_said_twice(person, reprise):
    before = stored(person)
    result = reprise("person", "erase", "usr_1", "--reason", "asked by mail", "--json")
    counted = {"profiles": 1, "cases": 2, "mails": 3}
    assert result.json == {"account": "usr_1", "erased": False, **counted}
    assert (stored(person), raw_mails(person)) == (before, {*MAILS, "bobs"})


def test_the_person_is_gone_and_the_ledger_and_everybody_else_stay(person, reprise):
    entries = person.client.scan(TableName="ledger")["Items"]
    done = reprise("person", "erase", "usr_1", "--reason", "asked by mail", "--yes")
    assert (done.exit_code, "3 mails" in done.stdout) == (Exit.FINE, True)
    assert raw_mails(person) == {"bobs"}
    left = stored(person)
    assert ADA not in left.lower()
    assert '"case#CAAAAAAAAAA"' not in left
    assert person.directory.account_of(ADA) is None
    assert person.directory.profile("usr_2") is not None
    assert person.cases.case("CCCCCCCCCCC") is not None
    assert person.client.scan(TableName="ledger")["Items"] == entries
    assert "asked by mail" in left, "who did it, when and why stays"
    assert reprise("audit", "usr_1").exit_code == Exit.FINE
    again = reprise("person", "erase", "usr_1", "--reason", "again", "--yes", "--json")
    assert again.json == {"account": "usr_1", "erased": True, "profiles": 0, "cases": 0, "mails": 0}


def test_whoever_is_cut_off_begins_again(person, reprise, monkeypatch):
    """However many deletions were made, the rest is found."""
    for made in range(3):
        with monkeypatch.context() as cutting:
            cutting.setattr(Table, "delete", cut_after(made))
            assert reprise("person", "erase", "usr_1", "--reason", "asked", "--yes").exit_code
        assert person.directory.profile("usr_1") is not None
    assert reprise("person", "erase", "usr_1", "--reason", "asked", "--yes").exit_code == Exit.FINE
    assert ADA not in stored(person).lower()
    assert '"case#CAAAAAAAAAA"' not in stored(person)


def cut_after(made):
    """A deletion that works so often."""
    left = iter(range(made))
    delete = Table.delete

    def cut(self, key):
        if next(left, None) is None:
            raise StoreBusyError("cut off")
        delete(self, key)

    return cut


@pytest.mark.parametrize("change", [{"state": CaseState.PERSON}, {"state": CaseState.ACTING}])
def test_a_case_under_way_is_ended_first(person, reprise, change):
    now = wall_clock()
    standing = person.cases.case("CAAAAAAAAAA").moved(now, **change)
    person.cases.save(Change(standing, Line(at=now, actor="a", action="b", reason="c")))
    refused = reprise("person", "erase", "usr_1", "--reason", "asked", "--yes")
    assert (refused.exit_code, "end it first" in refused.stderr) == (Exit.BAD_INPUT, True)
    assert raw_mails(person) == {*MAILS, "bobs"}


def test_a_refund_that_may_come_back_keeps_its_case(person, reprise):
    now = wall_clock()
    for ago, code in ((timedelta(days=1), Exit.BAD_INPUT), (REFUND_MAY_FAIL, Exit.FINE)):
        before = person.cases.case("CFULL")
        refunded = replace(
            full_case(),
            state=CaseState.APPROVED,
            changed_at=now - ago,
            version=before.version + 1 if before else 1,
        )
        assert all(one.state is ReplyState.SENT for one in refunded.replies)
        person.cases.save(Change(refunded, Line(at=now, actor="a", action="b", reason="c")))
        done = reprise("person", "erase", "usr_1", "--reason", "asked", "--yes")
        assert done.exit_code == code
