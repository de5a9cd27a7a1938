"""Every case store keeps the same promises: the fake, and the cases table of the template."""

from dataclasses import replace

import boto3
import pytest
from moto import mock_aws
from reprise.adapters.dynamodb.cases import DynamoCaseStore
from reprise.cases.model import CaseState, Change, Line
from reprise.ports.cases import Intake, Shelf
from reprise.ports.cases_memory import MemoryCaseStore
from reprise.ports.ledger import HeadMovedError, StoreBusyError

from tests.support.cases import case, full_case
from tests.support.ledger import DAY, HOUR, MINUTE, T0
from tests.support.tables import make_table


@pytest.fixture(params=["memory", "moto"])
def store(request):
    if request.param == "memory":
        yield MemoryCaseStore()
        return
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        yield DynamoCaseStore(client, make_table(client, "CasesTable", "cases"))


def line(action="opened", at=T0):
    return Line(at=at, actor="mailbox", action=action, reason="because", details={"mail": "m1"})


def intake(*cases, ses_id="m1", twin=None, refused=""):
    changes = tuple(Change(one, line()) for one in cases)
    return Intake(ses_id=ses_id, at=T0, twin=twin, changes=changes, refused=refused)


def test_what_is_stored_of_a_case_comes_back_as_it_was(store):
    store.take_in(intake(full_case()))
    assert store.case("CFULL") == full_case()
    assert store.journal("CFULL") == [line()]
    assert store.case("CNONE") is None
    assert store.journal("CNONE") == []


def test_a_mail_is_taken_in_once(store):
    first = store.take_in(intake(case("C1"), case("C2")))
    again = store.take_in(intake(case("C1"), case("C2")))
    assert (first.case_ids, first.replayed) == (("C1", "C2"), False)
    assert again == replace(first, replayed=True)
    assert store.taken("m1") == first
    assert store.taken("m2") is None
    assert len(store.journal("C1")) == 1


def test_the_same_message_under_another_id_is_refused_with_a_record(store):
    store.take_in(intake(case("C1"), twin="t1"))
    again = store.take_in(intake(case("C2"), ses_id="m2", twin="t1"))
    assert (again.case_ids, again.refused) == ((), "the same mail as m1")
    assert store.case("C2") is None
    assert store.take_in(intake(case("C2"), ses_id="m2", twin="t1")).replayed


def test_refusals_are_listed_oldest_first(store):
    for number in (2, 1, 3):
        at = T0 + number * MINUTE
        store.take_in(Intake(ses_id=f"m{number}", at=at, refused="bounce"))
    store.take_in(intake(case("C1"), ses_id="m4"))
    first = store.refusals(2)
    rest = store.refusals(2, first.cursor)
    assert [taken.ses_id for taken in first.items + rest.items] == ["m1", "m2", "m3"]


def test_a_case_moves_only_from_the_version_that_was_read(store):
    store.take_in(intake(case("C1")))
    read = store.case("C1")
    moved = read.moved(T0 + HOUR, state=CaseState.PERSON)
    store.save(Change(moved, line("person", T0 + HOUR)))
    with pytest.raises(HeadMovedError):
        store.save(Change(moved, line("person", T0 + HOUR)))
    assert store.case("C1") == moved
    assert [one.action for one in store.journal("C1")] == ["opened", "person"]


def test_a_mail_that_carries_on_a_case_is_all_or_nothing(store):
    store.take_in(intake(case("C1")))
    read = store.case("C1")
    answered = Change(read.moved(T0 + HOUR, choice_asked=True), line("answered"))
    store.take_in(Intake(ses_id="m2", at=T0 + HOUR, changes=(answered,)))
    assert store.case("C1").version == 2
    with pytest.raises(StoreBusyError):
        store.take_in(Intake(ses_id="m3", at=T0 + HOUR, changes=(answered,)))
    assert store.taken("m3") is None


def test_open_cases_are_listed_by_when_they_wake_and_ended_ones_by_their_end(store):
    for number in (3, 1, 2):
        waking = case(f"C{number}", wakes_at=T0 + number * DAY)
        store.take_in(intake(waking, ses_id=f"m{number}"))
    ended = store.case("C2").moved(T0 + HOUR, state=CaseState.DENIED)
    store.save(Change(ended, line("denied")))
    listed = [one.case_id for one in store.listed(Shelf.OPEN, 10).items]
    assert listed == ["C1", "C3"]
    assert [one.case_id for one in store.listed(Shelf.OPEN, 10, until=T0 + DAY).items] == ["C1"]
    assert store.listed(Shelf.ENDED, 10).items == (ended,)
    first = store.listed(Shelf.OPEN, 1)
    assert store.listed(Shelf.OPEN, 1, first.cursor).items[0].case_id == "C3"


def test_an_account_knows_its_cases(store):
    store.take_in(intake(case("C1", account_id="usr_1")))
    store.take_in(intake(case("C2", account_id="usr_2"), ses_id="m2"))
    store.take_in(intake(case("C3", account_id=None), ses_id="m3"))
    assert [one.case_id for one in store.cases_of("usr_1")] == ["C1"]


def test_a_mark_leads_to_its_case(store):
    store.bind("address:c1.abc", "C1", T0)
    assert store.bound("address:c1.abc") == "C1"
    assert store.bound("address:c1.abd") is None
