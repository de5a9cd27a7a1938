import json
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reprise.catalogue.model import Pack, PlanPrice, Unmapped
from reprise.catalogue.reading import OPERATIONS, example_catalogue, read_catalogue
from reprise.errors import BadInputError
from reprise.providers.operation import Operation

TEXT = files("reprise.catalogue").joinpath("example.json").read_text("utf-8")
EXAMPLE = example_catalogue()


def changed(path, value):
    """The example with one value set (or, for a missing parent, added)."""
    document = json.loads(TEXT)
    *parents, last = path
    at = document
    for step in parents:
        at = at[step]
    at[last] = value
    return json.dumps(document)


@pytest.mark.parametrize(
    ("price", "lookup_key", "plan", "credits_granted"),
    [
        ("price_1TFixProM", "", "pro", 500),
        ("price_1TFixProM", "pro_v3", "pro", 500),
        ("price_new", "pro_v3", "pro", 500),
        ("", "premier_v3", "premier", 2000),
        # The id decides: a lookup key can be moved to another price in Stripe.
        ("price_1TFixPremierM", "pro_v3", "premier", 2000),
    ],
)
def test_a_price_sells_a_plan(price, lookup_key, plan, credits_granted):
    sold = EXAMPLE.by_price(price, lookup_key)
    assert isinstance(sold, PlanPrice)
    assert (sold.plan, sold.credits) == (plan, credits_granted)


def test_a_price_sells_a_pack_on_a_manual_invoice():
    sold = EXAMPLE.by_price("price_1TFixPack100")
    assert isinstance(sold, Pack)
    assert (sold.sku, sold.credits, sold.amount("USD")) == ("pack_1000", 1000, 1500)


@pytest.mark.parametrize(("price", "key"), [("price_x", ""), ("", ""), ("", "x"), ("price_x", "x")])
def test_an_unknown_price_is_never_guessed(price, key):
    sold = EXAMPLE.by_price(price, key)
    assert isinstance(sold, Unmapped)
    assert sold.field == "price"


@pytest.mark.parametrize(
    ("sku", "amount", "currency", "field"),
    [
        ("pack_1000", 1500, "usd", None),
        ("pack_1000", 1500, "EUR", None),
        ("pack_1000", 1499, "usd", "amount"),
        ("pack_1000", 3000, "usd", "amount"),
        ("pack_1000", 1500, "jpy", "currency"),
        ("pack_1001", 1500, "usd", "metadata.sku"),
        ("", 1500, "usd", "metadata.sku"),
    ],
)
def test_a_sku_is_believed_only_at_its_price(sku, amount, currency, field):
    """Metadata that names a bigger pack than was paid for grants nothing."""
    sold = EXAMPLE.by_sku(sku, amount, currency)
    if field is None:
        assert isinstance(sold, Pack)
        assert sold.credits == 1000
    else:
        assert isinstance(sold, Unmapped)
        assert sold.field == field
        assert sold.fix


@given(st.sampled_from([pack.sku for pack in EXAMPLE.packs]), st.integers(0, 10_000))
def test_no_other_amount_buys_a_pack(sku, amount):
    sold = EXAMPLE.by_sku(sku, amount, "usd")
    assert isinstance(sold, Unmapped) or sold.amount("usd") == amount


def test_every_operation_has_a_cost():
    assert tuple(Operation) == OPERATIONS
    assert all(EXAMPLE.cost(operation) > 0 for operation in Operation)
    with pytest.raises(BadInputError, match="operation: must be one of music_simple"):
        EXAMPLE.cost("cover")


def test_plans_are_found_by_id():
    assert EXAMPLE.plan("premier").rights.commercial_rights
    assert not EXAMPLE.plan("free").rights.wav_midi_export
    with pytest.raises(BadInputError, match="plan: must be one of free, pro, premier"):
        EXAMPLE.plan("gold")


def test_a_price_may_carry_its_own_credits_and_currencies():
    yearly = {"id": "price_y", "amounts": {"eur": 10_000}, "credits": 6000}
    sold = read_catalogue(changed(["plans", 1, "prices", 0], yearly)).by_price("price_y")
    assert isinstance(sold, PlanPrice)
    assert (sold.credits, sold.lookup_key) == (6000, "")
    assert (sold.amount("EUR"), sold.amount("usd")) == (10_000, None)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["plans"], {}, "plans: must be a JSON array"),
        (["plans"], [], "plans: must hold the plan 'free'"),
        (["offers"], [], "offers: is not known"),
        (["plans", 1, "id"], "free", "plans.id: must be unique, 'free'"),
        (["plans", 1, "rights", "priority_queue"], 1, "rights.priority_queue: must be true"),
        (["plans", 1, "rights", "stems"], True, "plans.1.rights.stems: is not known"),
        (["plans", 1, "credits_per_period"], 0, "plans.1.prices.0.credits: must be 1 credit"),
        (["plans", 1, "prices", 0, "amounts"], {}, "plans.1.prices.0.amounts: must state a price"),
        (["plans", 1, "prices", 0, "amounts"], {"usd": 0}, "amounts: must state a price above 0"),
        (["plans", 1, "prices", 0, "lookup_key"], "", "lookup_key: must be a text"),
        (["plans", 1, "prices", 0, "id"], "price_1TFixPremierM", "prices.id: must be unique"),
        (["packs", 0, "prices", 0, "lookup_key"], "pro_v3", "prices.lookup_key: must be unique"),
        (["packs", 0, "sku"], "pack_1000", "packs.sku: must be unique"),
        (["packs", 0, "credits"], "250", "packs.0.credits: must be a whole number"),
        (["packs", 0, "prices", 0, "currency"], "usd", "packs.0.prices.0.currency: is not known"),
        (["operation_costs", "cover"], 1, "operation_costs.cover: is not known"),
        (["operation_costs", "wav"], 0, "operation_costs.wav: must be 1 credit or more"),
    ],
)  # fmt: skip
def test_an_error_names_the_field_and_the_fix(path, value, message):
    with pytest.raises(BadInputError, match=message):
        read_catalogue(changed(path, value))
