"""The API's OpenAPI 3.1 document, out of the route table and the shapes: `python -m ops.openapi`.

Writes `docs/openapi.json`; with `--check` it only says whether that file is current.
"""

import inspect
import json
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, get_args, get_origin

from reprise.api.problem import MEDIA_TYPE, RETRY_AFTER_S, Kind
from reprise.api.routes import BODY_BYTES_MAX, COMMON_PROBLEMS, ROUTES, Route
from reprise.api.shape import forms_of, is_optional

_ROOT: Final = Path(__file__).parents[1]
DOCUMENT: Final = _ROOT / "docs" / "openapi.json"
ANSWERS: Final = _ROOT / "ops" / "api_examples.json"
"""One answer of each route."""
_REQUESTS: Final = _ROOT / "events" / "credits_api"

type Schema = dict[str, Any]

_PLAIN: Mapping[object, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    datetime: {"type": "string", "format": "date-time"},
}
_ARGUMENT = re.compile(r"^ {4}(\w+): (.+(?:\n {8,}.+)*)", re.MULTILINE)
_DESCRIPTION = (
    "Credits for the product's backend. Requests are signed with AWS Signature Version 4 for the "
    "service `execute-api`. Every write may be sent again: its business key makes it happen once. "
    f"A body holds at most {BODY_BYTES_MAX} bytes; unknown fields are refused; answers may gain "
    "fields."
)


_GATEWAY: Final[Schema] = {
    "403": {
        "description": "The signature or the role is not allowed; says the gateway, so `message`."
    },
    "429": {
        "description": "Too many requests at once; says the gateway. Send it again in a moment."
    },
}
"""What the gateway answers by itself, before any function."""


def document() -> Schema:
    """Return the whole document."""
    schemas: dict[str, Schema] = {"Problem": _problem_schema()}
    paths: dict[str, Schema] = {}
    for route in ROUTES:
        path = route.path.replace("+}", "}")
        paths.setdefault(path, {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Reprise credits API", "version": "1", "description": _DESCRIPTION},
        "security": [{"sigv4": []}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {
                "sigv4": {
                    "type": "apiKey",
                    "name": "Authorization",
                    "in": "header",
                    "description": "AWS Signature Version 4",
                }
            },
        },
    }


def text() -> str:
    """Return the document as it is kept."""
    return json.dumps(document(), indent=2) + "\n"


def _operation(route: Route, schemas: dict[str, Schema]) -> Schema:
    parameters, body = _inputs(route)
    example = json.loads(ANSWERS.read_text("utf-8"))[route.name]
    media = {"application/json": {"schema": _schema(route.answer, schemas), "example": example}}
    if route.name == "history":
        media["text/csv"] = {"schema": {"type": "string"}}
    answers: Schema = {
        str(status): {"description": says, "content": media}
        for status, says in route.statuses.items()
    }
    return {
        "operationId": route.name,
        "summary": route.says,
        **({"parameters": parameters} if parameters else {}),
        **({"requestBody": body} if body else {}),
        "responses": answers | _problems((*route.problems, *COMMON_PROBLEMS)) | _GATEWAY,
    }


def _inputs(route: Route) -> tuple[list[Schema], Schema]:
    """Return the parameters, and the body if there is one."""
    told, required = _properties(route.inbound, {})
    in_path = {name: told.pop(name) for name in route.path_names}
    parameters = [
        _parameter(name, "path", schema, is_required=True) for name, schema in in_path.items()
    ]
    if not route.has_body:
        for name, schema in told.items():
            parameters.append(_parameter(name, "query", schema, is_required=name in required))
        return parameters, {}
    schema = {
        "type": "object",
        "properties": told,
        "required": [name for name in required if name in told],
        "additionalProperties": False,
    }
    event = json.loads((_REQUESTS / f"{route.name}.json").read_text("utf-8"))
    media = {"schema": schema, "example": json.loads(event["body"])}
    return parameters, {"required": True, "content": {"application/json": media}}


def _parameter(name: str, where: str, schema: Schema, *, is_required: bool) -> Schema:
    # A parameter is left out, never null.
    plain = {**schema, **schema["anyOf"][0]} if "anyOf" in schema else schema
    described = {key: plain[key] for key in plain if key not in {"description", "anyOf"}}
    says = {"description": schema["description"]} if "description" in schema else {}
    return {"name": name, "in": where, "required": is_required, **says, "schema": described}


def _problems(kinds: Iterable[Kind]) -> Schema:
    """Return the answers that are problems, those of one status together."""
    by_status: dict[int, list[Kind]] = {}
    for kind in sorted(kinds, key=lambda kind: kind.status):
        by_status.setdefault(kind.status, []).append(kind)
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    wait = {"description": f"Seconds: {RETRY_AFTER_S}.", "schema": {"type": "integer"}}
    return {
        str(status): {
            "description": "; ".join(f"{kind.title} (`{kind.slug}`)" for kind in alike) + ".",
            **({"headers": {"Retry-After": wait}} if Kind.BUSY in alike else {}),
            "content": content,
        }
        for status, alike in by_status.items()
    }


def _problem_schema() -> Schema:
    texts = {name: {"type": "string"} for name in ("title", "detail", "field", "fix")}
    counts = {name: {"type": "integer"} for name in ("status", "missing", "available")}
    return {
        "description": "RFC 9457 problem details. `field` and `fix` name what the sender can mend; "
        "`missing` and `available` are credits.",
        "type": "object",
        "properties": {"type": {"enum": [kind.type for kind in Kind]}, **texts, **counts},
        "required": ["type", "title", "status", "detail"],
    }


def _schema(form: Any, schemas: dict[str, Schema]) -> Schema:  # noqa: ANN401 - any annotation
    """Return the JSON Schema of an annotation; dataclasses and enumerations by reference."""
    if is_optional(form):
        inner = next(part for part in get_args(form) if part is not type(None))
        return {"anyOf": [_schema(inner, schemas), {"type": "null"}]}
    if get_origin(form) is Annotated:
        plain, *limits = get_args(form)
        limited = [limit.schema() for limit in limits]
        return {name: v for part in (_schema(plain, schemas), *limited) for name, v in part.items()}
    if get_origin(form) is tuple:
        return {"type": "array", "items": _schema(get_args(form)[0], schemas)}
    if is_dataclass(form):
        return _reference(form, schemas)
    if isinstance(form, type) and issubclass(form, StrEnum):
        return {"type": "string", "enum": [member.value for member in form]}
    return dict(_PLAIN.get(form, {"type": "object"}))


def _reference(kind: Any, schemas: dict[str, Schema]) -> Schema:  # noqa: ANN401 - any dataclass
    """Return a reference to a dataclass's schema, which is made if it is not there yet."""
    if kind.__name__ not in schemas:
        properties, required = _properties(kind, schemas)
        schemas[kind.__name__] = {
            "type": "object",
            "description": (inspect.getdoc(kind) or "").partition("\n")[0],
            "properties": properties,
            "required": required,
        }
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


def _properties(kind: Any, schemas: dict[str, Schema]) -> tuple[dict[str, Schema], list[str]]:  # noqa: ANN401 - any dataclass
    """Return a dataclass's fields as schemas, described by its docstring, and those it needs."""
    said = {
        name: " ".join(words.split())
        for name, words in _ARGUMENT.findall(inspect.getdoc(kind) or "")
    }
    forms = forms_of(kind)
    found: dict[str, Schema] = {}
    for field in fields(kind):
        schema = _schema(forms[field.name], schemas)
        if field.name in said:
            schema = {**schema, "description": said[field.name]}
        if field.default is not MISSING and field.default is not None:
            schema = {**schema, "default": field.default}
        found[field.name] = schema
    return found, [field.name for field in fields(kind) if field.default is MISSING]


def main(arguments: list[str]) -> int:
    """Write the document, or check the one that is kept; return the exit code."""
    if arguments == ["--check"]:
        current = DOCUMENT.exists() and DOCUMENT.read_text("utf-8") == text()
        print("current" if current else f"{DOCUMENT.name} is stale: python -m ops.openapi")
        return 0 if current else 1
    DOCUMENT.write_text(text(), "utf-8")
    print(f"{len(ROUTES)} routes in {DOCUMENT}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
