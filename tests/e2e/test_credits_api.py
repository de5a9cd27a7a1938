"""The product's own client, over HTTP, under the product's own role, against the deployed API."""

import boto3
import pytest
from reprise.adapters.dynamodb.ledger import DynamoLedgerStore
from reprise.adapters.signed_http import SignedHttp
from reprise.client import CreditsClient, CreditsMissingError, NotFoundError, RequestInvalidError
from reprise.ledger.commands import GrantOrder
from reprise.usecases.ledger import Ledger

from tests.support.ledger import CAUSE, RULES, T0, pack, renewal

pytestmark = [pytest.mark.stack, pytest.mark.built]

# Signs of every kind that an id may hold: each must survive signing, routing and decoding.
ACCOUNT = "org:7@eu_1.x-2"


@pytest.fixture(scope="module")
def api(stack, product):
    session = boto3.Session(
        product.arguments["aws_access_key_id"],
        product.arguments["aws_secret_access_key"],
        product.arguments["aws_session_token"],
        product.arguments["region_name"],
    )
    return CreditsClient(SignedHttp(stack.api_url, session), story_now=lambda: T0)


@pytest.fixture(scope="module", autouse=True)
def bought(stack):
    """What Stripe's side would have brought about."""
    store = DynamoLedgerStore(boto3.client("dynamodb", **stack.arguments), stack.ledger_table)
    ledger = Ledger(store, lambda _: RULES, pause=lambda _: None)
    ledger.run(ACCOUNT, GrantOrder(pack(credits=30), CAUSE), T0, may_open=True)
    ledger.run(ACCOUNT, GrantOrder(renewal(credits=10), CAUSE), T0)


def test_the_product_lives_on_its_client(api):
    assert api.register(ACCOUNT, email="ada@example.com", locale="de", country="DE")
    charge = api.charge(ACCOUNT, "gen:1@a", "music_simple")
    assert api.charge(ACCOUNT, "gen:1@a", "music_simple") == charge
    assert api.attach_task(ACCOUNT, "gen:1@a", provider="kie", task_id="t/1").task.task_id == "t/1"
    assert api.charge_of(ACCOUNT, "gen:1@a").task.provider == "kie"
    with pytest.raises(CreditsMissingError) as short:
        api.charge(ACCOUNT, "gen:2", "stems_12")
    assert short.value.missing == 20
    assert api.balance(ACCOUNT).available == 30
    assert [entry.kind for entry in api.entries(ACCOUNT)] == ["charge", "settle", "settle"]
    assert api.history_csv(ACCOUNT).startswith("seq,at,kind,")
    assert api.entitlements(ACCOUNT).plan == "pro"
    assert len(api.orders(ACCOUNT).orders) == 2
    assert api.catalogue().packs


def test_an_order_id_with_a_slash_survives_the_gateway(api):
    assert api.order(ACCOUNT, "in_1/il_1").sku == "pro"
    assert api.order(ACCOUNT, "cs_1").sku == "pack_100"


def test_what_is_wrong_is_said_over_http_too(api):
    with pytest.raises(NotFoundError, match="account-unknown"):
        api.balance("nobody")
    with pytest.raises(RequestInvalidError, match="account_id"):
        api.balance("no body")
    with pytest.raises(RequestInvalidError, match="operation"):
        api.charge(ACCOUNT, "gen_9", "video")
