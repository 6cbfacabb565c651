from collections.abc import Iterator
from contextlib import closing

import pytest

from integrations.hubspot.destination import HubSpotDestination
from integrations.hubspot.settings import HubSpotSettings
from tests.integrations.hubspot.account import NOW_S, TOKEN
from tests.integrations.hubspot.rig import BOOK
from tests.rehearsal import Rehearsal


@pytest.fixture
def hubspot(sandbox: Rehearsal) -> Iterator[HubSpotDestination]:
    """The destination, beside a stand-in that holds what it writes to."""
    sandbox.seed("hubspot", BOOK)
    settings = HubSpotSettings(token=TOKEN, base_url=f"{sandbox.http}/hubspot")
    with closing(HubSpotDestination(settings, clock=lambda: NOW_S)) as opened:
        yield opened


@pytest.fixture
def elsewhere() -> Iterator[HubSpotDestination]:
    """The destination at HubSpot's own address, which `responses` stands in for."""
    with closing(HubSpotDestination(HubSpotSettings(token=TOKEN), clock=lambda: NOW_S)) as opened:
        yield opened
