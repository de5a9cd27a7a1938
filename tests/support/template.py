"""`template.yaml` as CloudFormation sees it: loops expanded, short tags spelled out."""

import json
from functools import cache
from typing import Any

import yaml

from tests.support.files import ROOT

type Node = Any


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags."""


def _tagged(loader: _Loader, suffix: str, node: yaml.Node) -> Node:
    if isinstance(node, yaml.ScalarNode):
        value: Node = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _tagged)


@cache
def template() -> dict[str, Node]:
    """The whole template."""
    document = yaml.load((ROOT / "template.yaml").read_text(), _Loader)  # noqa: S506 - a safe loader
    return document | {name: _expand(document[name]) for name in ("Resources", "Outputs")}


def resources(kind: str) -> dict[str, dict[str, Node]]:
    """The properties of every resource of a type, by logical id."""
    found = template()["Resources"].items()
    return {name: body.get("Properties", {}) for name, body in found if body["Type"] == kind}


def functions() -> dict[str, dict[str, Node]]:
    """The properties of every function, by the name of its folder."""
    wired = resources("AWS::Serverless::Function")
    return {
        properties["CodeUri"].removeprefix("functions/"): properties
        for properties in wired.values()
    }


def polled() -> dict[str, tuple[str, dict[str, Node]]]:
    """By function that works off a queue: the queue's logical id, and how it is worked off."""
    stems = {logical_id(stem): stem for stem in functions()}
    return {
        stems[target(mapping["FunctionName"])]: (target(mapping["EventSourceArn"]), mapping)
        for mapping in resources("AWS::Lambda::EventSourceMapping").values()
    }


def logical_id(stem: str) -> str:
    """The logical id of the function in a folder."""
    return "".join(word.capitalize() for word in stem.split("_")) + "Function"


def target(node: Node) -> str:
    """The logical id that a Ref or GetAtt names."""
    match node:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
            return name
    raise AssertionError(f"neither Ref nor GetAtt: {node}")


def alarms() -> list[dict[str, Node]]:
    """The properties of every alarm."""
    return list(resources("AWS::CloudWatch::Alarm").values())


def watched(namespace: str, metric: str) -> set[str]:
    """The logical ids of what an alarm on a metric looks at."""
    return {
        target(alarm["Dimensions"][0]["Value"])
        for alarm in alarms()
        if (alarm["Namespace"], alarm["MetricName"]) == (namespace, metric)
    }


def _expand(section: dict[str, Node]) -> dict[str, Node]:
    """Write out each `Fn::ForEach`."""
    expanded: dict[str, Node] = {}
    for key, body in section.items():
        if not key.startswith("Fn::ForEach::"):
            expanded[key] = body
            continue
        identifier, values, pattern = body
        for value in values:
            text = json.dumps(pattern).replace(f"${{{identifier}}}", value)
            text = text.replace(json.dumps({"Ref": identifier}), json.dumps(value))
            expanded |= json.loads(text)
    return expanded
