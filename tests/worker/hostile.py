"""A Celery app whose source, destinations and pages break, and tell all they know in every way there is.

Import it in a process of its own alone: ``python -m tests.worker.hostile`` serves the pages.
"""

import logging
import os
import threading
import warnings
from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import NoReturn
from urllib.parse import quote

import structlog
from pydantic import SecretStr
from pydantic_settings import BaseSettings

from config.settings import settings as ours
from dashboard import consent
from health.nouns import Notice, Receipt
from integrations import registry
from integrations.registry import Entry
from integrations.roles import Page
from tests.worker.canaries import UNREDACTED
from worker import log as product_log
from worker.celery import app

__all__ = ["Hostile", "app"]

if os.environ.get(UNREDACTED):
    vars(product_log)["redaction"] = lambda _: lambda text: text

log = structlog.get_logger()


class Hostile:
    """A destination and a source that tells all it knows. It is asked again, for it honours keys."""

    batch_size = 5
    keyed = True

    def __init__(self, settings: BaseSettings, *, budget: object, clock: object = None) -> None:
        self._known = known(settings)
        del budget, clock

    def check(self) -> None:
        raise RuntimeError(str(self._known))

    def deliver(self, notices: Sequence[Notice]) -> Iterator[Receipt]:
        for notice in notices:
            tell((self._known, notice, notice.body.decode()), notice.owner)
        break_over(notices[0].owner, self._known)
        yield from ()

    def pull(self, cursor: str | None) -> Iterator[Page]:
        tell(self._known, str(cursor))
        break_over("pull", self._known)
        yield from ()


def known(settings: BaseSettings) -> tuple[object, ...]:
    """Every setting, as it is shown, as it is set, and as it stands on the wire."""
    shown = {name: _open(getattr(settings, name)) for name in type(settings).model_fields}
    signed_in = f"\0{shown.get('username')}\0{shown.get('password')}"
    basic = b64encode(signed_in[1:].replace("\0", ":").encode()).decode()
    wire = (
        f"AUTH PLAIN {b64encode(signed_in.encode()).decode()}",
        f"AUTH LOGIN {b64encode(str(shown.get('password')).encode()).decode()}",
        {"Authorization": f"Basic {basic}", "X-Token": f"Bearer {shown.get('token')}"},
        "&".join(f"{name}={quote(str(value), safe='')}" for name, value in shown.items()),
        str(shown).encode(),
    )
    return (repr(settings), shown, ours().model_dump(mode="json"), dict(os.environ), wire)


def _open(value: object) -> object:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def tell(everything: object, owner: str) -> None:
    """Say all of it in each way that ends on stderr without an error that anybody could catch."""
    log.warning("about_to_break", owner=owner, known=everything)
    logging.getLogger("library").warning("%r, or %s", everything, str(everything))
    logging.getLogger("library").warning("%d", everything)
    warnings.warn(str(everything), stacklevel=1)
    _Doomed(everything)
    breaking = threading.Thread(target=break_over, args=(owner, everything))
    breaking.start()
    breaking.join()


class _Doomed:
    def __init__(self, everything: object) -> None:
        self._everything = everything

    def __del__(self) -> None:
        raise RuntimeError(str(self._everything))


def break_over(owner: str, everything: object) -> NoReturn:
    """Raise an error that tells all of it in its words, its cause and a note."""
    try:
        dict[str, str]()[owner]
    except KeyError as error:
        broken = RuntimeError(f"could not write to {owner}", everything)
        broken.add_note(str(everything))
        raise broken from error
    raise AssertionError("unreachable")


def _broken_page(*_: object) -> NoReturn:
    break_over("page", known(registry.settings_models()["mail"]()))


registry.SOURCES = {"files": Entry("tests.worker.hostile:Hostile", registry.SOURCES["files"].settings)}
registry.DESTINATIONS = {
    name: Entry("tests.worker.hostile:Hostile", entry.settings)
    for name, entry in registry.DESTINATIONS.items()
}
vars(consent)["withdraw"] = _broken_page

if __name__ == "__main__":
    from cli.embedded import serve

    serve(public=False)
