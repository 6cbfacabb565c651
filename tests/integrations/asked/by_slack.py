"""What Slack's own library says of a request: the arguments of its methods, and the blocks it would make.

It drops names that it does not know, so blocks must come out of it as they went in. It counts no blocks of a
message and no rows of a page: those are counted here.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from inspect import Parameter, signature
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.metadata import Metadata
from slack_sdk.models.views import View

from tests.integrations.asked import Asked, Json

READ = frozenset(
    {
        "auth.test",
        "conversations.history",
        "conversations.list",
        "conversations.replies",
        "users.lookupByEmail",
    }
)
WRITTEN = frozenset({"chat.postEphemeral", "chat.postMessage", "chat.update", "views.open", "views.publish"})
MOST_ROWS = 999
MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}
"""docs.slack.dev/reference/block-kit/blocks."""


def wrong(asked: Asked) -> list[str]:
    """Methods and arguments that Slack's library does not know, and blocks that it would not make."""
    if asked.path not in (READ if asked.method == "GET" else WRITTEN):
        return ["it is not asked by that"]
    if not asked.headers.get("authorization", "").startswith("Bearer xox"):
        return ["without a bot's token"]
    given = dict(asked.query) if asked.method == "GET" else asked.body
    if not isinstance(given, dict):
        return ["no arguments"]
    return [*_arguments(asked.path, given), *_content(asked.path, given)]


def _arguments(method: str, given: Json) -> Iterator[str]:
    known, required = _known(method)
    yield from (f"no argument of it: {name}" for name in sorted(given.keys() - known))
    yield from (f"without {name}" for name in sorted(required - given.keys()))
    if not 0 < int(given.get("limit", 1)) <= MOST_ROWS:
        yield f"limit is {given['limit']}"


@cache
def _known(method: str) -> tuple[frozenset[str], frozenset[str]]:
    """The arguments of a method, and those of them that it must have."""
    declared = signature(getattr(WebClient, method.replace(".", "_"))).parameters.values()
    named = [each for each in declared if each.kind is Parameter.KEYWORD_ONLY]
    must = frozenset(each.name for each in named if each.default is Parameter.empty)
    return frozenset(each.name for each in named), must


def _content(method: str, given: Json) -> Iterator[str]:
    if method.startswith("chat.") and not given.get("text"):
        yield "without text: nothing to read out"
    if "metadata" in given:
        yield from _remade("metadata", given["metadata"], lambda said: Metadata(**said).to_dict())
    view = given.get("view")
    if view is not None:
        yield from _remade("view", view, lambda said: View(**said).to_dict())
    kind, blocks = (view["type"], view["blocks"]) if view else ("message", given.get("blocks", []))
    if len(blocks) > MOST_BLOCKS[kind]:
        yield f"{len(blocks)} blocks"
    for at, block in enumerate(blocks):
        yield from _remade(f"blocks/{at}", block, _block)


def _block(said: Json) -> Mapping[str, Any]:
    made = Block.parse(said)
    return made.to_dict() if made else {}


def _remade(at: str, said: Json, make: Callable[[Json], Mapping[str, Any]]) -> Iterator[str]:
    """What is wrong with a part that does not come out of Slack's library as it went in."""
    try:
        made = make(said)
    except (SlackObjectFormationError, TypeError, ValueError) as error:
        yield f"{at}: {error}"
    else:
        yield from () if made == said else (f"{at}: Slack's library makes {made} of it",)
