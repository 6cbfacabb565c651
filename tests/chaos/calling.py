"""A process that asks a vendor, as our clients do, so often: ``python -m tests.chaos.calling URL CALLS``."""

import sys
from contextlib import closing
from time import sleep

from msgspec import Struct

from config.settings import settings
from integrations.budget import Budget, Unlimited
from integrations.errors import RetryLater
from integrations.http import Http
from integrations.session import Credentials
from store.database import Database
from tests.chaos.limits import CALLS_PER_MINUTE, VENDOR
from worker.budgets import SharedBudget


class Anything(Struct):
    """Whatever is answered."""


def call(url: str, calls: int, budget: Budget) -> None:
    """Ask so often, and wait whenever we are asked to."""
    with Http(VENDOR, url, Credentials({}, ""), budget=budget) as http:
        while calls:
            try:
                http.get("asked", Anything)
            except RetryLater as error:
                sleep(error.after_s)
            else:
                calls -= 1


if __name__ == "__main__":
    _, address, many, *unlimited = sys.argv
    with closing(Database(settings().database_url)) as database:
        shared = Unlimited() if unlimited else SharedBudget(database, VENDOR, CALLS_PER_MINUTE)
        call(address, int(many), shared)
