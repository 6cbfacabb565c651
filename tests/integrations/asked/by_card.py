"""What Microsoft's documentation says of a message to a channel of Teams: its card, and how large it is."""

import json
from pathlib import Path

from tests.integrations.asked import Asked
from tests.schemas import Checker

CARDS = Checker(Path(__file__).parents[2] / "templates" / "adaptive_card.json")
MOST_BYTES = 28 * 1024
"""learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook."""


def wrong(asked: Asked) -> list[str]:
    """What no page tells of; a workflow's server may be asked whether it is there."""
    if asked.method == "GET":
        return [] if not asked.path and not asked.query and asked.body is None else ["it cannot be read"]
    if asked.method != "POST" or not asked.headers.get("content-type", "").startswith("application/json"):
        return ["a message is posted as JSON"]
    size = len(json.dumps(asked.body, ensure_ascii=False, separators=(",", ":")).encode())
    return [*CARDS.problems(asked.body), *([f"{size} bytes"] if size > MOST_BYTES else [])]
