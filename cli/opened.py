"""A deployment for the length of a command."""

from collections.abc import Iterator
from contextlib import contextmanager

from config.settings import settings
from worker import log
from worker.bell import Aside
from worker.deployment import Deployment
from worker.process import open_deployment
from worker.secrets import secrets


@contextmanager
def opened() -> Iterator[Deployment]:
    """Open the deployment that the settings name; work that is rung for waits for `judge_waiting`."""
    log.configure(settings().log_level, secrets(settings()))
    deployment = open_deployment(settings(), Aside())
    try:
        yield deployment
    finally:
        deployment.database.close()


def judge_waiting(deployment: Deployment) -> None:
    """Judge the chunks that were rung for."""
    from worker.pipeline import assess  # noqa: PLC0415 - commands that judge nothing do not load it

    bell = deployment.bell
    while isinstance(bell, Aside) and bell.chunks:
        assess(deployment, bell.chunks.popleft())
