"""JSON Schema as far as our own schemas use it; any other keyword is an error of the schema."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

Schema = Mapping[str, Any]
TYPES: Mapping[str, type | tuple[type, ...]] = {
    "array": list,
    "boolean": bool,
    "integer": int,
    "null": type(None),
    "number": (int, float),
    "object": dict,
    "string": str,
}
SAYS_NOTHING = frozenset({"$comment", "$defs"})


class Checker:
    """One schema in a file, whose `$ref` stay in it."""

    def __init__(self, file: Path) -> None:
        self._root: Schema = json.loads(file.read_text(encoding="utf-8"))
        self.definitions: Schema = self._root["$defs"]

    def problems(self, value: object, definition: str = "") -> list[str]:
        """What is wrong with a document, or with a part of it as a definition says; each with its place."""
        return list(self._problems(value, self.definitions[definition] if definition else self._root, ""))

    def _problems(self, value: object, schema: Schema, at: str) -> Iterator[str]:
        for rule in {KEYWORDS[keyword] for keyword in schema.keys() - SAYS_NOTHING}:
            yield from getattr(self, rule)(value, schema, at)

    def _ref(self, value: object, schema: Schema, at: str) -> Iterator[str]:
        name = schema["$ref"].removeprefix("#/$defs/")
        yield from self._problems(value, self.definitions[name], at)

    def _one_of(self, value: object, schema: Schema, at: str) -> Iterator[str]:
        tried = [list(self._problems(value, each, at)) for each in schema["oneOf"]]
        if sum(not found for found in tried) != 1:
            yield f"{at}: none of them, or several: {tried}"

    def _plain(self, value: object, schema: Schema, at: str) -> Iterator[str]:
        for keyword, holds in PLAIN.items():
            if keyword in schema and not holds(value, schema[keyword]):
                yield f"{at}: {keyword} {schema[keyword]!r} does not hold of {value!r:.80}"
                return  # nothing else can be asked of a value of another type

    def _object(self, value: object, schema: Schema, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            return
        known = schema.get("properties", {})
        yield from (f"{at}: without {name}" for name in schema.get("required", ()) if name not in value)
        others = schema.get("additionalProperties", {})
        for name in value.keys() - known.keys():
            unknown = [f"{at}: {name} is unknown"] if others is False else ()
            yield from unknown or self._problems(value[name], others or {}, f"{at}/{name}")
        for name in value.keys() & known.keys():
            yield from self._problems(value[name], known[name], f"{at}/{name}")

    def _items(self, value: object, schema: Schema, at: str) -> Iterator[str]:
        for number, item in enumerate(value if isinstance(value, list) else ()):
            yield from self._problems(item, schema["items"], f"{at}/{number}")


PLAIN: Mapping[str, Callable[[Any, Any], bool]] = {
    "type": lambda value, said: (
        isinstance(value, TYPES[said]) and (said == "boolean" or not isinstance(value, bool))
    ),
    "const": lambda value, said: value == said,
    "enum": lambda value, said: value in said,
    "maxItems": lambda value, said: len(value) <= said,
    "maxLength": lambda value, said: len(value) <= said,
    "maximum": lambda value, said: value <= said,
    "minItems": lambda value, said: len(value) >= said,
    "minLength": lambda value, said: len(value) >= said,
    "minimum": lambda value, said: value >= said,
    "pattern": lambda value, said: re.search(said, value) is not None,
}
KEYWORDS = {
    **dict.fromkeys(PLAIN, "_plain"),
    **dict.fromkeys(("additionalProperties", "properties", "required"), "_object"),
    "$ref": "_ref",
    "items": "_items",
    "oneOf": "_one_of",
}
