from collections.abc import Iterator

import pytest

from tests.integrations.asked import held_against
from tests.integrations.asked.oracles import ORACLES
from tests.rehearsal import Rehearsal, start_sandbox

CONFIG = {
    "slack_rate": {"per_second": 10_000, "burst": 10_000},
    "hubspot_rate": {"per_second": 10_000, "burst": 10_000},
    "hubspot_search_rate": {"per_second": 10_000, "burst": 10_000},
    "smtp_user": "seatsignal",
    "smtp_password": "sandbox-password",
    "teams": {"rate": {"per_second": 10_000, "burst": 10_000}},
    "salesforce": {"page_size": 5, "daily": 10_000_000},
    "intercom": {"calls_a_window": 1_000_000},
    "zendesk": {
        "calls_a_minute": 1_000_000,
        "exports_a_minute": 1_000_000,
        "updates_a_minute": 1_000_000,
        "updates_a_ticket": 1_000_000,
    },
}


@pytest.fixture(scope="session")
def started() -> Iterator[Rehearsal]:
    with start_sandbox(CONFIG) as running:
        yield running


@pytest.fixture
def sandbox(started: Rehearsal) -> Rehearsal:
    """One process for the whole folder, as new for each test."""
    started.reset()
    return started


@pytest.fixture(autouse=True)
def _asks_what_vendors_take() -> Iterator[None]:
    with held_against(ORACLES) as wrong:
        yield
    assert wrong == []
