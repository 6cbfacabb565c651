"""Messages: what colleagues are told, as a notice that is owed to whoever a route names."""

import msgspec

from config.routes import CARDS, Route
from health.nouns import Notice
from templates.payload import Spoken


def message(route: Route, template: str, *, key: str, thread: str, content: Spoken) -> Notice:
    """Return a message of a thread to whoever a route names, its content as payload, or as that of a card."""
    return Notice(
        key=key,
        destination=route.destination,
        kind="message",
        thread=f"{route.destination}/{route.owner}/{thread}",
        account=0,
        template=f"{template}_card" if route.destination in CARDS else template,
        owner=route.owner,
        payload=msgspec.json.encode(content).decode(),
    )
