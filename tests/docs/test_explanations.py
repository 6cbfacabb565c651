"""Levers, parts of a statement and numbers on docs/explanations.md are those of the code."""

from config.policy import load
from health.levers import Lever, levers
from health.outlook import SCANNED
from health.reasons import LEAST_POINTS, MOST
from tests.docs.pages import page
from worker.seal import DEPTH
from worker.statement import FORMAT, Statement

PAGE = page("explanations.md")
STEPS = {1.0: "1", 0.1: "0.1"}
OF_FEATURES = {"breadth_pct": "; one feature of those the policy names"}


def row(lever: Lever) -> tuple[str, str, str]:
    return lever.measure, STEPS[lever.step] + OF_FEATURES.get(lever.measure, ""), ", ".join(lever.moves)


def test_every_lever() -> None:
    assert list(PAGE.table("What would change it", "step").rows) == [row(each) for each in levers(load())]


def test_every_part_of_a_statement() -> None:
    cells = ", ".join(PAGE.table("Statements").column("part"))
    assert cells.split(", ") == list(Statement.__struct_fields__)
    assert PAGE.table("Statements").pairs("part", "what it holds")["format"] == FORMAT


def test_numbers_in_the_text() -> None:
    assert f"{SCANNED:,} steps either way" in PAGE.words()
    assert (MOST, LEAST_POINTS, DEPTH) == (3, 200, 3)
    assert "a line under 2 points" in PAGE.words()
    assert "Paths go three levels deep" in PAGE.words()
