"""The tables as `template.yaml` declares them, made on any DynamoDB endpoint."""

from pathlib import Path

import yaml

TEMPLATE = Path(__file__).parents[2] / "template.yaml"

_TABLE_PROPERTIES = (
    "BillingMode",
    "AttributeDefinitions",
    "KeySchema",
    "LocalSecondaryIndexes",
    "GlobalSecondaryIndexes",
)


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms as plain values."""


_Loader.add_multi_constructor("!", lambda loader, _, node: _plain(loader, node))


def _plain(loader, node):
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True)


def template() -> dict:
    """Return the template with intrinsic functions read as their arguments."""
    return yaml.load(TEMPLATE.read_text(), _Loader)  # noqa: S506 - a SafeLoader


def make_table(client, logical_id: str, name: str) -> str:
    """Create a table of the template and return its name."""
    declared = template()["Resources"][logical_id]["Properties"]
    wanted = {key: declared[key] for key in _TABLE_PROPERTIES if key in declared}
    client.create_table(TableName=name, **wanted)
    return name
