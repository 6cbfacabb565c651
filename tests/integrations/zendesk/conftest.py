from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from integrations.zendesk.destination import ZendeskDestination
from integrations.zendesk.settings import ZendeskSettings
from tests.integrations.zendesk.rig import BOOK
from tests.rehearsal import Rehearsal

Opened = Callable[..., ZendeskDestination]


@pytest.fixture
def opened(sandbox: Rehearsal) -> Iterator[Opened]:
    """Opens the destination with some settings, beside a stand-in that holds what it writes to."""
    sandbox.seed("zendesk", BOOK)
    with ExitStack() as stack:

        def made(**given: object) -> ZendeskDestination:
            client = {"client_id": "seatsignal", "client_secret": "zendesk-sandbox-secret"}
            settings = {"base_url": f"{sandbox.http}/zendesk", **client, **given}
            destination = ZendeskDestination(ZendeskSettings.model_validate(settings))
            return stack.enter_context(closing(destination))

        yield made


@pytest.fixture
def zendesk(opened: Opened) -> ZendeskDestination:
    """The destination as an OAuth client."""
    return opened()


@pytest.fixture
def elsewhere() -> Iterator[ZendeskDestination]:
    """The destination at Zendesk's own address, which `responses` stands in for."""
    settings = ZendeskSettings(subdomain="firm", email="admin@seller.example", token="a-token", job_wait_s=0)
    with closing(ZendeskDestination(settings)) as made:
        yield made
