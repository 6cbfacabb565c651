"""A reject file is opened in a spreadsheet: what it repeats of a file computes nothing there."""

import csv
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.rows.report import Report, inert

ACTS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
TEXTS = st.one_of(
    st.text(max_size=30),
    st.builds(
        str.__add__,
        st.sampled_from((*ACTS, " =", "  @", "\ufeff=")),
        st.sampled_from(
            ("1+1", 'cmd|"/c x"!A1', 'HYPERLINK("https://evil.example","x")', "SUM(A1)", '"', ",")
        ),
    ),
)
CELLS = {"file": TEXTS, "column": TEXTS, "reason": TEXTS}


@settings(max_examples=60)
@given(**CELLS)
def test_a_spreadsheet_computes_no_cell_of_a_reject_file(file: str, column: str, reason: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.rejects.csv"
        with Report(file, path) as report:
            report.reject(7, column, reason)
        with path.open(encoding="utf-8", errors="surrogateescape", newline="") as lines:
            head, *rows = csv.reader(lines)
    assert (len(head), [len(row) for row in rows]) == (4, [4])
    assert [cell for cell in rows[0] if cell.lstrip(" \ufeff").startswith(ACTS)] == []
    assert [cell.removeprefix("'") for cell in rows[0]] == [
        text.translate(dict.fromkeys(map(ord, "\r\n"), " ")).removeprefix("'")
        for text in (file, "7", column, reason)
    ]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [("=1+1", "'=1+1"), (" @x", "' @x"), ("-5", "'-5"), ("seats.csv", "seats.csv"), ("", ""), ("a=b", "a=b")],
)
def test_a_formula_is_marked_as_text(cell: str, shown: str) -> None:
    assert inert(cell) == shown
