"""What a vendor's answer may look like on a bad day, though it is JSON: applied to the records in it.

A record is an object in a list, or a row of a table of results. Ids stay, so that it is known whose it is.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

Alteration = Callable[[Any], Any]

KEPT = frozenset({"id", "object", "type"})
_WORD = re.compile(r"[a-z][a-z_]*")


def emptied(answer: Any) -> Any:  # noqa: ANN401 - any JSON
    """Leave every list out: a page that should not be empty."""
    match answer:
        case dict():
            return {name: emptied(value) for name, value in answer.items()}
        case list():
            return []
        case _:
            return answer


def _on_records(alter: Callable[[Any], Any]) -> Alteration:
    def altered(answer: Any) -> Any:  # noqa: ANN401 - any JSON
        match answer:
            case dict():
                return {name: altered(value) for name, value in answer.items()}
            case list():
                return [alter(item) for item in answer]
            case _:
                return answer

    return altered


def _scalars(change: Callable[[Any], Any]) -> Alteration:
    """Change every scalar of a record, but those that say whose it is."""

    def changed(record: Any) -> Any:  # noqa: ANN401 - any JSON
        match record:
            case dict():
                return {name: value if name in KEPT else changed(value) for name, value in record.items()}
            case list():
                return [changed(item) for item in record]
            case _:
                return change(record)

    return changed


def _without(record: Any) -> Any:  # noqa: ANN401 - any JSON
    match record:
        case dict():
            return {
                name: _without(value)
                for name, value in record.items()
                if name in KEPT or isinstance(value, dict | list)
            }
        case [*kept, last] if not isinstance(last, dict | list):
            return kept
        case list():
            return [_without(item) for item in record]
        case _:
            return record


def _other_type(value: Any) -> Any:  # noqa: ANN401 - any JSON
    return 7 if isinstance(value, str) else "seven"


def _other_word(value: Any) -> Any:  # noqa: ANN401 - any JSON
    return "brand_new" if isinstance(value, str) and _WORD.fullmatch(value) else value


ALTERATIONS: Mapping[str, Alteration] = {
    "emptied": emptied,
    "missing": _on_records(_without),
    "new_words": _on_records(_scalars(_other_word)),
    "nulls": _on_records(_scalars(lambda _: None)),
    "wrong_types": _on_records(_scalars(_other_type)),
}
"""By the name of the fault."""
