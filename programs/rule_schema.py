"""The JSON Schema of a rulebook file, so that editors complete it and mark what is wrong.

Here: pydantic's schema with the shorthands a file may use, and what a schema can say of several
fields. Not here: the models (rule_models.py); faults a schema can't see (rule_checks.py).
"""

from __future__ import annotations

import json
from typing import Any

from programs.rule_models import Revision, RuleVersion

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Node = dict[str, Any]

_ONE_OF_CONDITION = [
    {"required": [name]}
    for name in ("any", "all", "metric", "items", "units_of", "attainment_of")
]
_PAYS = [{"required": [name]} for name in ("per_unit", "flat", "msrp_percent")]


def json_schema() -> Node:
    """The JSON Schema of a rulebook file."""
    schema = RuleVersion.model_json_schema(by_alias=True)
    revision = Revision.model_json_schema(by_alias=True)
    parts = schema.setdefault("$defs", {}) | revision.pop("$defs", {})
    parts["Revision"] = revision | {"properties": revision["properties"] | _change(schema)}
    schema["properties"]["revisions"] = {"type": "array", "items": {"$ref": "#/$defs/Revision"}}
    parts["Condition"]["oneOf"] = _ONE_OF_CONDITION
    parts["Band"]["anyOf"] = _PAYS
    parts["BonusPay"]["anyOf"] = _PAYS
    schema["$defs"] = parts
    return {"$schema": DIALECT, **_plain(schema), "title": "Stairstep rulebook"}


def schema_text() -> str:
    """The schema as JSON text, the same every time."""
    return json.dumps(json_schema(), indent=2, sort_keys=False) + "\n"


def _change(schema: Node) -> Node:
    """A revision changes sections of the file, each by a whole new one."""
    fixed = {"program", "oem", "announced", "effective", "ends", "source"}
    sections = {name: part for name, part in schema["properties"].items() if name not in fixed}
    return {
        "change": {
            "type": "object",
            "properties": sections,
            "additionalProperties": False,
            "minProperties": 1,
        }
    }


def _plain(node: Any) -> Any:
    """A schema without pydantic's own leniencies: a number written as text is none, and a key that
    is not stated is left out rather than null."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    found = {name: _plain(part) for name, part in node.items() if name not in ("title", "default")}
    if "title" in node and isinstance(node["title"], dict):
        found["title"] = _plain(node["title"])
    choices = found.get("anyOf")
    if isinstance(choices, list):
        found = found | _choices(choices)
        if len(found["anyOf"]) == 1:
            (only,) = found.pop("anyOf")
            found = only | found
    return found


def _choices(choices: list[Node]) -> Node:
    has_number = any(choice.get("type") == "number" for choice in choices)
    kept = [
        choice
        for choice in choices
        if choice.get("type") != "null" and not (has_number and choice == {"type": "string"})
    ]
    return {"anyOf": kept}
