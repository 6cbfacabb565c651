"""docs/catalogue.md is what the catalogue says; its inputs are columns that an import file may have."""

import re

import pytest
import yaml

from cli.catalogue import page as made
from config.metrics import entries, load_metrics
from config.worked import agrees, plain, worked
from health.records import SHAPES
from integrations import registry
from integrations.rows.columns import columns
from integrations.rows.metrics import COLUMNS
from integrations.rows.usage_rows import LONG, PEOPLE
from tests.docs.pages import page
from tests.docs.test_pages import commands, slug

CATALOGUE = page("catalogue.md")
ENTRIES = entries(load_metrics())
INPUTS = {
    f"{name}.{column.name}"
    for name, shape in SHAPES.items()
    for column in ((*COLUMNS.values(), *LONG, *PEOPLE) if name == "usage" else columns(shape))
}
OWN_METRICS = re.compile(r"usage\.(feature|core):")
INTEGRATIONS = {"files", *registry.settings_models()}


def test_the_page_is_what_the_catalogue_says() -> None:
    assert CATALOGUE.text == made(load_metrics())  # make it anew: seatsignal metrics --markdown


@pytest.mark.parametrize("name", ENTRIES)
def test_an_example_may_be_taken_from_the_page_as_it_stands(name: str) -> None:
    (block,) = (block for block in CATALOGUE.blocks if block.section == name)
    shown = yaml.safe_load(block.text)
    example = ENTRIES[name].example.model_copy(update=shown)
    found = worked(name, ENTRIES[name].model_copy(update={"example": example}))
    assert agrees(plain(shown["gives"]), found)


def test_every_heading_has_an_address_of_its_own() -> None:
    addresses = [slug(heading) for heading in CATALOGUE.headings]
    assert len(set(addresses)) == len(addresses)


@pytest.mark.parametrize("name", ENTRIES)
def test_inputs_are_columns_of_the_import_format(name: str) -> None:
    inputs = {each for each in ENTRIES[name].inputs if not OWN_METRICS.match(each)}
    assert inputs - INPUTS == set()


@pytest.mark.parametrize("name", ENTRIES)
def test_tools_are_integrations_and_commands_that_there_are(name: str) -> None:
    tools = {tool.removeprefix("seatsignal ") for tool in ENTRIES[name].tools}
    assert tools - INTEGRATIONS - commands() == set()
