"""A rival in an environment of its own: a process that works when it is asked to, and says that it has."""

import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from store.database import Database

ROOT = Path(__file__).parent.parent
PYTHON = ROOT / ".venv-bench" / "bin" / "python"
"""Where `make bench` installs what only rivals need (`requirements-bench.lock`)."""
DATASET = "rival"
"""The schema that dlt loads into."""


@contextmanager
def dlt(database: Database, pages: Sequence[bytes], what: str) -> Iterator[Callable[[], None]]:
    """Yield what lets dlt load pages of subscriptions into PostgreSQL, each time it is called.

    ``what`` of them is ``whole``, or ``kept``: what is stored of them alone. It names the table too.
    """
    if not PYTHON.exists():
        raise SystemExit("dlt is not installed: make bench installs it into .venv-bench")
    url = database.url.set(drivername="postgresql", password=database.url.password or "none")  # it wants one
    with TemporaryDirectory(prefix="seatsignal-bench-") as folder:
        told = Path(folder) / "pages"
        told.write_bytes(b"\n".join(pages))
        named = (url.render_as_string(hide_password=False), DATASET, what, str(told), folder)
        program = [str(PYTHON), str(ROOT / "benchmarks" / "dlt_load.py"), *named]
        pipe = subprocess.PIPE
        with subprocess.Popen(program, stdin=pipe, stdout=pipe, text=True, cwd=folder) as process:
            yield lambda: _asked(process)
            process.communicate()


def _asked(process: "subprocess.Popen[str]") -> None:
    if process.stdin is None or process.stdout is None:
        raise TypeError("the process has no pipes")
    process.stdin.write("load\n")
    process.stdin.flush()
    if process.stdout.readline() != "loaded\n":
        raise RuntimeError("dlt has not loaded what it was asked to; it says why above")
