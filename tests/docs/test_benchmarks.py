"""The page of benchmarks lists the groups there are, with the goals that they have."""

import benchmarks.__main__
from benchmarks import advance, assess, calls, changed, crms, event, live, nested, pages, web, windows
from tests.docs.pages import page

PAGE = page("benchmarks.md")


def test_every_group_is_on_the_page() -> None:
    assert tuple(PAGE.table("Groups").column("group")) == benchmarks.__main__.GROUPS


def test_the_goals_are_the_codes() -> None:
    goals = PAGE.table("Groups").pairs("group", "goal")
    assert goals["pages"] == f"{pages.GOAL} x"
    asked = (2 * calls.CHANGED // crm.batch for crm in crms.CRMS)
    assert goals["calls"] == f"{', '.join(map(str, asked))} and 0"
    assert goals["web"] == f"1, {web.TIMES_SQL} and {web.FLAT} x at most"
    assert goals["event"] == f"{event.GOAL} x"
    assert goals["live"] == f"1, {live.GOAL} and 1 x at most"


def test_the_goals_against_dlt_are_the_codes() -> None:
    said = PAGE.table("How subscriptions are measured").pairs("figure", "goal")
    asked = {f"ingest_nested_dlt_{what}": f"{goal} x" for what, goal in nested.DLT_GOALS.items()}
    assert asked.items() <= said.items()
    assert f"{nested.DLT_GOALS['whole']}, " in PAGE.table("Groups").pairs("group", "goal")["ingest"]


def test_the_most_that_a_run_may_take_is_the_codes() -> None:
    most = PAGE.table("How a run is measured").pairs("figure", "at most")
    assert most == {
        "assess_scale": f"{assess.SCALE_GOAL} x",
        "assess_memory": f"{assess.MEMORY_GOAL} x",
        "assess_windows": f"{windows.GOAL} x",
        "assess_changed": f"{changed.GOAL} x",
        "assess_advance": f"{advance.GOAL} x",
    }
