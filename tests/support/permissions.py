"""What a function's policy allows, and what permission a call of AWS needs.

Both in the same words: the action, and the resource by its logical id, with the condition that
narrows it, as in `("dynamodb:Query", "CasesTable/index/due")` or
`("dynamodb:DeleteItem", "CasesTable where dynamodb:LeadingKeys is email#*")`.
"""

import os
import re
from fnmatch import fnmatchcase

from tests.support.template import functions

_VERBS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


POLLS = frozenset({"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"})
"""What Lambda itself does with a function's rights, to hand it the messages of its queue."""


def allowed(stem):
    """Every permission that a function's policy gives to its code."""
    return _allowed(stem) - polling(stem)


def polling(stem):
    """What a function's policy gives to Lambda, which hands it messages."""
    return {right for right in _allowed(stem) if right[0] in POLLS}


def _allowed(stem):
    return {(action, resource + _words(told)) for action, resource, told in _statements(stem)}


def used(stem, service, operation, params):
    """The permissions by which AWS allows a call; a need that none of them meets, as it stands.

    Args:
        stem: the function's folder; its environment tells which resource a name means.
        service: as in the action.
        operation: the API's own name.
        params: the call's arguments.
    """
    found = set()
    for action, resource, told in needed(stem, service, operation, params):
        allowing = {
            (action, resource + _words(condition))
            for *right, condition in _statements(stem)
            if right == [action, resource] and _is_met(stem, condition, told)
        }
        found |= allowing or {(action, f"{resource} for {told}")}
    return found


def needed(stem, service, operation, params):
    """What AWS looks for when a function makes a call: action, resource, what conditions see."""
    if operation == "TransactWriteItems":  # has no action of its own
        return [
            (f"{service}:{_VERBS[verb]}", _resource(stem, arguments["TableName"]), _told(arguments))
            for action in params["TransactItems"]
            for verb, arguments in action.items()
        ]
    told = _told(params)
    return [(f"{service}:{operation}", resource, told) for resource in _judged_by(stem, params)]


def _statements(stem):
    """Each action on each resource that a function's policy allows, with its condition."""
    return [
        (action, _name(resource), _on_aws(statement.get("Condition", {})))
        for policy in functions()[stem]["Policies"]
        for statement in policy["Statement"]
        for action in _listed(statement["Action"])
        for resource in _listed(_on_aws(statement["Resource"]))
    ]


def _words(condition):
    """The condition as a suffix of what it narrows."""
    named = [
        (key, ", ".join(one if isinstance(one, str) else one["Ref"] for one in _listed(words)))
        for keys in condition.values()
        for key, words in keys.items()
    ]
    return "".join(f" where {key} is {words}" for key, words in named)


def _is_met(stem, condition, told):
    """Whether AWS would find a condition met; of its operators, those that are in the template."""
    for operator, keys in condition.items():
        assert operator in {
            "StringEquals",
            "ForAllValues:StringEquals",
            "ForAllValues:StringLike",
        }, f"say here what {operator} means"
        for key, words in keys.items():
            patterns = [_value(stem, word) for word in _listed(words)]
            is_like = fnmatchcase if operator.endswith("Like") else str.__eq__
            # A key that is missing would meet ForAllValues, so it must be told here.
            if not all(any(is_like(one, each) for each in patterns) for one in told[key]):
                return False
    return True


def _told(params):
    """What conditions see of a call, by their keys."""
    match params:
        case {"Entries": entries}:
            return {"events:source": [one["Source"] for one in entries]}
        case {"FromEmailAddress": address}:
            return {"ses:FromAddress": [address]}
        case {"Key": {"pk": {"S": key}}} | {"Item": {"pk": {"S": key}}}:
            return {"dynamodb:LeadingKeys": [key]}
        case {"KeyConditionExpression": where, "ExpressionAttributeValues": values}:
            return {"dynamodb:LeadingKeys": [values[re.findall(r"= (:\w+)", where)[0]]["S"]]}
        case {"RequestItems": requests}:
            keys = [key["pk"]["S"] for request in requests.values() for key in request["Keys"]]
            return {"dynamodb:LeadingKeys": keys}
    return {}


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


def _value(stem, node):
    """A word of a condition; a parameter is what the function's environment says of it."""
    if isinstance(node, str):
        return node
    told = functions()[stem]["Environment"]["Variables"]
    (name,) = [key for key, meant in told.items() if meant == node]
    return os.environ[name]


def _on_aws(node):
    """A part of a statement; where the local stack differs, what it is on AWS."""
    if isinstance(node, dict) and "Fn::If" in node:
        condition, _, otherwise = node["Fn::If"]
        assert condition == "IsLocal"
        return otherwise
    return node


def _listed(value):
    return value if isinstance(value, list) else [value]
