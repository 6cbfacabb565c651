"""A rival in a process of its own: it is asked once a round, and what it does not do is no figure."""

import sys
from pathlib import Path

import pytest

from benchmarks import databases, rivals

OBEYS = "import sys\nfor _ in sys.stdin: print('loaded', flush=True)"
DIES = "import sys\nsys.stdin.readline()"


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """What stands in for the rival's program."""
    (tmp_path / "benchmarks").mkdir()
    monkeypatch.setattr(rivals, "ROOT", tmp_path)
    monkeypatch.setattr(rivals, "PYTHON", Path(sys.executable))
    return tmp_path / "benchmarks" / "dlt_load.py"


def test_it_loads_each_time_it_is_asked_to(program: Path) -> None:
    program.write_text(OBEYS)
    with databases.sqlite() as database, rivals.dlt(database, [b"{}"], "whole") as load:
        load()
        load()


def test_a_rival_that_did_nothing_is_no_figure(program: Path) -> None:
    program.write_text(DIES)
    with (
        databases.sqlite() as database,
        rivals.dlt(database, [b"{}"], "whole") as load,
        pytest.raises(RuntimeError, match="dlt has not loaded"),
    ):
        load()


def test_without_it_is_said_what_installs_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(rivals, "PYTHON", tmp_path / "nobody")
    with (
        databases.sqlite() as database,
        pytest.raises(SystemExit, match="make bench installs it"),
        rivals.dlt(database, [], "whole"),
    ):
        pass


def test_the_lock_of_rivals_has_hashes_and_names_no_host() -> None:
    lines = (Path(__file__).parents[2] / "requirements-bench.lock").read_text(encoding="utf-8").splitlines()
    pinned = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert [line for line in pinned if "==" not in line or not line.endswith("\\")] == []
    assert any(line.startswith("dlt==") for line in pinned)
    assert [line for line in lines if "://" in line or "--index" in line] == []
