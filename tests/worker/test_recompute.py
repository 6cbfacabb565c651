"""An assessment is found again as it was, whatever came, changed or went since."""

import copy
import json
from contextlib import closing
from datetime import timedelta

import pytest

from integrations.files.source import FilesSource
from store import runs, sources, verdicts
from tests import book
from worker.pipeline import assess, open_run, pull
from worker.recompute import by_the_facts, gone, judged_again
from worker.seal import seal
from worker.statement import check, statement


def found(opened):
    """The latest verdicts, and the run that made them."""
    with opened.database.read() as connection:
        stored = verdicts.book(connection)
        return runs.load(connection, max(each.run for each in stored)), [each.assessment for each in stored]


def again(opened, run, ids):
    with opened.database.read() as connection:
        return judged_again(opened, connection, run, ids)


@pytest.fixture
def opened(sqlite_url):
    with closing((deployment := book.deployment(sqlite_url)).database):
        yield deployment


def test_every_run_is_found_again_after_facts_came_changed_and_went(opened, tmp_path):
    judged = []
    for day in (book.DAY_BEFORE, book.DAY):
        book.judge_day(opened, tmp_path, day)
        judged.append(found(opened))
    folder = book.write(tmp_path, news=False)  # yesterday's book again: what was news is taken back
    (folder / "tickets.csv").write_text("ticket_id,account_id,opened_at,subject\nt9,a4,2026-05-02,Help\n")
    (folder / "usage.csv").write_text("account_id,day,active_users\na5,2026-05-20,1\na5,2026-06-02,8\n")
    opened.use_source("files", FilesSource(folder, complete=frozenset({"contacts"})))
    assert pull(opened, "files").failure == ""
    book.judge_folder(opened, folder, book.DAY + timedelta(days=1))
    judged.append(found(opened))
    assert len({run.known for run, _ in judged}) == 3
    for run, assessments in judged:
        assert again(opened, run, [each.account for each in assessments]) == assessments


def sealed_anew(document, **changes):
    """A statement with something changed in it, as whoever made it would seal it."""
    changed = copy.deepcopy({name: part for name, part in document.items() if name != "seal"})
    for path, value in changes.items():
        *above, last = path.split("__")
        place = changed
        for name in above:
            place = place[name]
        place[last] = value
    return check(json.dumps(changed | {"seal": seal(changed)}).encode()).statement


@pytest.mark.parametrize(
    ("changes", "places"),
    [
        ({}, set()),
        ({"measures__days_into_term": 4.0}, {"measures.days_into_term"}),  # it changes no figure
        ({"traits__plan": "Golden"}, {"traits.plan"}),
        ({"known__files": 1}, {"known.files"}),
        ({"pulse__fleet_trends": {}}, {"pulse.fleet_trends.active_users"}),
        ({"run": 1}, {"run"}),
        ({"run": 99}, {"run"}),
        ({"account": "nobody"}, {"account"}),
    ],
)
def test_a_statement_is_held_against_the_facts_as_known_then(stated, changes, places):
    opened, document = stated
    read = sealed_anew(document, **changes)
    with opened.database.read() as connection:
        assert {each.at for each in by_the_facts(opened, connection, read)} == places


@pytest.fixture(scope="module")
def stated(tmp_path_factory):
    """The statement of an account that leaves, which has changed its mind since."""
    folder = tmp_path_factory.mktemp("book")
    with closing((opened := book.deployment(f"sqlite:///{folder / 'book.sqlite3'}")).database):
        for day in (book.DAY_BEFORE, book.DAY):
            book.judge_day(opened, folder, day)
        with opened.database.read() as connection:
            document = statement(verdicts.verdict(connection, book.LEAVING), opened.policy)
        (folder / "tickets.csv").write_text(
            "ticket_id,account_id,opened_at,subject,status\n"
            f"t1,{book.LEAVING},2026-05-31T18:00:00Z,We stay,solved\n"
        )
        book.judge_folder(opened, folder, book.DAY + timedelta(days=1))
        yield opened, document


@pytest.mark.parametrize(("age", "kept"), [(0, True), (400, True), (401, False)])
def test_facts_that_retention_may_have_taken_are_said_to_be(stated, age, kept):
    opened, _ = stated
    assert (gone(opened.policy, book.DAY, book.DAY + timedelta(days=age)) == "") is kept


def test_with_what_is_known_now_the_verdict_would_be_another(opened, tmp_path):
    book.judge_day(opened, tmp_path, book.DAY_BEFORE)
    run, before = found(opened)
    book.judge_day(opened, tmp_path, book.DAY)
    ids = [each.account for each in before]
    assert again(opened, run, ids) == before
    now, _ = found(opened)
    assert again(opened, now, ids) != before


def test_facts_that_land_after_a_run_was_opened_are_known_to_the_chunk_that_they_meet(opened, tmp_path):
    book.judge_day(opened, tmp_path, book.DAY_BEFORE)
    book.set_day(opened.database, book.DAY)
    late = open_run(opened, runs.FULL)
    opened.use_source("files", FilesSource(book.write(tmp_path, news=True)))
    assert pull(opened, "files").failure == ""
    for chunk in [each for each in opened.bell.chunks if each.run == late]:
        assess(opened, chunk)
    run, assessments = found(opened)
    assert run.id == late
    assert any(each.signals for each in assessments)
    assert again(opened, run, [each.account for each in assessments]) == assessments
    with opened.database.read() as connection:
        told = verdicts.verdict(connection, book.LEAVING)
        assert json.loads(told.known) == sources.known(connection) != json.loads(run.known)
