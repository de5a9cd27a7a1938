"""From the JSON of a catalogue to a validated `Catalogue`."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from reprise.canonical import Json
from reprise.catalogue.model import Catalogue, Pack, PackPrice, Plan, PlanPrice, Rights
from reprise.documents import amounts, array, exactly, flag, obj, read_document, string, whole
from reprise.errors import BadInputError
from reprise.providers.operation import Operation

# A catalogue prices each of the operations that the policy lists, and no other.
OPERATIONS = tuple(operation.value for operation in Operation)


def read_catalogue(text: str) -> Catalogue:
    """Read a catalogue.

    Args:
        text: the JSON document, shaped as `example.json` beside this file.

    Raises:
        BadInputError: the document is no JSON, or a field is missing, unknown or unusable.
    """
    document = read_document("catalogue", text)
    exactly("", document, ("plans", "packs", "operation_costs"))
    costs = obj("operation_costs", document["operation_costs"])
    exactly("operation_costs", costs, OPERATIONS)
    plans = enumerate(array("plans", document["plans"]))
    packs = enumerate(array("packs", document["packs"]))
    return Catalogue(
        plans=tuple(_plan(f"plans.{n}", obj(f"plans.{n}", item)) for n, item in plans),
        packs=tuple(_pack(f"packs.{n}", obj(f"packs.{n}", item)) for n, item in packs),
        operation_costs=tuple(
            (name, _credits(f"operation_costs.{name}", costs[name])) for name in OPERATIONS
        ),
    )


@cache
def named_catalogue(name: str) -> Catalogue:
    """Return a catalogue that ships with the code, one JSON file each beside this one.

    Args:
        name: the file's name without its ending; a deployment names one as a parameter.

    Raises:
        BadInputError: there is no such file, or it is no catalogue.
    """
    file = files(__package__).joinpath(f"{name}.json")
    if not name.replace("-", "_").isidentifier() or not file.is_file():
        raise BadInputError("catalogue", f"must name a file beside example.json, is {name!r}")
    return read_catalogue(file.read_text("utf-8"))


def example_catalogue() -> Catalogue:
    """Return the example, which is the default."""
    return named_catalogue("example")


def _plan(at: str, item: Mapping[str, Json]) -> Plan:
    exactly(at, item, ("id", "name", "credits_per_period", "rights", "prices"))
    rights = obj(f"{at}.rights", item["rights"])
    exactly(f"{at}.rights", rights, ("commercial_rights", "wav_midi_export", "priority_queue"))
    plan_id = string(f"{at}.id", item["id"])
    credits_per_period = whole(f"{at}.credits_per_period", item["credits_per_period"])
    prices = enumerate(array(f"{at}.prices", item["prices"]))
    return Plan(
        id=plan_id,
        name=string(f"{at}.name", item["name"]),
        credits_per_period=credits_per_period,
        rights=Rights(**{name: flag(f"{at}.rights.{name}", rights[name]) for name in rights}),
        prices=tuple(
            _plan_price(f"{at}.prices.{n}", price, plan_id, credits_per_period)
            for n, price in prices
        ),
    )


def _plan_price(at: str, value: Json, plan_id: str, plan_credits: int) -> PlanPrice:
    """Return a plan's price; it grants the plan's credits unless it states its own."""
    item = obj(at, value)
    exactly(at, item, ("id", "amounts"), "lookup_key", "credits")
    return PlanPrice(
        id=string(f"{at}.id", item["id"]),
        lookup_key=_lookup_key(at, item),
        plan=plan_id,
        credits=_credits(f"{at}.credits", item.get("credits", plan_credits)),
        amounts=_prices(f"{at}.amounts", item["amounts"]),
    )


def _pack(at: str, item: Mapping[str, Json]) -> Pack:
    exactly(at, item, ("sku", "credits", "amounts", "prices"))
    prices = enumerate(array(f"{at}.prices", item["prices"]))
    return Pack(
        sku=string(f"{at}.sku", item["sku"]),
        credits=_credits(f"{at}.credits", item["credits"]),
        amounts=_prices(f"{at}.amounts", item["amounts"]),
        prices=tuple(_pack_price(f"{at}.prices.{n}", price) for n, price in prices),
    )


def _pack_price(at: str, value: Json) -> PackPrice:
    item = obj(at, value)
    exactly(at, item, ("id",), "lookup_key")
    return PackPrice(string(f"{at}.id", item["id"]), _lookup_key(at, item))


def _lookup_key(at: str, item: Mapping[str, Json]) -> str:
    return string(f"{at}.lookup_key", item["lookup_key"]) if "lookup_key" in item else ""


def _credits(field: str, value: object) -> int:
    """Return credits that are worth stating: one or more."""
    read = whole(field, value)
    if read == 0:
        raise BadInputError(field, "must be 1 credit or more")
    return read


def _prices(field: str, value: object) -> tuple[tuple[str, int], ...]:
    """Return prices in at least one currency, none of them zero."""
    read = amounts(field, value)
    if not read or not all(amount for _, amount in read):
        raise BadInputError(field, "must state a price above 0 in at least one currency")
    return read
