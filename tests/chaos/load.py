"""What is owed on a stage, planned while the workers run, and what is still open of it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice, repeat

from sqlalchemy import func, select

from health.nouns import Notice
from store import outbox, runs, subjects
from store.database import Connection, Database
from store.installation import business_day
from store.runs import Basis
from store.tables import notices
from tests.owed import notice
from tests.templates.examples import EXAMPLES, payload

THREADS = 200
PEOPLE = 50
TEMPLATES = {"mail": "failed_payment", "teams": "operator_card"}
CHANNELS = {"teams": "ops"}
"""What each destination is sent, and where; operators' words in their channel where nothing is said."""
SYSTEMS = {"mail": "email", "slack": "slack", "teams": "teams"}
"""What the ledger calls a destination; a sink where nothing is said."""


@dataclass(frozen=True)
class Load:
    """Notices to one destination: number n of each thread before number n + 1 of any.

    ``by_run``: they are planned by a run, and due when a worker has released it.
    """

    size: int
    destination: str = "sink"
    threads: int = THREADS
    by_run: bool = False

    @property
    def system(self) -> str:
        """The destination's name in the ledger."""
        return SYSTEMS.get(self.destination, "sink")

    def named(self) -> Iterator[str]:
        """The keys of the notices in the order planned: ``destination thread.place``."""
        places = (divmod(number, self.threads) for number in range(self.size))
        return (f"{self.destination} {thread}.{place}" for place, thread in places)

    def plan(self, database: Database, start: int = 0, stop: int | None = None) -> None:
        """Plan some of them in one unit of work, and make them due or leave that to a worker."""
        with database.write() as connection:
            owners = _owners(connection, self.destination)
            keys = islice(self.named(), start, stop)
            run = _finished_run(connection) if self.by_run else None
            outbox.plan(connection, run, (self._notice(key, next(owners)) for key in keys))
            if run is None:
                outbox.make_due(connection, None)

    def account(self, database: Database) -> Counter[str]:
        """How many of them stand where. Whatever else the workers find to say is not counted."""
        query = select(notices.c.status, func.count()).group_by(notices.c.status)
        with database.read() as connection:
            rows = connection.execute(query.where(notices.c.key.startswith(f"{self.destination} ")))
            return Counter({row[0]: row[1] for row in rows})

    def settled(self, database: Database) -> bool:
        """Whether all are planned and none is open."""
        stands = self.account(database)
        return stands.total() == self.size and stands.keys().isdisjoint(outbox.OPEN)

    def _notice(self, key: str, owner: str) -> Notice:
        template = TEMPLATES.get(self.destination, "operator")
        thread, _, _ = key.partition(".")
        content = payload(EXAMPLES[template])
        return notice(key, thread, self.destination, template=template, owner=owner, payload=content)


def _owners(connection: Connection, destination: str) -> Iterator[str]:
    """A channel for all, or people in turn: a letter goes to a person, who is a token until it is sent."""
    if destination != "mail":
        return repeat(CHANNELS.get(destination, "#seatsignal-ops"))
    people = {f"reader.{number}@customer.example": "Dana Quill" for number in range(PEOPLE)}
    return cycle(subjects.remember(connection, people).values())


def _finished_run(connection: Connection) -> int:
    """A run that judges nobody, and so waits for nothing but its release."""
    basis = Basis(pulse="", known="", policy_hash="", engine_version="")
    run, _ = runs.open_run(connection, "touched", business_day(connection), basis, chunk_size=1)
    return run
