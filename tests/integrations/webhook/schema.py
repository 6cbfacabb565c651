"""The JSON Schema of what events say, made from the content that notices are made of; and what fits it."""

import json
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from integrations.webhook.event import Data
from templates.content import AlertContent, ExpansionContent

Json = dict[str, Any]
LEFT_OUT = ("contacts", "answerable")
PYTHONS_END = r"\Z"
"""What a pattern ends with in Python, and in no schema."""
DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> Json:
    """The data of an event: of alerts and of room to grow all fields, of any other the words alone."""
    _, parts = msgspec.json.schema_components((Data, AlertContent, ExpansionContent))
    for kind in ("AlertContent", "ExpansionContent"):
        for name in LEFT_OUT:
            del parts[kind]["properties"][name]
    del parts["Contact"]
    parts = {name: {k: v for k, v in part.items() if k != "description"} for name, part in parts.items()}
    whole = parts.pop("Data")
    whole["properties"]["said"] = {"type": "object"}
    whole["allOf"] = [
        _where(["alert", "recovered"], "AlertContent"),
        _where(["expansion"], "ExpansionContent"),
    ]
    written = json.dumps({"$schema": DRAFT, **whole, "$defs": parts})
    told: Json = json.loads(written.replace(json.dumps(PYTHONS_END)[1:-1], "$"))
    return told


def _where(templates: list[str], kind: str) -> Json:
    return {
        "if": {"properties": {"template": {"enum": templates}}},
        "then": {"properties": {"said": {"$ref": f"#/$defs/{kind}"}}},
    }


KINDS: Mapping[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def misfits(value: Any, rule: Json, whole: Json, at: str = "data") -> list[str]:
    """Where a value does not fit a schema; a word of a schema that nobody here knows is told too."""
    found = _type(value, rule["type"], rule, whole, at) if "type" in rule else []
    if found:
        return found
    for word, asked in rule.items():
        if word in CHECKS:
            found += CHECKS[word](value, asked, rule, whole, at)
        elif word not in {"title", "default", "$schema", "$defs", "format", "then"}:
            found.append(f"{at}: the word {word}")
    return found


def _type(value: Any, asked: Any, _rule: Json, _whole: Json, at: str) -> list[str]:
    is_one = isinstance(value, KINDS[asked]) and (asked == "boolean" or not isinstance(value, bool))
    return [] if is_one else [f"{at} is no {asked}"]


def _properties(value: Any, asked: Json, _rule: Json, whole: Json, at: str) -> list[str]:
    told = value if isinstance(value, dict) else {}
    return [
        each for n, rule in asked.items() if n in told for each in misfits(told[n], rule, whole, f"{at}.{n}")
    ]


def _required(value: Any, asked: list[str], _rule: Json, _whole: Json, at: str) -> list[str]:
    return [f"{at}.{name} is missing" for name in asked if isinstance(value, dict) and name not in value]


def _items(value: Any, asked: Any, _rule: Json, whole: Json, at: str) -> list[str]:
    told = value if isinstance(value, list) else []
    return [each for n, part in enumerate(told) for each in misfits(part, asked, whole, f"{at}[{n}]")]


def _any_of(value: Any, asked: list[Json], _rule: Json, whole: Json, at: str) -> list[str]:
    return [] if any(not misfits(value, rule, whole, at) for rule in asked) else [f"{at} is none of these"]


def _all_of(value: Any, asked: list[Json], _rule: Json, whole: Json, at: str) -> list[str]:
    return [each for rule in asked for each in misfits(value, rule, whole, at)]


def _if(value: Any, asked: Json, rule: Json, whole: Json, at: str) -> list[str]:
    return misfits(value, rule["then"], whole, at) if not misfits(value, asked, whole, at) else []


def _ref(value: Any, asked: str, _rule: Json, whole: Json, at: str) -> list[str]:
    return misfits(value, whole["$defs"][asked.rpartition("/")[2]], whole, at)


def _bound(is_within: Any) -> Any:
    return lambda value, asked, _rule, _whole, at: (
        [] if is_within(value, asked) else [f"{at} against {asked}"]
    )


CHECKS: Mapping[str, Any] = {
    "type": _type,
    "properties": _properties,
    "required": _required,
    "items": _items,
    "anyOf": _any_of,
    "allOf": _all_of,
    "if": _if,
    "$ref": _ref,
    "enum": _bound(lambda value, asked: value in asked),
    "const": _bound(lambda value, asked: value == asked),
    "minimum": _bound(lambda value, asked: value >= asked),
    "maximum": _bound(lambda value, asked: value <= asked),
    "minItems": _bound(lambda value, asked: len(value) >= asked),
    "minLength": _bound(lambda value, asked: len(value) >= asked),
    "maxLength": _bound(lambda value, asked: len(value) <= asked),
    "pattern": _bound(lambda value, asked: re.search(asked, value) is not None),
}
"""What the words that schemas of ours use ask for."""
