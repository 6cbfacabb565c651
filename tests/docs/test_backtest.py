"""Columns, figures and options on docs/backtest.md are those of the code."""

import inspect
import re
from dataclasses import fields

import pytest

from cli.backtest import backtest
from health import backtest as judged
from health.dated import DATING
from health.rules import NUMBERS
from tests.docs.pages import page
from worker.backtest import SETTLED_DAYS

BACKTEST = page("backtest.md")
COLUMNS = BACKTEST.table("What dates a column", "later")
FIGURES = [name for cell in BACKTEST.table("Figures").column("figure") for name in cell.split(", ")]


@pytest.mark.parametrize("row", COLUMNS.rows, ids=COLUMNS.column("file"))
def test_columns_are_dated_as_documented(row) -> None:
    kind, *listed = row
    dating = DATING[kind]
    assert [tuple(filter(None, cell.split(", "))) for cell in listed] == [
        dating.by,
        dating.later,
        dating.present,
    ]


def test_every_file_is_listed() -> None:
    assert COLUMNS.column("file") == list(DATING)


def test_measures_that_become_unknown_exist() -> None:
    cells = BACKTEST.table("What dates a column", "unknown").column("unknown")
    named = {name for cell in cells for name in re.findall(r"[a-z]+_[a-z_]+|cancelling", cell)}
    assert named <= set(NUMBERS)


def test_every_figure_is_explained() -> None:
    known = {field.name for field in (*fields(judged.Told), *fields(judged.Strength))} - {"score"}
    assert set(FIGURES) == known | {"triggers", "gaps", "unknown_inputs"}


def test_every_option_is_explained() -> None:
    options = {f"--{name.replace('_', '-')}" for name in inspect.signature(backtest).parameters}
    assert set(BACKTEST.table("Ask").column("option")) == options


@pytest.mark.parametrize(
    "said",
    [
        f"fewer than {judged.EVENTS_MIN} cases met",
        f"if there are {SETTLED_DAYS} days of use",
        f"told of {judged.FLAGGED_MIN} or more",
        f"its calibration of {judged.SEGMENT_MIN} or more",
    ],
)
def test_limits_are_as_documented(said) -> None:
    assert said in BACKTEST.words()
