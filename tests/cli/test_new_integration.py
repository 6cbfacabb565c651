"""What a new vendor's folder begins with: it is clean, it is typed, and it is not written over anything."""

import subprocess
import sys
from pathlib import Path

import pytest

from cli.new_integration import PARTS, Unmakeable, make
from tests.rehearsal import ROOT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """As much of a checkout as a new folder leans on."""
    for package in ("integrations", "health", "config"):
        (tmp_path / package).symlink_to(ROOT / package) if package != "integrations" else None
    (tmp_path / "integrations").mkdir()
    for file in (ROOT / "integrations").glob("*.py"):
        (tmp_path / "integrations" / file.name).symlink_to(file)
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    return tmp_path


def run(checkout: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=checkout, capture_output=True, text=True, check=False
    )


def test_what_is_made_is_clean_and_typed(checkout):
    made = make(checkout, "pigeon_post")
    assert {str(path.relative_to(checkout)) for path in made} == {
        place.format(name="pigeon_post") for place in PARTS
    }
    sources = [str(path) for path in made if path.suffix == ".py"]
    ours = [path for path in sources if "/tests/" not in path]
    for checked in (
        run(checkout, "ruff", "check", "--ignore", "I001", *sources),  # what is ours is not all here
        run(checkout, "ruff", "format", "--check", *sources),
        run(checkout, "mypy", "--config-file=", "--strict", *ours),
    ):
        assert checked.returncode == 0, checked.stdout + checked.stderr


def test_what_is_made_works(checkout):
    make(checkout, "pigeon")
    code = (
        "from integrations.pigeon.source import PigeonSource\n"
        "from integrations.pigeon.settings import PigeonSettings\n"
        "source = PigeonSource(PigeonSettings(token='t', base_url='http://127.0.0.1:1'))\n"
        "try:\n    source.check()\nexcept Exception as error:\n    print(error.reason)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=checkout, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "connect_failed", done.stderr


@pytest.mark.parametrize(
    ("name", "said"), [("Pigeon", "small letters"), ("pi-geon", "small letters"), ("../x", "small letters")]
)
def test_a_name_that_is_none_is_refused(checkout, name, said):
    with pytest.raises(Unmakeable, match=said):
        make(checkout, name)


def test_nothing_is_overwritten(checkout):
    make(checkout, "pigeon")
    kept = checkout / "integrations" / "pigeon" / "source.py"
    kept.write_text("mine")
    with pytest.raises(Unmakeable, match="is there already; nothing was written"):
        make(checkout, "pigeon")
    assert kept.read_text() == "mine"


def test_elsewhere_there_is_nowhere_to_put_it(tmp_path):
    with pytest.raises(Unmakeable, match="in a checkout of Seatsignal"):
        make(tmp_path, "pigeon")
