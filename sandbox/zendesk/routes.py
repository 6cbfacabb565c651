"""Zendesk's API over HTTP."""

from starlette.routing import Route

from sandbox.faults import FaultySystem
from sandbox.state import Sandbox

FAULTY: dict[str, FaultySystem] = {"/zendesk/": "zendesk"}


def routes(sandbox: Sandbox) -> list[Route]:
    """Nothing is served yet."""
    del sandbox
    return []
