"""What the tests of every source must know of one: how to set it up, what it holds, how to upset it.

A new source brings `tests/integrations/<name>/source_rig.py` with a function ``rig(sandbox)``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from importlib import import_module

from health.records import Record
from integrations.errors import IntegrationError
from tests.rehearsal import Rehearsal

PASSES = "passes"
"""What is odd about an answer costs at most the records it is odd about."""


@dataclass(frozen=True)
class Trouble:
    """A fault of the sandbox and what becomes of the pull that meets it: an error, or `PASSES`.

    ``on`` is the part of the path whose answer is spoilt.
    """

    fault: str
    expected: type[IntegrationError] | str
    reason: str = ""
    on: str = ""


@dataclass(frozen=True)
class SourceRig:
    """One source in rehearsal, over a book of several pages.

    ``good`` and ``bad`` are settings by environment variable, ``book`` what the stand-in is seeded with,
    ``records`` all that a first pull must bring, ``clock_s`` the instant at which it does so.
    ``listings`` are parts of the paths that are paged, ``entry`` the path at which a token is given out.

    For clocks that differ: ``happens`` gives the book once something has happened at an instant of the
    vendor's, ``critical_s`` is the instant of ours at which that could get lost (``clock_s`` if 0),
    ``every_s`` when the pull after it comes, and ``zone`` where the vendor's days begin.
    """

    sandbox: Rehearsal
    vendor: str
    good: Mapping[str, str]
    bad: Mapping[str, str]
    bad_reason: str
    secret: str
    base_url_variable: str
    book: object
    records: frozenset[Record]
    clock_s: float
    listings: Sequence[str]
    troubles: Sequence[Trouble]
    happens: Callable[[float], object]
    critical_s: float = 0.0
    every_s: float = 3_600.0
    zone: tzinfo = UTC
    entry: str = ""

    @property
    def base_url(self) -> str:
        return self.good[self.base_url_variable]

    def open_book(self) -> None:
        """Let the stand-in hold the book, at the instant of the pull."""
        self.sandbox.set_clock(self.clock_s)
        self.sandbox.seed(self.vendor, self.book)


def source_rig(name: str, sandbox: Rehearsal) -> SourceRig:
    """The rig that a source's tests bring."""
    made = import_module(f"tests.integrations.{name}.source_rig").rig(sandbox)
    assert isinstance(made, SourceRig)
    return made
