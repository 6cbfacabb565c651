"""The page of Salesforce names the fields and limits that its code has."""

import re

from integrations.companies import LARGEST, SIZES
from integrations.opportunities import CLOSED, DELETED, OPEN, OPENED
from integrations.salesforce import opportunities, refusals
from integrations.salesforce.client import ASK_AGAIN_S
from integrations.salesforce.destination import SalesforceDestination
from integrations.salesforce.fields import (
    FIELDS,
    KEY,
    LINE_LIMIT,
    LINES_LIMIT,
    OPPORTUNITY_KEY,
    OUR_ID,
    PREFIX,
)
from integrations.salesforce.records import ALWAYS, listings
from integrations.salesforce.settings import SalesforceSettings
from sandbox.config import Salesforce
from tests.docs.pages import page
from worker.opportunities import CLOSE_DAYS

PAGE = page("integrations/salesforce.md")
BESIDE = {"AccountId", "StatusCode", "IsActive"}
"""Asked for to know whose a record is, and whether it counts; told in words."""


def test_fields_are_those_that_are_made() -> None:
    said = PAGE.table("Fields", "field").pairs("field", "type")
    assert {f"{PREFIX}{name}__c": kind for name, kind in said.items()} == {
        each.name: each.form["type"] for each in FIELDS.values()
    }
    assert {KEY.name, OUR_ID.name, OPPORTUNITY_KEY.name} <= set(PAGE.code())


def test_every_field_that_is_pulled_is_told() -> None:
    named = {
        name: f"SEATSIGNAL_SALESFORCE_{name.upper()}"
        for name in SalesforceSettings.model_fields
        if name.endswith("_field")
    }
    given = {
        "base_url": "https://a.example",
        "client_id": "a",
        "client_secret": "b",
        "contracts": True,
        "outcomes": True,
    }
    given |= {"renewal_type": "Renewal"}
    settings = SalesforceSettings.model_validate(given | {name: name for name in named})
    asked = {field for listing in listings(settings).values() for field in listing.fields} - {
        *ALWAYS,
        *BESIDE,
    }
    told = {
        word
        for cell in PAGE.table("What is pulled", "from").column("from")
        for word in re.findall(r"\w+", cell)
    }
    assert {named.get(field, field) for field in asked} <= told
    assert ", ".join([*(band for _, band in SIZES), LARGEST]) in PAGE.text


def test_limits_are_as_told() -> None:
    limits = PAGE.table("Limits", "limit").pairs("limit", "value")
    assert limits["notices claimed at a time"].startswith(f"{SalesforceDestination.batch_size};")
    assert limits["opportunities in one call"].startswith(f"{opportunities.BATCH}:")
    assert limits["records of an answer"] == f"{Salesforce().page_size:,}"
    assert limits["text of a field"].startswith(f"{LINE_LIMIT} characters, {LINES_LIMIT:,} with lines")
    assert (SalesforceSettings.model_fields["daily_share"].default, ASK_AGAIN_S) == (0.8, 15 * 60)


def test_reasons_of_a_limit_are_told() -> None:
    tables = [table for table in PAGE.tables if table.section == "Errors" and "reason" in table.headings]
    told = {word for table in tables for cell in table.column("reason") for word in cell.split(", ")}
    assert told >= refusals.HOLDS_FOR_ALL


def test_why_an_opportunity_is_not_written_is_told() -> None:
    told = {word.strip("`") for word in PAGE.table("Opportunities", "reason").column("reason")}
    assert told == {OPENED, OPEN, CLOSED, DELETED}
    assert f"| {CLOSE_DAYS} days after" in PAGE.text
