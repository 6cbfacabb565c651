"""Figures of the book: told together as alone, of a small book as asked, of a large one as they were kept."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from config.metrics import entries, load_metrics
from config.schedule import load_schedule
from health.figures.parts import Result
from health.figures.present import PRESENT
from health.figures.segments import SEGMENTS
from health.figures.share import portion
from store import book, kept
from store.database import Database
from store.tables import figures
from tests.book import ACCOUNTS, DAY, OWNER, deployment, judge_day, judge_eve
from tests.worker.conftest import Remembered
from worker import tasks
from worker.deployment import Deployment
from worker.figured import (
    AT_ONCE,
    NOT_YET,
    SPREAD,
    FigureRow,
    Wanted,
    figured,
    in_order,
    keep_figures,
    looks,
    trend,
)
from worker.gathered import Asked
from worker.keeping import REVIEWED_MOST, keep, to_take
from worker.reviewed import Risks, ahead, periods, reviewed, risks
from worker.tick import tick
from worker.values import value, values

METRICS = entries(load_metrics())


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    from store.schema import migrate  # noqa: PLC0415 - loads Alembic

    folder = tmp_path_factory.mktemp("figured")
    url = f"sqlite:///{folder / 'seatsignal.sqlite3'}"
    made = Database(url)
    migrate(made)
    made.close()
    yield from _opened(url, folder)


def _opened(url: str, folder: Path) -> Iterator[Deployment]:
    made = deployment(url)
    judge_eve(made, folder / "eve")
    judge_day(made, folder / "day", DAY)
    yield made
    made.database.close()


@pytest.fixture
def large(judged: Deployment, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    """A book that is too large to be told as it is asked, with nothing kept."""
    for module in ("figured", "reviewed", "keeping"):
        monkeypatch.setattr(f"worker.{module}.AT_ONCE", len(ACCOUNTS) - 1)
    with judged.database.write() as connection:
        connection.execute(figures.delete())
    yield judged
    with judged.database.write() as connection:
        connection.execute(figures.delete())


def test_what_is_told_together_is_what_is_told_alone(judged: Deployment):
    asked = [Asked(name, METRICS[name], by) for name in PRESENT for by in ("", "plan")]
    asked += [Asked(name, entry) for name, entry in METRICS.items() if not entry.function]

    with judged.database.read() as connection:
        together = values(judged, connection, asked)

    assert together == [value(judged, each) for each in asked]
    assert any(each.found for each in together)


def test_of_some_accounts_is_told_what_is_theirs(judged: Deployment):
    with judged.database.read() as connection:
        mine = book.owned(connection, [OWNER])[:2]
        told = values(
            judged, connection, [Asked("mrr", METRICS["mrr"]), Asked("seats", METRICS["seats"])], mine
        )

    whole = value(judged, Asked("mrr", METRICS["mrr"]))
    assert [each.accounts for each in told] == [2, 2]
    assert 0 < told[0].found["all"]["EUR"] < whole.found["all"]["EUR"]


def test_a_small_book_is_told_as_it_is_asked_and_kept_until_anything_changes(judged: Deployment):
    wanted = [Wanted("mrr", "plan")]
    first = figured(judged, wanted)
    with judged.database.write() as connection:
        there = kept.kept(connection, ["mrr"])["mrr", "plan"]
        kept.keep(connection, [there._replace(body=there.body.replace('"accounts":12', '"accounts":13'))])
    assert figured(judged, wanted)[0].accounts == 13, "it is read, not told anew"

    with judged.database.write() as connection:
        kept.keep(connection, [there._replace(body="{}", state="of before")])

    assert figured(judged, wanted) == first


def test_of_a_large_book_is_shown_what_was_kept(large: Deployment):
    wanted = [Wanted("mrr"), Wanted("mrr", "plan"), Wanted("utilisation_pct", SPREAD)]
    assert {each.needs for each in figured(large, wanted)} == {NOT_YET}

    for look in range(len(to_take(large, DAY, len(ACCOUNTS)))):
        assert keep(large, look) is (look + 1 < len(to_take(large, DAY, len(ACCOUNTS))))

    told = figured(large, wanted)
    assert [each.accounts for each in told] == [len(ACCOUNTS)] * 3
    assert told[0].rows[0] == FigureRow(segment="all", part="EUR", value=_mrr(large), currency="EUR")
    assert len(told[2].worst) == 10
    assert "seatsignal metrics utilisation_pct --value --by plan" in (
        figured(large, [Wanted("utilisation_pct", "plan")])[0].needs
    )


def _mrr(of: Deployment) -> float:
    total = value(of, Asked("mrr", METRICS["mrr"])).found["all"]["EUR"]
    assert isinstance(total, int)
    return float(total)


def test_of_a_small_book_only_trends_are_kept_ahead(judged: Deployment):
    assert len(ACCOUNTS) <= AT_ONCE
    assert not keep(judged, 0)
    assert set(trend(judged, "mrr")["EUR"]) == {DAY}
    assert set(trend(judged, "active_licences")[""]) == {DAY}


def test_looks_tell_everything_that_has_a_value_once():
    every = [each for look in looks() for each in look]

    assert len(set(every)) == len(every)
    told = {name for name, entry in METRICS.items() if not entry.no_value}
    assert {each.name for each in every} == told
    assert {each.split for each in every if each.name == "mrr"} == {"", SPREAD, *SEGMENTS}


def test_one_look_rings_for_the_next_and_the_last_ends_the_slot(large: Deployment, monkeypatch):
    bell = Remembered()
    large = replace(large, bell=bell)
    monkeypatch.setattr(tasks, "deployment", lambda: large)
    tick(large, load_schedule(None))
    (slot, look) = bell.looks.pop()
    assert look == 0

    for number in range(len(to_take(large, DAY, len(ACCOUNTS)))):
        assert look == number
        tasks.figures(slot=slot, look=look)
        if bell.looks:
            (slot, look) = bell.looks.pop()

    assert not bell.looks
    tasks.figures(slot=slot, look=0)
    assert not bell.looks, "what is done is not begun again"


def test_a_review_of_a_large_book_is_what_a_small_one_is_told(
    judged: Deployment, monkeypatch: pytest.MonkeyPatch
):
    small = reviewed(judged, "2026-05")
    with judged.database.write() as connection:
        connection.execute(figures.delete())
    for module in ("reviewed", "keeping"):
        monkeypatch.setattr(f"worker.{module}.AT_ONCE", len(ACCOUNTS) - 1)
    assert reviewed(judged, "2026-05") is None

    for take in to_take(judged, DAY, len(ACCOUNTS)):
        if take.func is not keep_figures:
            take()

    assert reviewed(judged, "2026-05") == small


def test_revenue_at_risk_is_of_the_accounts_that_somebody_sees(judged: Deployment):
    assert [each.accounts for each in risks(judged, None).reasons] == [1]
    assert risks(judged, ["nobody@seller.example"]) == Risks(DAY, "EUR", ())


@pytest.mark.parametrize(
    ("name", "said", "ordered"),
    [
        ("active_licences_by_plan", {"a": 3, "b": 40, "c": 3}, ["b", "a", "c"]),
        ("activation_rate_by_plan", {"a": portion(9, 10), "b": portion(1, 90)}, ["b", "a"]),
        (
            "activation_rate_by_cohort",
            {"2026-05": 1, "2025-12": 9, "2026-01": 5},
            ["2025-12", "2026-01", "2026-05"],
        ),
        ("activation_funnel", {"second": 1, "first": 9}, ["second", "first"]),
    ],
)
def test_plans_come_by_size_and_months_in_time(name: str, said: dict[str, Result], ordered: list[str]):
    assert [part for part, _ in in_order(name, said)] == ordered


def test_of_very_many_accounts_no_review_is_told_ahead(judged: Deployment):
    every, some = (len(to_take(judged, DAY, accounts)) for accounts in (REVIEWED_MOST, REVIEWED_MOST + 1))

    assert every - some == len(ahead(DAY)) == 4


def test_months_and_quarters_may_be_reviewed_the_latest_first():
    assert periods(DAY, 4) == ["2026-06", "2026-05", "2026-04", "2026-03", "2026-Q2", "2026-Q1"]
