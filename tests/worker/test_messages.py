"""Messages: in what words whoever a route names is told."""

import pytest

from config.routes import CARDS, Route
from integrations import registry
from templates.payload import TEMPLATES
from tests.templates.examples import EXAMPLES
from worker.messages import message


@pytest.mark.parametrize(
    ("destination", "template"),
    [
        ("slack", "operator"),
        ("webhook", "operator"),
        ("teams", "operator_card"),
        ("apprise", "operator_card"),
    ],
)
def test_channels_with_addresses_of_their_own_are_told_in_cards(destination: str, template: str) -> None:
    route = Route(destination=destination, owner="ops")
    told = message(route, "operator", key="k", thread="t", content=EXAMPLES["operator"])
    assert (told.template, told.destination) == (template, destination)
    assert told.template in TEMPLATES


def test_whoever_is_told_in_cards_names_channels_in_its_settings() -> None:
    assert all("channels" in registry.DESTINATIONS[name].model().model_fields for name in CARDS)
