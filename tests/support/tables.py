"""The tables as `template.yaml` declares them, made on any DynamoDB endpoint."""

from tests.support.template import resources

_TABLE_PROPERTIES = (
    "BillingMode",
    "AttributeDefinitions",
    "KeySchema",
    "LocalSecondaryIndexes",
    "GlobalSecondaryIndexes",
)


def make_table(client, logical_id: str, name: str) -> str:
    """Create a table of the template and return its name."""
    declared = resources("AWS::DynamoDB::Table")[logical_id]
    wanted = {key: declared[key] for key in _TABLE_PROPERTIES if key in declared}
    client.create_table(TableName=name, **wanted)
    return name
