"""A run over what was touched finds what one over all would find, and asks the fleet no more than it must."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from benchmarks.book import AS_OF, deployed, fill, judge_all, judge_opened, multiply, store
from health.records import Limit, Payment, Record, Seat, Survey, Ticket, Usage
from store import runs, schema
from store.database import Database
from store.installation import set_setting
from store.tables import accounts, assessments, flags, source_status
from store.tables import runs as tables_runs
from worker.deployment import Deployment
from worker.pipeline import open_run
from worker.pulse import trust_changed

Standing = Sequence[tuple[object, ...]]
MADE, ALL = 20, 300
EVERYBODY: set[object] = set(range(1, ALL + 1))
YESTERDAY = AS_OF - timedelta(days=1)
NOON_MS = (YESTERDAY - date(1970, 1, 1)).days * 86_400_000 + 43_200_000


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book of which every account was judged today."""
    path = tmp_path_factory.mktemp("book") / "judged.sqlite3"
    database = Database(str(path))
    schema.migrate(database)
    fill(database, MADE)
    multiply(database, ALL)
    store(database, [Limit("a0", "domains", 1, 9), Seat("a0", "bob", assigned_on=YESTERDAY)])
    deployment = deployed(database)
    judge_all(deployment)
    deployment.database.close()
    database.close()
    return path


@pytest.fixture
def copied(judged: Path, tmp_path: Path) -> Iterator[Callable[[], Deployment]]:
    made: list[Deployment] = []

    def copy() -> Deployment:
        path = shutil.copy(judged, tmp_path / f"{len(made)}.sqlite3")
        made.append(deployed(Database(str(path))))
        return made[-1]

    yield copy
    for deployment in made:
        deployment.database.close()


def changed(deployment: Deployment, records: list[Record]) -> Deployment:
    store(deployment.database, records)
    return deployment


def run(deployment: Deployment, kind: str) -> int:
    made = open_run(deployment, kind)
    judge_opened(deployment)
    return made


def stands(deployment: Deployment) -> Standing:
    """Return what stands of each account: its latest verdict to the letter, and its flags."""
    said = [assessments.c[name] for name in ("account", "points", "low", "high", "band", "term", "verdict")]
    latest = (accounts.c.id == assessments.c.account) & (accounts.c.judged_run == assessments.c.run)
    of_flags = [column for column in flags.columns if column.name != "run"]
    with deployment.database.read() as connection:
        verdicts = connection.execute(select(*said).join(accounts, latest).order_by(accounts.c.id)).all()
        raised = connection.execute(select(*of_flags).order_by(*of_flags[:4])).all()
    assert len(verdicts) == ALL
    return [tuple(row) for row in (*verdicts, *raised)]


def differing(one: Standing, other: Standing) -> set[object]:
    """Return the accounts of which other things stand in one book than in another."""
    return {row[0] for row in set(one) ^ set(other)}


def touched(deployment: Deployment) -> set[object]:
    with deployment.database.read() as connection:
        query = select(accounts.c.id).where(accounts.c.touched > accounts.c.judged)
        return set(connection.execute(query).scalars())


def pulses(deployment: Deployment) -> list[str]:
    with deployment.database.read() as connection:
        return list(connection.execute(select(tables_runs.c.pulse).order_by(tables_runs.c.id)).scalars())


NO_USE: list[Record] = [
    *(Ticket(f"new{n}", f"a{n}", NOON_MS, priority="urgent", subject="Cancel") for n in range(3)),
    *(Payment(f"new{n}", f"a{n}", YESTERDAY, "failed") for n in range(2, 5)),
    *(Seat(f"a{n}", "ada", assigned_on=YESTERDAY) for n in range(4, 7)),
    Limit("a7", "domains", 9, 9),
]
USE: list[Record] = [Usage(f"a{n}", YESTERDAY, active_users=1, sign_ins=0, events=0) for n in range(8)]
TOUCHED = 8


@pytest.mark.parametrize(("records", "all_same"), [(NO_USE, True), (NO_USE + USE, False)])
def test_what_was_touched_is_judged_as_a_run_over_all_would(
    copied: Callable[[], Deployment], records: list[Record], all_same: bool
) -> None:
    """Use moves the pulse, and so what is said of all others: they keep what they had till the next day."""
    some, every = (changed(copied(), records) for _ in range(2))
    before, whom = stands(some), touched(some)
    run(some, runs.TOUCHED)
    run(every, runs.FULL)
    assert (len(whom), pulses(some)) == (TOUCHED, pulses(every))
    assert differing(stands(some), stands(every)) & (EVERYBODY if all_same else whom) == set()
    assert differing(before, stands(some)) == whom
    with some.database.read() as connection:
        made = select(func.count()).select_from(assessments)
        assert connection.execute(made).scalar_one() == ALL + TOUCHED


def _few(_deployment: Deployment) -> None:
    """Leave all else as it is."""


def _another_day(deployment: Deployment) -> None:
    with deployment.database.write() as connection:
        set_setting(connection, "business_day", (AS_OF + timedelta(days=1)).isoformat())


def _complete_further(deployment: Deployment) -> None:
    with deployment.database.write() as connection:
        connection.execute(update(source_status).values(complete_through=AS_OF - timedelta(days=9)))


def _many(deployment: Deployment) -> None:
    with deployment.database.write() as connection:
        connection.execute(update(accounts).values(touched=accounts.c.touched + 1))


def _unfinished(deployment: Deployment) -> None:
    bell = deployment.bell
    open_run(deployment, runs.TOUCHED)
    bell.chunks.clear()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("first", "again"),
    [(_few, False), (_another_day, True), (_complete_further, True), (_many, True), (_unfinished, True)],
)
def test_the_pulse_is_taken_anew_where_it_may_be_another(
    copied: Callable[[], Deployment],
    monkeypatch: pytest.MonkeyPatch,
    first: Callable[[Deployment], None],
    again: bool,
) -> None:
    deployment = changed(copied(), [Ticket("new", "a1", NOON_MS, subject="Hello")])
    first(deployment)
    taken: list[date] = []
    monkeypatch.setattr("worker.pipeline.take_pulse", _counting(taken))
    run(deployment, runs.TOUCHED)
    assert bool(taken) is again


def _counting(taken: list[date]) -> Callable[..., object]:
    from worker.pulse import take_pulse  # noqa: PLC0415 - as it is before it is replaced

    def counted(deployment: Deployment, connection: object, as_of: date) -> object:
        taken.append(as_of)
        return take_pulse(deployment, connection, as_of)  # type: ignore[arg-type]

    return counted


@pytest.mark.parametrize(
    ("record", "changes"),
    [(Ticket("new", "a1", NOON_MS, subject="Hello"), False), (Survey("a1", "nps", 9, NOON_MS), True)],
)
def test_all_are_judged_where_a_source_states_another_kind_of_fact(
    copied: Callable[[], Deployment], record: Record, changes: bool
) -> None:
    """An account without any of it has none then, where it was not known before."""
    deployment = changed(copied(), [record])
    with deployment.database.read() as connection:
        assert trust_changed(deployment, connection) is changes
