"""A replay of a book whose truth is known, under the shipped policy and under stricter ones."""

import json
import shutil
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import select

from config.calendars import workdays
from config.policy import stated
from health.judge import judge
from health.simulation import apart
from store.database import Database
from store.tables import metadata
from tests.health.examples import policy
from tests.worker.test_backtest import END, START, D, book, imported
from worker.past import known
from worker.simulate import Refused, Wanted, question, simulated

ACCOUNTS, LEAVING = 30, 6
SINCE = D - timedelta(days=35)


def changed(**sections):
    """The shipped policy with some keys of its sections changed."""
    data = json.loads(policy().data)
    for name, keys in sections.items():
        data[name] |= keys
    return stated(data)


STRICTER_DATA = json.loads(policy().data)
STRICTER_DATA["bands"]["coverage_min_pct"] = 50
STRICTER_DATA["signals"]["use_drop"] |= {"when": "trend_pct <= 5", "clear": "trend_pct > 20", "gates": []}
STRICTER = stated(STRICTER_DATA)
"""It knows bands where the shipped one knows too little, and takes any use that does not grow for a fall."""
OTHER_USE = changed(use={"metrics": ["sign_ins", "active_users"]})


@pytest.fixture(scope="module")
def falling(tmp_path_factory, migrated_sqlite):
    """The book of which every fifth falls silent three weeks before it leaves: to be read only."""
    url = f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path_factory.mktemp('falling'))}"
    with closing(imported(url, book(ACCOUNTS, fall=True))) as made:
        yield made


def replayed(database, proposed, **changes):
    wanted = Wanted(**{"since": SINCE, "until": D, "every": 7, "horizon": 30} | changes)
    with database.read() as connection:
        asked = question(connection, policy(), wanted)
        return simulated(connection, (policy(), proposed), workdays(), asked)


@pytest.mark.parametrize(
    "proposed", [policy(), changed(windows={"ticket_days": 29}), OTHER_USE], ids=["same", "none", "metrics"]
)
def test_a_policy_that_makes_no_difference_gains_and_loses_nothing(falling, proposed):
    found = replayed(falling, proposed, since=D - timedelta(days=7))
    assert found.in_force == found.proposed
    assert found.in_force.matters
    assert found.moves.total() == ACCOUNTS
    assert all(old == new for old, new in found.moves)


def test_a_stricter_policy_is_told_apart_by_what_it_says(falling):
    found = replayed(falling, STRICTER)
    old, new = found.in_force, found.proposed
    assert {matter.kind for matter in apart(new, old)} == {"at_risk", "recovered"}
    assert not apart(old, new)
    assert old.bands == {"unknown": ACCOUNTS}
    assert found.moves["unknown", "at_risk"] == new.bands["at_risk"] == LEAVING
    assert new.opened > old.opened
    assert new.precision.rate < old.precision.rate
    assert found.backfilled == {"files"}


def test_the_silent_are_foreseen_and_the_others_left_alone(falling):
    side = replayed(falling, STRICTER, until=END).in_force
    assert (side.left, side.foreseen) == (LEAVING, LEAVING)
    assert (side.opened, side.closed) == (LEAVING, LEAVING)
    assert side.right == LEAVING - 1  # one goes after the horizon of the alert, but within that of its repeat


def test_the_last_day_is_judged_as_anybody_else_would_judge_it(falling):
    found = replayed(falling, STRICTER, since=D)
    with falling.read() as connection:
        (pulse,), rows, _ = known(connection, [policy()], workdays(), D)
        bands = [judge(row, D, policy(), pulse, workdays()).band for row in rows]
    assert found.in_force.bands == {band: bands.count(band) for band in set(bands)}


def test_nothing_is_written(falling):
    def all_rows():
        with falling.read() as connection:
            return {t.name: connection.execute(select(t)).all() for t in metadata.sorted_tables}

    before = all_rows()
    replayed(falling, STRICTER, since=D)
    assert all_rows() == before


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"since": START}, "nothing is known as of"),
        ({"since": END + timedelta(days=2)}, "nothing is known as of"),
        ({"until": END + timedelta(days=2)}, "the last day"),
        ({"until": SINCE - timedelta(days=1)}, "the last day"),
    ],
    ids=["before use", "after use", "too late", "backwards"],
)
def test_days_without_facts_are_refused(falling, changes, said):
    with pytest.raises(Refused, match=said):
        replayed(falling, STRICTER, **changes)


def test_without_an_end_the_days_go_on_as_long_as_use_does(falling):
    with falling.read() as connection:
        asked = question(connection, policy(), Wanted(SINCE, None, 1, 30))
    assert (asked.last, asked.known_until) == (END + timedelta(days=1), END)


def test_without_use_nothing_is_replayed(sqlite_url):
    with closing(Database(sqlite_url)) as empty, pytest.raises(Refused, match="there is no use"):
        replayed(empty, STRICTER)
