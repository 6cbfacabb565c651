"""An assessment is found again as it was, whatever came, changed or went since."""

import json
from contextlib import closing
from datetime import timedelta

import pytest

from integrations.files.source import FilesSource
from store import runs, sources, verdicts
from tests import book
from worker.pipeline import assess, open_run, pull
from worker.recompute import judged_again


def found(opened):
    """The latest verdicts, and the run that made them."""
    with opened.database.read() as connection:
        stored = verdicts.book(connection)
        return runs.load(connection, max(each.run for each in stored)), [each.assessment for each in stored]


def again(opened, run, ids):
    with opened.database.read() as connection:
        return judged_again(opened, connection, run, ids)


@pytest.fixture
def opened(database_url):
    with closing((deployment := book.deployment(database_url)).database):
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
