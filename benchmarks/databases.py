"""Fresh, migrated databases on real servers, as durable as in service."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from store.database import Database
from store.schema import migrate
from tests import services


@contextmanager
def sqlite() -> Iterator[Database]:
    """Yield an SQLite database in a folder of its own."""
    with TemporaryDirectory(prefix="seatsignal-bench-") as folder:
        database = Database(str(Path(folder) / "bench.sqlite3"))
        migrate(database)
        yield database
        database.close()


@contextmanager
def postgresql() -> Iterator[Database]:
    """Yield a PostgreSQL database on a server of its own, with fsync on."""
    services.ensure()
    with services.postgresql(durable=True) as server:
        database = Database(server.url("postgres"))
        migrate(database)
        yield database
        database.close()
