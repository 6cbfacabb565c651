"""A run over what was touched finds what one over all would find, and asks the fleet no more than it must."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, select, update

from benchmarks.book import AS_OF, deployed, fill, judge_all, judge_opened, multiply, store
from health.features import Features, Freshness
from health.measures import beat
from health.policy import Policy
from health.pulse import Beat
from health.records import Limit, Payment, People, Record, Seat, Survey, Ticket, Usage
from store import features, history, runs, schema
from store.database import Database
from store.installation import business_day, set_setting
from store.tables import accounts, assessments, flags, source_status
from store.tables import runs as tables_runs
from worker.beats import Basis, Beats, Measured
from worker.deployment import Deployment
from worker.pipeline import open_run
from worker.pulse import take_pulse, trust_changed, written

Standing = Sequence[tuple[object, ...]]
MADE, ALL = 20, 300
EVERYBODY: set[object] = set(range(1, ALL + 1))
YESTERDAY = AS_OF - timedelta(days=1)
DAY_MS = 86_400_000
NOON_MS = (YESTERDAY - date(1970, 1, 1)).days * DAY_MS + DAY_MS // 2


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


def stale(deployment: Deployment) -> set[object]:
    """Return the accounts of which facts changed since their rows were built."""
    with deployment.database.read() as connection:
        query = select(accounts.c.id).where(accounts.c.touched > accounts.c.fresh)
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


def _any_fact(draw: Random, n: int) -> Record:
    """Mostly use of days that were judged already, at times zero; now and then today's, or something else."""
    day = draw.choice([YESTERDAY, YESTERDAY, AS_OF - timedelta(days=draw.randint(2, 80))])
    use = Usage(f"a{n}", day, active_users=draw.randint(0, 40), sign_ins=draw.choice([0, None, 9]), events=0)
    other = Ticket(f"x{draw.random()}", f"a{n}", NOON_MS + draw.choice([0, DAY_MS]), subject="Cancel")
    return draw.choices([use, use._replace(day=AS_OF), other], [9, 1, 2])[0]


@pytest.mark.parametrize("seed", range(2))
def test_rows_at_hand_say_of_a_run_what_reading_all_facts_of_its_day_would(
    copied: Callable[[], Deployment], seed: int
) -> None:
    deployment, draw, made, found = copied(), Random(seed), [1], 0
    for _ in range(4):
        for n in draw.sample(range(MADE), 4):
            changed(deployment, [_any_fact(draw, n)])
        made += [run(deployment, runs.TOUCHED)] if draw.random() < 0.4 else []
        found += sum(_as_read(deployment, number) for number in made)
    assert found > MADE


def _as_read(deployment: Deployment, number: int) -> int:
    """Hold the rows at hand of a run against what reading gives; return how many there are."""
    metrics, judged_ones = deployment.policy.metrics, select(assessments.c.account)
    judged_ones = judged_ones.where(assessments.c.run == number, assessments.c.account <= MADE)
    with deployment.database.write() as connection:
        features.refresh(connection, 1, MADE, metrics)
        of = runs.load(connection, number)
        at_hand = history.still(connection, of, connection.execute(judged_ones).scalars().all())
        for known, some in runs.known_by(connection, of, list(at_hand)):
            for row in history.restated(connection, some, known, metrics, AS_OF):
                there = at_hand[row.account]
                assert _differing(replace(row, through=there.through), there) == {}

    return len(at_hand)


def _differing(one: Features, other: Features) -> dict[str, object]:
    names = Features.__dataclass_fields__
    return {n: (getattr(one, n), getattr(other, n)) for n in names if getattr(one, n) != getattr(other, n)}


@pytest.mark.parametrize(
    ("before", "since", "at_hand"),
    [
        ([], [Usage("a1", YESTERDAY, active_users=1)], True),
        ([], [Usage("a1", YESTERDAY, active_users=1), Usage("a1", AS_OF, active_users=1)], False),
        ([], [Ticket("new", "a1", NOON_MS, subject="Hello")], False),
        ([Ticket("new", "a1", NOON_MS, subject="Hello")], [Usage("a1", YESTERDAY, active_users=1)], True),
        (
            [],
            [Usage("a1", YESTERDAY, active_users=1), People("a1", YESTERDAY, acts='{"u":["",{"f":1}]}')],
            False,
        ),
    ],
)
def test_rows_are_at_hand_where_nothing_but_days_of_use_changed_since_the_run(
    copied: Callable[[], Deployment], before: list[Record], since: list[Record], *, at_hand: bool
) -> None:
    deployment = changed(copied(), [Usage("a1", YESTERDAY, active_users=3), *before])
    last = run(deployment, runs.TOUCHED)
    for record in since:
        changed(deployment, [record])
    with deployment.database.write() as connection:
        features.refresh(connection, 1, MADE, deployment.policy.metrics)
        assert (2 in history.still(connection, runs.load(connection, last), [2])) is at_hand
        first = history.still(connection, runs.load(connection, 1), [2])
        assert (2 in first) is (at_hand and not before)


@pytest.mark.parametrize("seed", range(2))
def test_a_pulse_measures_who_changed_and_is_that_of_all_measured_anew(
    copied: Callable[[], Deployment], monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    deployment, draw, measured = copied(), Random(seed), list[int]()
    monkeypatch.setattr("worker.pulse.beat", _counted(measured))
    assert _taken(deployment) == _taken(deployment)
    assert len(measured) == ALL
    for step in range(4):
        changed(deployment, [_any_fact(draw, n) for n in draw.sample(range(MADE), 5)])
        if step == 3:
            _another_day(deployment)
        whom = stale(deployment) if step < 3 else EVERYBODY
        measured.clear()
        found = _taken(deployment)
        assert set(measured) == whom
        deployment.beats = Beats()
        assert _taken(deployment) == found


def _taken(deployment: Deployment) -> str:
    with deployment.database.write() as connection:
        return written(take_pulse(deployment, connection, business_day(connection)))


def _counted(measured: list[int]) -> Callable[..., Beat]:
    def counted(row: Features, *rest: object) -> Beat:
        measured.append(row.account)
        return beat(row, *rest)  # type: ignore[arg-type]  # handed on

    return counted


def test_beats_are_measured_again_where_what_they_rest_on_is_another(shipped: Policy) -> None:
    fresh, kept = {"files": Freshness(frozenset({"usage"}), AS_OF)}, Beats()
    basis = Basis(AS_OF, shipped, fresh)
    kept.keep(basis, {1: Measured(4, Beat())})
    assert kept.still(basis._replace(freshness=dict(fresh)), [(1, 4), (2, 1)]) == {1: Measured(4, Beat())}
    assert kept.still(basis, [(1, 5)]) == {}
    others = (
        basis._replace(as_of=YESTERDAY),
        basis._replace(freshness={}),
        basis._replace(policy=replace(shipped)),
    )
    assert [kept.still(other, [(1, 4)]) for other in others] == [{}, {}, {}]


def test_beats_are_forgotten_where_their_unit_of_work_fails(
    copied: Callable[[], Deployment], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What that counted was never so, and the same count may come again."""
    deployment, measured = copied(), list[int]()
    monkeypatch.setattr("worker.pulse.beat", _counted(measured))
    _taken(deployment)
    with monkeypatch.context() as failing:
        failing.setattr(runs, "open_run", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            open_run(deployment, runs.FULL)
    measured.clear()
    _taken(deployment)
    assert set(measured) == EVERYBODY


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
    bell.chunks.clear()  # type: ignore[attr-defined]  # it only notes what is rung


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
        return take_pulse(deployment, connection, as_of)  # type: ignore[arg-type]  # handed on

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
