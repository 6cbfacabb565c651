"""What is said of a form: words that its answer takes along to the page that it leads to.

They are sealed to the session they are said to, so that a link that somebody else made up says nothing.
"""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from hmac import compare_digest, new
from http import HTTPStatus
from typing import Annotated, Any, NamedTuple
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse

from dashboard.access import Viewer

SEALED = "said"
NAMES = frozenset({"done", "wrong", SEALED})
"""The parameters of a page that are none of what it was asked for."""


class Said(NamedTuple):
    """What was done, or what was wrong; empty where nothing is said."""

    done: str = ""
    wrong: str = ""


class Going(RedirectResponse):
    """The way on after a form, so that reading a page anew does nothing again."""

    def __init__(self, to: str, said: Said, params: dict[str, str]) -> None:
        """Lead to a page of ours; what is said is told once it is known to whom."""
        self._to, self._said, self._params = to, said, params
        super().__init__(_address(to, params), HTTPStatus.SEE_OTHER)

    def tell(self, viewer: Viewer) -> None:
        """Take along what is said to somebody."""
        if any(self._said):
            words = {**self._said._asdict(), SEALED: _seal(viewer, self._said)}
            self.headers["location"] = _address(self._to, {**self._params, **words})


def heard(request: Request) -> Said:
    """Return what was said to whoever asks, by us; of anything else nothing."""
    asked = request.query_params
    said = Said(asked.get("done", ""), asked.get("wrong", ""))
    is_ours = compare_digest(_seal(request.state.viewer, said).encode(), asked.get(SEALED, "").encode())
    return said if is_ours else Said()


Heard = Annotated[Said, Depends(heard)]


def telling(act: Callable[..., Any]) -> Callable[..., Any]:
    """Let what a form is answered with be told to whoever sent it."""

    @wraps(act)
    def told(**given: Any) -> Any:  # noqa: ANN401 - whatever the endpoint takes and answers
        answer = act(**given)
        if isinstance(answer, Going):
            answer.tell(given["viewer"])
        return answer

    return told


def _seal(viewer: Viewer, said: Said) -> str:
    return new(viewer.seal.encode(), "\0".join(("said", *said)).encode(), sha256).hexdigest()[:32]


def _address(to: str, params: dict[str, str]) -> str:
    query = "&".join(f"{name}={quote(words)}" for name, words in params.items() if words)
    return f"{to}?{query}" if query else to
