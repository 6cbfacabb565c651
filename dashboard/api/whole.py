"""The whole analytics API: everything that can be asked, and its description."""

from collections.abc import Callable
from functools import cache

from dashboard.api import accounts, experiments, lists, openapi
from dashboard.api.figures import Figures
from dashboard.api.params import Schema
from dashboard.api.service import Operation, Service
from worker.deployment import Deployment


def service(deployment: Callable[[], Deployment]) -> Service:
    """Return what answers programs about a deployment."""
    operations = (
        *lists.operations(),
        *accounts.operations(),
        Figures().operation(),
        experiments.operation(),
    )

    @cache
    def described() -> Schema:
        return openapi.description((*operations, itself))

    itself = Operation(
        openapi.PATH,
        "This description",
        "The API in the words of OpenAPI.",
        None,
        lambda _: described(),
        openapi.itself(),
        {"openapi": "3.1.0", "info": {}, "paths": {}},
    )
    return Service(deployment, (*operations, itself))
