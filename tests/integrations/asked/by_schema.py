"""What a vendor's documentation says of a request: schemas of ours, one file a vendor, one part a request.

A request without a part of its own is wrong, and so is a name that its part does not list. Each part names
its page. A path in braces stands for any one word.
"""

import re
from pathlib import Path
from typing import Any

from tests.integrations.asked import Asked, Json, Oracle
from tests.schemas import Checker

HERE = Path(__file__).parent
OF_HTTP = frozenset({"user-agent", "accept-encoding", "connection", "content-length"})
"""Headers that say nothing to a vendor."""
HUBSPOTS_THIRD = re.compile(r"\bcrm/(v3)/(\w+)")
"""Where HubSpot's older version says which it is."""


def by_schema(vendor: str) -> Oracle:
    """What the schemas of a vendor say."""
    schemas = Checker(HERE / f"{vendor}.json")
    parts = {_pattern(name): name for name in schemas.definitions if " " in name}

    def wrong(asked: Asked) -> list[str]:
        named = HUBSPOTS_THIRD.sub(r"crm/\2/\1", str(asked)) if vendor == "hubspot" else str(asked)
        part = next((name for pattern, name in parts.items() if pattern.fullmatch(named)), None)
        return schemas.problems(_told(asked), part) if part else ["no page tells of it"]

    return wrong


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{\w+\\}", r"[^/]+", re.escape(name)))


def _told(asked: Asked) -> Json:
    """A request as schemas tell of it: without what is empty; what a query says once is no list."""
    query: Json = {}
    for name, value in asked.query:
        query[name] = [*_listed(query[name]), value] if name in query else value
    headers = {name: value for name, value in asked.headers.items() if name not in OF_HTTP}
    return (
        {"headers": headers}
        | ({"query": query} if query else {})
        | ({"body": asked.body} if asked.body else {})
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
