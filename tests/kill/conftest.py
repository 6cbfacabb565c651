"""Servers, a nursery, and the evidence: each bar's line is shown at the end of the test run."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import services
from tests.chaos.fleet import Crib, open_crib
from tests.chaos.stage import SANDBOX, Servers
from tests.chaos.verdict import Verdict
from tests.rehearsal import start_sandbox

EVIDENCE = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def servers(
    postgresql_server: services.PostgreSQL,
    redis_server: services.Redis,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Servers]:
    folder: Path = tmp_path_factory.mktemp("chaos")
    with start_sandbox(SANDBOX) as rehearsal:
        yield Servers(rehearsal, postgresql_server, redis_server, folder)


@pytest.fixture(scope="session")
def crib() -> Iterator[Crib]:
    with open_crib() as made:
        yield made


@pytest.fixture
def evidence(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Keeps a line for the report, whether the test passes or not."""
    return request.config.stash.setdefault(EVIDENCE, []).append


@pytest.fixture
def judge(evidence: Callable[[str], None]) -> Callable[[Verdict], None]:
    """Keeps a verdict's line, and fails with it unless it holds."""

    def judged(verdict: Verdict) -> None:
        evidence(verdict.line())
        assert verdict.ok, verdict.words()

    return judged


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    lines = config.stash.get(EVIDENCE, [])
    if lines:
        terminalreporter.section("what the ledger says")
        terminalreporter.write("\n".join(lines) + "\n")
