"""Seal: digests of a document's parts and of the whole, so that a change is seen, and where it is.

Canonical form: JSON with keys sorted, no blanks, all beyond ASCII escaped, and numbers as Python writes them,
the shortest that read back the same.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

DEPTH = 3
"""Levels of a document that have digests of their own: a measure, a section of the policy."""
_PART_LENGTH = 16
Tree = Mapping[str, Any]
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def seal(document: Tree) -> dict[str, object]:
    """Return the seal of a document that has none yet."""
    parts = _parts(document)
    return {"parts": parts, "sha256": _whole(document, parts)}


def broken(document: Tree, stated: Tree) -> list[str]:
    """Return the paths at which a document is not what was sealed; ``stated`` is its seal."""
    parts, told = _parts(document), stated["parts"]
    found = sorted(path for path in parts.keys() | told.keys() if parts.get(path) != told.get(path))
    if not found and stated["sha256"] != _whole(document, parts):
        found = ["seal.sha256"]
    return found


def _parts(document: Tree) -> dict[str, str]:
    return {path: _digest(value)[:_PART_LENGTH] for path, value in _walk(document, "", DEPTH)}


def _walk(tree: Tree, path: str, depth: int) -> Iterator[tuple[str, object]]:
    for name, value in tree.items():
        if isinstance(value, dict) and value and depth > 1:
            yield from _walk(value, f"{path}{name}.", depth - 1)
        else:
            yield f"{path}{name}", value


def _whole(document: Tree, parts: Mapping[str, str]) -> str:
    return _digest({**document, "seal": parts})


def _digest(value: object) -> str:
    return hashlib.sha256(_CANONICAL.encode(value).encode()).hexdigest()
