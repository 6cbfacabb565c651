"""The day on SQLite, in one process."""

from cli import demo
from tests.days.played import assert_as_told, play


def test_every_story_gets_what_it_should_and_nobody_else_hears_anything(tmp_path, sqlite_url):
    assert_as_told(
        play(tmp_path, sqlite_url, "memory://", lambda environment: demo.process(demo.WORKER, environment))
    )
