"""`reprise find` over moto: from anything that names somebody to how they stand."""

import pytest
from reprise.adapters.dynamodb.cases import DynamoCaseStore
from reprise.adapters.dynamodb.directory import DynamoDirectory
from reprise.cases.model import Change, Line
from reprise.ports.directory import Profile
from reprise.ports.ledger import Alias
from reprise.ports.parking import Parked

from ops.cli.output import Exit
from tests.support.cases import case
from tests.support.ledger import T0, pack

ADA = "ada@example.com"


@pytest.fixture
def ada(desk):
    desk.grant(pack("cs_1", facts={"payment_intent": "pi_1"}))
    desk.store.put_alias("pi_1", Alias("usr_1", "cs_1"))
    desk.store.put_alias("cus_1", Alias("usr_1"))
    DynamoDirectory(desk.client, "cases").put_profile(Profile("usr_1", ADA, "en", "DE", T0))
    line = Line(at=T0, actor="mailbox", action="opened", reason="mail")
    DynamoCaseStore(desk.client, "cases").save(Change(case("CAAAAAAAAAA"), line))
    return desk


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize(
    ("word", "what", "order"),
    [
        ("pi_1", "an id of Stripe's", "cs_1"),
        ("cus_1", "an id of Stripe's", None),
        (" usr_1 ", "an account", None),
        ("caaaaaaaaaa", "a case", None),
        ("Ada@Example.com", "a verified address", None),
    ],
)
def test_anything_leads_to_its_account_and_how_it_stands(reprise, word, what, order):
    told = reprise("find", word, "--json")
    assert told.exit_code == Exit.FINE
    assert told.json["found"] == [{"is": what, "account": "usr_1", "order": order}]
    (standing,) = told.json["accounts"]
    assert (standing["balance"], standing["open_charges"]) == (100, 0)
    assert [one["order"] for one in standing["orders"]] == ["cs_1"]
    assert standing["orders"][0]["payment_intent"] == "pi_1"
    assert [one["case"] for one in standing["cases"]] == ["CAAAAAAAAAA"]
    shown = reprise("find", word).stdout
    assert "pi_1" in shown
    assert "reprise history usr_1" in shown


def test_an_event_that_is_parked_is_found_by_its_id_and_by_what_it_waits_for(desk, reprise):
    waiting = Parked("evt_1", "stripe", "invoice.paid", "price", "must be sold", "pi_9", b"", T0)
    desk.lot.park(waiting)
    for word in ("evt_1", "pi_9"):
        assert reprise("find", word, "--json").json["parked"] == ["evt_1"]
        assert "must be sold" in reprise("find", word).stdout


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(("word", "says"), [("pi_8", "nobody"), ("re_1", "payment")])
def test_what_nobody_knows_says_where_to_look(reprise, word, says):
    result = reprise("find", word)
    assert (result.exit_code, says in result.stdout) == (Exit.FINDING, True)
