"""Back: to the list that a form stood on, as it was narrowed down."""

from urllib.parse import parse_qsl

from fastapi.responses import Response

from dashboard.lists.registry import LISTINGS
from dashboard.said import NAMES
from dashboard.site import goes


def place_of(back: str) -> tuple[str, str]:
    """Return the path of the list that somebody came from, and its title; nothing else is gone back to."""
    name = back.partition("?")[0].removeprefix("/")
    return (f"/{name}", LISTINGS[name].title) if name in LISTINGS else ("/accounts", "Accounts")


def returned(back: str, *, done: str = "", wrong: str = "") -> Response:
    """Send a browser back to the list that it came from, with what is said."""
    asked = parse_qsl(back.partition("?")[2])
    params = {name: value for name, value in asked if name not in NAMES}
    return goes(place_of(back)[0], done=done, wrong=wrong, **params)
