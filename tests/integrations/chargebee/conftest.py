import pytest

from tests.integrations.chargebee.account import HOUR, Chargebee
from tests.integrations.chargebee.site import records
from tests.rehearsal import Rehearsal


@pytest.fixture
def chargebee(sandbox: Rehearsal) -> Chargebee:
    """All of it was pulled once, an hour ago, and nothing has happened since."""
    pulled = Chargebee(sandbox)
    assert set(pulled.pull()) == records()
    pulled.later(HOUR)
    return pulled
