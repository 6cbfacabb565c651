"""The page of HubSpot names the properties, scopes and limits that its code has."""

import re

from integrations.companies import LARGEST, SIZES
from integrations.hubspot import refusals
from integrations.hubspot.destination import HubSpotDestination
from integrations.hubspot.properties import FIELDS, GROUP, KEY, TEXT_LIMIT
from integrations.hubspot.records import ROLES, company_properties, contact_properties
from integrations.hubspot.settings import HubSpotSettings
from sandbox.config import HUBSPOT_SCOPES
from tests.docs.pages import page

HUBSPOT = page("integrations/hubspot.md")
KINDS = {"lines": "string", "text": "string", "number": "number", "date": "date", "one of": "enumeration"}
ALWAYS_THERE = {"hs_object_id"}
"""Asked for to know whose answer it is, and stored as the record's id."""


def test_fields_are_those_that_are_made() -> None:
    said = HUBSPOT.table("Fields", "property").pairs("property", "type")
    made = {each.name.removeprefix(f"{GROUP.name}_"): each.type for each in FIELDS.values()}
    assert {name: KINDS.get(kind, "bool") for name, kind in said.items()} == made
    assert KEY.name in HUBSPOT.code()


def test_every_property_that_is_pulled_is_told() -> None:
    named = {
        name: f"SEATSIGNAL_HUBSPOT_{name.upper()}"
        for name in HubSpotSettings.model_fields
        if name.endswith("_property")
    }
    settings = HubSpotSettings.model_validate({"token": "pat-1", **{name: name for name in named}})
    pulled = {*company_properties(settings), *contact_properties(settings)} - ALWAYS_THERE
    told = {
        word for cell in HUBSPOT.table("What is pulled", "from").column("from") for word in cell.split(", ")
    }
    assert pulled - {"associatedcompanyid"} == {
        next((name for name, variable in named.items() if variable == word), word)
        for word in told
        if re.fullmatch(r"[a-z_]+|SEATSIGNAL\w+", word)
    }


def test_roles_and_sizes_are_as_told() -> None:
    said = HUBSPOT.table("What is pulled", "role property says").pairs("role property says", "role")
    assert said.pop("anything else") == "none"
    assert {word.lower(): role for words, role in said.items() for word in words.split(", ")} == ROLES
    assert ", ".join([*(band for _, band in SIZES), LARGEST]) in HUBSPOT.text


def test_scopes_are_those_that_the_rehearsal_asks_for() -> None:
    told = set(HUBSPOT.table("Scopes", "scope").column("scope"))
    assert told <= set(HUBSPOT_SCOPES)
    read = {scope for scope in HUBSPOT_SCOPES if ".schemas." in scope and not scope.endswith("write")}
    assert {*HUBSPOT_SCOPES} - read == told


def test_limits_are_as_told() -> None:
    limits = HUBSPOT.table("Limits", "limit").pairs("limit", "value")
    assert limits["notices claimed at a time"] == str(HubSpotDestination.batch_size)
    assert limits["text of a property"].startswith(f"{TEXT_LIMIT:,} characters")


def test_reasons_of_a_limit_are_told() -> None:
    tables = [table for table in HUBSPOT.tables if table.section == "Errors" and "reason" in table.headings]
    told = {word for table in tables for cell in table.column("reason") for word in cell.split(", ")}
    assert told >= refusals.HOLDS_FOR_ALL
