"""What a function's policy allows, and what permission a call of AWS needs.

Both in the same words: the action, and the resource by its logical id, as in
`("dynamodb:Query", "CasesTable/index/due")`.
"""

import os
import re

from tests.support.template import functions

_VERBS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


def allowed(stem):
    """Every permission that a function's policy gives."""
    return {
        (action, _name(resource))
        for policy in functions()[stem]["Policies"]
        for statement in policy["Statement"]
        for action in _listed(statement["Action"])
        for resource in _on_aws(statement["Resource"])
    }


def needed(stem, service, operation, params):
    """The permissions that AWS looks for when a function makes a call.

    Args:
        stem: the function's folder; its environment tells which resource a name means.
        service: as in the action.
        operation: the API's own name.
        params: the call's arguments.
    """
    if operation == "TransactWriteItems":  # has no action of its own
        return {
            (f"{service}:{_VERBS[verb]}", _resource(stem, arguments["TableName"]))
            for action in params["TransactItems"]
            for verb, arguments in action.items()
        }
    return {(f"{service}:{operation}", resource) for resource in _judged_by(stem, params)}


def _judged_by(stem, params):
    found = []
    match params:
        case {"TableName": table, "IndexName": index}:
            found = [f"{_resource(stem, table)}/index/{index}"]
        case {"TableName": name} | {"QueueUrl": name} | {"SecretId": name}:
            found = [_resource(stem, name)]
        case {"RequestItems": requests}:
            found = [_resource(stem, table) for table in requests]
        case {"Entries": entries}:
            found = [_resource(stem, entry["EventBusName"]) for entry in entries]
        case {"Bucket": bucket, "Key": key} if key.startswith(os.environ["MAIL_PREFIX"]):
            found = [f"{_resource(stem, bucket)}/{os.environ['MAIL_PREFIX']}*"]
        case {"FromEmailAddress": _, **more}:
            named = "ConfigurationSetName" in more
            found = ["identity/*", *["configuration-set/StackName-mail"] * named]
    assert found, f"{stem}: say here which resource this call is judged by: {sorted(params)}"
    return found


def _resource(stem, name):
    told = functions()[stem]["Environment"]["Variables"]
    meant = [node for key, node in told.items() if os.environ.get(key) == name]
    assert len(meant) == 1, f"{stem}: {name} is not what one variable of the template says"
    return _name(meant[0])


def _name(node):
    match node:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
            return name
        case {"Fn::Sub": str(pattern)}:
            plain = re.sub(r"\$\{(?:AWS::)?(\w+)(?:\.Arn)?\}", r"\1", pattern)
            return plain.rpartition(":")[2]
    raise AssertionError(f"not a resource that is known here: {node}")


def _on_aws(node):
    """The resources of a statement; where the local stack differs, those on AWS."""
    if isinstance(node, dict) and "Fn::If" in node:
        condition, _, otherwise = node["Fn::If"]
        assert condition == "IsLocal"
        node = otherwise
    return _listed(node)


def _listed(value):
    return value if isinstance(value, list) else [value]
