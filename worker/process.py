"""What a process makes once and keeps: its deployment and its schedule."""

import gc
from contextlib import ExitStack, closing
from functools import cache

from config.links import Links
from config.modes import load_modes
from config.nudges import load_nudges
from config.policy import load as load_policy
from config.routes import load_routes
from config.schedule import Schedule, load_schedule
from config.settings import Settings, settings
from store.database import Database
from store.installation import secret
from store.schema import require
from worker import log
from worker.bell import Bell, CeleryBell
from worker.deployment import Deployment
from worker.plays import checked_plays
from worker.renewal_rules import checked_letters
from worker.secrets import secrets

COLLECTED_AFTER = (5_000, 20, 20)
"""New objects, and rounds over these and the older ones, after which garbage in cycles is looked for.

A chunk of accounts is many objects at once, next to none of them in a cycle: looked through as often as by
default, the older ones took a quarter of the time of bringing rows up to date. The new ones are soon looked
through, and looked for rarely their garbage is what a worker's memory grows by.
"""


def open_deployment(chosen: Settings, bell: Bell) -> Deployment:
    """Open the database, check its schema, read the configuration. Raises what each of them raises."""
    gc.set_threshold(*COLLECTED_AFTER)
    with ExitStack() as stack:
        database = stack.enter_context(closing(Database(chosen.database_url)))
        require(database)
        policy = load_policy(chosen.policy)
        deployment = Deployment(
            database=database,
            settings=chosen,
            policy=policy,
            routes=load_routes(chosen.routes),
            plays=checked_plays(chosen.plays),
            bell=bell,
            links=_links(database, chosen.public_url),
            letter_rules=checked_letters(chosen.letters, policy),
            nudges=load_nudges(chosen.nudges),
            modes=load_modes(chosen.modes),
        )
        stack.pop_all()
    return deployment


def _links(database: Database, public_url: str) -> Links | None:
    if not public_url:
        return None
    with database.write() as connection:
        return Links(public_url, secret(connection))


@cache
def deployment() -> Deployment:
    """Return this worker process's deployment."""
    log.configure(settings().log_level, secrets(settings()))
    return open_deployment(settings(), CeleryBell())


@cache
def schedule() -> Schedule:
    """Return this worker process's schedule."""
    return load_schedule(settings().schedule)
