"""The code of the version before this one, out of the repository's history."""

import io
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from store.schema import newest
from tests.chaos.fleet import ROOT

_MIGRATIONS = "store/migrations/versions/"


class NoHistoryError(Exception):
    """This copy of the repository begins after the version before."""


@contextmanager
def version_before() -> Iterator[Path]:
    """Put the last code without the newest migration into a folder. Raises `NoHistoryError`."""
    code = _git("archive", "--format=tar", _older_than(newest()))
    with TemporaryDirectory(prefix="seatsignal-before-") as folder:
        with tarfile.open(fileobj=io.BytesIO(code)) as archive:
            archive.extractall(folder, filter="data")
        yield Path(folder)


def _older_than(revision: str) -> str:
    """Return the last commit of the main line that knows no such migration and none after it."""
    touched = _git("log", "--first-parent", "--format=%H^", "HEAD", "--", _MIGRATIONS).decode().split()
    return next(commit for commit in touched if _newest_of(commit) < revision)


def _newest_of(commit: str) -> str:
    names = _git("ls-tree", "--name-only", commit, _MIGRATIONS).decode().split()
    return max(name.removeprefix(_MIGRATIONS)[:4] for name in names if name.endswith(".py") and "_" in name)


def _git(*arguments: str) -> bytes:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise NoHistoryError(f"the version before is in no history here (git fetch --unshallow?): {said}")
    return done.stdout
