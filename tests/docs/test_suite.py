"""The order of the tests: fast folders first, and a new one says where it has to be named."""

from types import SimpleNamespace

import pytest

from tests.conftest import FOLDERS, pytest_collection_modifyitems
from tests.docs.pages import ROOT


def ordered(*folders: str) -> list[str]:
    items = [SimpleNamespace(path=ROOT / "tests" / folder / "test_x.py") for folder in folders]
    pytest_collection_modifyitems(items)  # type: ignore[arg-type]  # all that it reads of an item
    return [item.path.parent.name for item in items]


def test_every_folder_of_tests_has_its_place():
    held = {file.relative_to(ROOT / "tests").parts[0] for file in (ROOT / "tests").rglob("test_*.py")}
    assert held == set(FOLDERS)


def test_fast_folders_come_first_and_those_that_wait_before_those_that_compute():
    assert ordered("cli", "kill", "health", "store", "days") == ["health", "kill", "days", "store", "cli"]


def test_a_folder_without_a_place_says_where_it_has_to_be_named():
    with pytest.raises(pytest.UsageError, match=r"^tests/new is not in FOLDERS of tests/conftest\.py"):
        ordered("health", "new")
