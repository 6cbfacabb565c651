"""What a backtest may know, and what it answers about books whose truth is known."""

import shutil
from contextlib import closing
from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import update

from config.calendars import workdays
from health.backtest import told as told_of
from health.dated import DATING, dated
from health.judge import judge
from health.records import Account, Outcome, Subscription, Usage
from store import history, sources
from store.database import Database
from store.reading import NOW
from store.tables import batches
from tests.health.examples import policy
from tests.store.test_facts import pull
from tests.store.test_reading import OF_ACCOUNTS, anything
from worker.backtest import Question, Refused, asked
from worker.past import known

D = date(2024, 5, 31)
ACCOUNTS = "abc"


@pytest.fixture
def database_url(sqlite_url):
    """Facts as known then are read alike on both: `tests/store/test_reading.py`."""
    return sqlite_url


def verdicts(database, day: date = D):
    """Every account's assessment at the start of a day, by what a backtest knows then."""
    with database.read() as connection:
        (pulse,), rows, _ = known(connection, [policy()], workdays(), day)
        return [judge(row, day, policy(), pulse, workdays()) for row in rows]


def told(dice: Random, days: range, kinds=tuple(OF_ACCOUNTS), numbers: range = range(3)):
    """Facts of all kinds, each dated on one of some days before or after D."""
    made = (
        (kind, anything(dice, kind, account, number, D + timedelta(days=dice.choice(days))))
        for kind in kinds
        for account in ACCOUNTS
        for number in numbers
    )
    return [record for kind, record in made if not DATING[kind].by or dated(kind, record._asdict())]


def known_on(database, day: date) -> None:
    """Let all batches there are have been pulled on the day before."""
    at_ms = (day - date(1970, 1, 1)).days * 86_400_000 - 1
    with database.write() as connection:
        connection.execute(update(batches).values(pulled_ms=at_ms))
        for source in sources.known(connection):
            sources.ended(connection, source)


BEFORE, AFTER = range(-90, 0), range(1, 60)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("backfill", [True, False], ids=["backfill", "in time"])
def test_facts_dated_or_known_later_change_nothing(database, seed, backfill):
    dice = Random(seed)
    pull(database, [Account(name) for name in ACCOUNTS])
    pull(database, told(dice, BEFORE))
    known_on(database, D + timedelta(days=99) if backfill else D)
    before = verdicts(database)
    later = told(dice, AFTER, numbers=range(6))  # new facts, and new versions of those there were
    pull(database, later)
    if not backfill:  # corrections and late facts count from the batch that brought them
        pull(database, told(dice, BEFORE))
    assert verdicts(database) == before
    assert verdicts(database, D + timedelta(days=61)) != before


@pytest.mark.parametrize("backfill", [True, False], ids=["backfill", "in time"])
def test_facts_known_and_dated_before_do_change_it(database, backfill):
    pull(database, told(Random(1), BEFORE))
    known_on(database, D + timedelta(days=99) if backfill else D)
    before = verdicts(database)
    pull(database, told(Random(2), BEFORE))
    assert (verdicts(database) != before) is backfill


def test_a_source_counts_as_pulled_or_from_its_own_dates(database):
    pull(database, [Account("a")])
    known_on(database, D)
    pull(database, [Account("a")], "desk")
    with database.read() as connection:
        then = history.moment(connection, D)
        later = history.moment(connection, date(2999, 1, 1))
    assert (then.known, then.backfilled) == ({"files": 1, "desk": NOW}, {"desk"})
    assert (later.known, later.backfilled) == ({"files": 1, "desk": 1}, frozenset())


def test_what_no_fact_was_stated_of_by_then_is_not_covered(database):
    pull(database, [*told(Random(1), BEFORE, ("accounts", "usage")), *told(Random(1), AFTER, ("tickets",))])
    with database.read() as connection:
        then = history.moment(connection, D)
        kinds = history.freshness(connection, then)["files"].kinds
    assert kinds == {"accounts", "usage"}


# -- books whose truth is known ----------------------------------------------------------------------

START, END = D - timedelta(days=200), D + timedelta(days=29)


def book(number: int, *, fall: bool):
    """Accounts of which every fifth leaves after the day; with ``fall`` its use ends before that."""
    dice = Random(number)
    for at in range(number):
        name, leaves = f"a{at:03}", at % 5 == 0
        yield Account(name, region="N" if at % 2 else "S")
        yield Subscription(f"s{at}", name, START, END + timedelta(days=99), seats=10)
        last = D - timedelta(days=20) if leaves and fall else END
        for back in range((last - START).days + 1):
            yield Usage(name, START + timedelta(days=back), active_users=dice.randint(4, 9))
        if leaves:
            yield Outcome(name, D + timedelta(days=at % 30), "churned")
    yield Outcome("a001", END, "renewed")


def imported(url: str, records) -> Database:
    """A database that all of it was imported into after the last of its days."""
    made = Database(url)
    pull(made, list(records))
    known_on(made, END + timedelta(days=99))
    return made


@pytest.fixture(scope="module")
def quiet(tmp_path_factory, migrated_sqlite):
    """The book in which nothing tells who will leave: to be asked, never written to."""
    url = f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path_factory.mktemp('quiet'))}"
    with closing(imported(url, book(100, fall=False))) as made:
        yield made


def answer(database, **changes):
    question = Question(**{"as_of": (D,), "horizon": 30, "target": "churned", "train_until": D} | changes)
    with database.read() as connection:
        return asked(connection, policy(), workdays(), question)


def figures(found):
    (cases,) = found.cases.values()
    return told_of(cases, ())


def test_a_fall_of_use_before_they_leave_is_evidence(sqlite_url):
    with closing(imported(sqlite_url, book(100, fall=True))) as made:
        told = figures(answer(made))
    assert (told.n, told.events, told.verdict) == (100, 20, "evidence")
    assert told.score.auc > 0.95


def test_what_foretells_nothing_is_no_evidence(quiet):
    found = answer(quiet)
    assert (figures(found).events, figures(found).verdict) == (20, "no evidence")
    assert found.unknown_inputs["sentiment"] == 1.0
    assert "idle_days" not in found.unknown_inputs
    assert {case.segments for case in found.pooled} == {("", "", "N"), ("", "", "S")}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"horizon": 31}, "end on 2024-06-30, facts and outcomes on 2024-06-29"),
        ({"as_of": (D, D + timedelta(days=1))}, "end on 2024-06-30"),
        ({"train_until": D + timedelta(days=1)}, "looks past the first day"),
        ({"horizon": 2}, "met the outcome"),
        ({"target": "expanded"}, "0 of 100 accounts met the outcome"),
    ],
    ids=["too far", "too late", "training ahead", "too few", "none"],
)
def test_what_cannot_be_told_is_refused(quiet, changes, said):
    with pytest.raises(Refused, match=said):
        answer(quiet, **changes)


def test_without_outcomes_nothing_is_told(sqlite_url):
    facts = (record for record in book(10, fall=False) if not isinstance(record, Outcome))
    with closing(imported(sqlite_url, facts)) as made, pytest.raises(Refused, match="no outcomes"):
        answer(made)


def test_calibration_is_learned_from_a_window_that_had_ended_by_then(quiet):
    assert [*answer(quiet).trained] == [D - timedelta(days=30)]
    soon = START + timedelta(days=90)
    assert not answer(quiet, train_until=soon - timedelta(days=1)).trained
    assert [*answer(quiet, train_until=soon).trained] == [START + timedelta(days=60)]


def test_of_what_was_read_later_the_first_version_counts(database):
    term = Subscription("s", "a", START, END, seats=10)
    for seats in (10, 20, 30):
        pull(database, [term._replace(seats=seats), Account("a", name=f"{seats} seats")])
    known_on(database, D + timedelta(days=9))
    with database.read() as connection:
        (row,) = history.rows_at(connection, [1], (), history.moment(connection, D))
    assert ([each.seats for each in row.terms], row.name) == ([10], "10 seats")
