"""What `crm setup` makes, once, and what it leaves alone."""

from typing import Any

import pytest

from integrations.errors import Misconfigured
from integrations.salesforce.destination import SalesforceDestination
from integrations.salesforce.fields import WANTED
from integrations.salesforce.setup import HIDDEN
from tests.integrations.salesforce.rig import BOOK
from tests.rehearsal import Rehearsal


def with_field(name: str, **changes: Any) -> dict[str, Any]:
    """A book in which one field of ours is another than it should be."""
    fields = {
        kind: [{**each, **changes} if each["name"] == name else each for each in held]
        for kind, held in BOOK["fields"].items()
    }
    return {**BOOK, "fields": fields}


RIGHTS = ["permission set", "rights", "assignment"]


def test_what_is_missing_is_made_once_and_shown_to_the_apps_user(
    salesforce: SalesforceDestination, sandbox: Rehearsal
) -> None:
    sandbox.seed("salesforce", {"records": {}})
    with pytest.raises(Misconfigured, match="crm setup"):
        salesforce.check()
    made = salesforce.setup()
    assert [each.kind for each in made[:3]] == RIGHTS
    assert [(each.object, each.name) for each in made[3:]] == [
        (kind, each.name) for kind, fields in WANTED.items() for each in fields
    ]
    assert {each.outcome for each in made} == {"made"}
    salesforce.check()
    assert {each.outcome for each in salesforce.setup()} == {"there"}
    assert sandbox.ledger()["effects"] == []


def test_what_is_there_is_left_alone(salesforce: SalesforceDestination) -> None:
    assert {each.outcome for each in salesforce.setup()[3:]} == {"there"}
    salesforce.check()


def test_a_field_that_was_hidden_is_shown(salesforce: SalesforceDestination, sandbox: Rehearsal) -> None:
    sandbox.seed("salesforce", with_field("Seatsignal_Health__c", shown=False))
    assert {each.outcome for each in salesforce.setup()[3:]} == {"there"}
    salesforce.check()


@pytest.mark.parametrize(
    ("name", "changes", "difference"),
    [
        ("Seatsignal_Health__c", {"type": "string"}, "is of type string, not double"),
        ("Seatsignal_Health__c", {"updateable": False}, HIDDEN),
        ("Seatsignal_Key__c", {"externalId": False}, "is no external id"),
    ],
)
def test_what_differs_is_told(
    salesforce: SalesforceDestination,
    sandbox: Rehearsal,
    name: str,
    changes: dict[str, object],
    difference: str,
) -> None:
    sandbox.seed("salesforce", with_field(name, **changes))
    differs = [each for each in salesforce.setup()[3:] if each.outcome != "there"]
    assert [(each.name, each.outcome, each.difference) for each in differs] == [(name, "differs", difference)]
    with pytest.raises(Misconfigured, match=name) as caught:
        salesforce.check()
    assert caught.value.reason == "field_differs"
