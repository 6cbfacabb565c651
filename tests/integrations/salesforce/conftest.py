from collections.abc import Iterator
from contextlib import closing

import pytest

from integrations.salesforce.destination import SalesforceDestination
from integrations.salesforce.settings import SalesforceSettings
from tests.integrations.salesforce.org import CLIENT, NOW_S, SECRET
from tests.integrations.salesforce.rig import BOOK
from tests.rehearsal import Rehearsal


def settings(address: str, **more: object) -> SalesforceSettings:
    """Settings for an org at an address."""
    given = {"base_url": address, "client_id": CLIENT, "client_secret": SECRET}
    return SalesforceSettings.model_validate(given | more)


@pytest.fixture
def salesforce(sandbox: Rehearsal) -> Iterator[SalesforceDestination]:
    """The destination, beside a stand-in that holds what it writes to."""
    sandbox.seed("salesforce", BOOK)
    given = settings(f"{sandbox.http}/salesforce")
    with closing(SalesforceDestination(given, clock=lambda: NOW_S)) as opened:
        yield opened
