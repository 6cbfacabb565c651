"""The page of benchmarks lists the groups there are, with the goals that they have."""

import benchmarks.__main__
from benchmarks import calls, pages
from tests.docs.pages import page

PAGE = page("benchmarks.md")


def test_every_group_is_on_the_page() -> None:
    assert tuple(PAGE.table("Groups").column("group")) == benchmarks.__main__.GROUPS


def test_the_goals_are_the_codes() -> None:
    goals = PAGE.table("Groups").pairs("group", "goal")
    assert goals["pages"] == f"{pages.GOAL} x"
    assert goals["calls"] == f"{calls.CHANGED // calls.BATCH} and 0"
