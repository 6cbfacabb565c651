"""Integrations by name, imported only when asked for."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.routes import SENDERS
from config.schedule import load_schedule
from integrations import registry
from integrations.errors import Misconfigured
from integrations.files.source import FilesSource
from tests.rehearsal import ROOT

SHARED = frozenset({"rows"})
"""Folders that are no vendor's."""
PLACES = sorted((ROOT / "integrations").glob("[a-z]*"))
VENDORS = {place.name for place in PLACES if (place / "__init__.py").is_file()} - SHARED


def imported(file: Path) -> Iterator[str]:
    """What a file of ours names of `integrations`, at its head or anywhere else."""
    for found in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = [each.name for each in found.names] if isinstance(found, ast.Import | ast.ImportFrom) else []
        whole = [f"{found.module}.{name}" for name in names] if isinstance(found, ast.ImportFrom) else names
        yield from (name.split(".")[1] for name in whole if name.startswith("integrations."))


@pytest.mark.parametrize(
    "place", [place for place in PLACES if place.stem != "registry"], ids=lambda at: at.stem
)
def test_no_vendor_is_known_to_another_nor_to_what_they_share(place: Path) -> None:
    files = [place] if place.is_file() else list(place.rglob("*.py"))
    known = {name for file in files for name in imported(file)}
    assert known & (VENDORS | {"registry"}) <= {place.stem}


def test_every_source_is_pulled_by_and_by() -> None:
    assert set(load_schedule().pull) == set(registry.SOURCES)


def test_letters_can_leave_through_every_sender_that_routes_may_name() -> None:
    assert set(SENDERS) <= set(registry.DESTINATIONS)


def test_nothing_of_a_vendor_is_imported_before_it_is_asked_for() -> None:
    vendors = "[name for name in sys.modules if name.startswith('integrations.') and name.count('.') > 1]"
    code = f"import sys, integrations.registry; print({vendors})"
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert said.stdout.strip() == "[]"


@pytest.mark.parametrize("ask", [registry.source, registry.destination, registry.webhook])
def test_an_unknown_name_says_which_there_are(ask: object) -> None:
    assert callable(ask)
    with pytest.raises(Misconfigured, match="there is no 'nobody'; there are "):
        ask("nobody")


def test_every_entry_can_be_imported() -> None:
    models = registry.settings_models()
    assert set(models) == {*registry.SOURCES, *registry.DESTINATIONS, "oidc"}
    entries = (registry.SOURCES, registry.DESTINATIONS, registry.WEBHOOKS)
    for entry in (entry for kind in entries for entry in kind.values()):
        assert callable(registry._named(entry.builder))
    assert callable(registry._named(registry.PROVIDER.builder))


def test_files_are_read_from_the_folder_that_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEATSIGNAL_FILES_FOLDER", str(tmp_path))
    assert isinstance(registry.source("files"), FilesSource)


def test_files_without_a_folder_say_what_to_set() -> None:
    with pytest.raises(Misconfigured, match="set SEATSIGNAL_FILES_FOLDER"):
        registry.source("files")
