"""What `crm setup` makes, once, and what it leaves alone."""

import re
from contextlib import closing
from typing import Any

import pytest
import responses

from integrations.errors import Misconfigured
from integrations.salesforce.destination import SalesforceDestination
from integrations.salesforce.fields import OPPORTUNITY_KEY, WANTED
from integrations.salesforce.list_view import LABEL
from integrations.salesforce.permissions import NAME
from integrations.salesforce.setup import HIDDEN
from tests.integrations.salesforce.conftest import settings
from tests.integrations.salesforce.org import row
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
        *((kind, each.name) for kind, fields in WANTED.items() for each in fields),
        ("Account", LABEL),
    ]
    assert {each.outcome for each in made} == {"made"}
    salesforce.check()
    assert {each.outcome for each in salesforce.setup()} == {"there"}
    assert sandbox.ledger()["effects"] == []


def test_what_is_there_is_left_alone(salesforce: SalesforceDestination) -> None:
    salesforce.setup()
    assert {each.outcome for each in salesforce.setup()} == {"there"}
    salesforce.check()


def test_a_dry_run_says_what_would_be_made_and_makes_nothing(
    salesforce: SalesforceDestination, sandbox: Rehearsal
) -> None:
    sandbox.seed("salesforce", {"records": {}})
    told = [salesforce.setup(dry_run=True) for _ in range(2)]
    assert told[0] == told[1]
    made = salesforce.setup()
    assert told[0][3:] == tuple(each._replace(outcome="missing") for each in made[3:])
    assert [each.kind for each in told[0][:3]] == RIGHTS
    assert {each.outcome for each in made} == {"made"}, "nothing had been made before"
    assert {each.outcome for each in salesforce.setup(dry_run=True)} == {"there"}


def test_a_dry_run_tells_of_rights_that_are_missing_and_gives_none(
    salesforce: SalesforceDestination, sandbox: Rehearsal
) -> None:
    salesforce.setup()
    lacking = {**BOOK["records"], "PermissionSet": [row("0PS1", Name=NAME)]}
    sandbox.seed("salesforce", {**with_field("Seatsignal_Health__c", shown=False), "records": lacking})
    told = {each.kind: each.outcome for each in salesforce.setup(dry_run=True)}
    missing = dict.fromkeys(("rights", "assignment", "list view"), "missing")
    assert told == missing | {"permission set": "there", "field": "there"}
    with pytest.raises(Misconfigured, match="Seatsignal_Health__c"):
        salesforce.check()


def test_the_key_of_opportunities_is_made_where_they_are_kept(sandbox: Rehearsal) -> None:
    sandbox.seed("salesforce", {"records": {}})
    given = settings(f"{sandbox.http}/salesforce", opportunity_stage="Qualification")
    with closing(SalesforceDestination(given)) as opened:
        made = opened.setup()
    assert ("Opportunity", "field", OPPORTUNITY_KEY.name, "made", "") in made


def test_a_list_view_that_may_not_be_made_is_told_and_all_else_is_made(
    salesforce: SalesforceDestination, sandbox: Rehearsal
) -> None:
    sandbox.seed("salesforce", {"records": {}})
    with responses.RequestsMock() as vendor:
        vendor.post(
            re.compile(".*/list-info/Account"), status=403, json=[{"errorCode": "INSUFFICIENT_ACCESS"}]
        )
        vendor.add_passthru(sandbox.http)
        *made, view = salesforce.setup()
    assert {each.outcome for each in made} == {"made"}
    assert (view.name, view.outcome) == (LABEL, "differs")
    assert "make it by hand" in view.difference


def test_a_field_that_was_hidden_is_shown(salesforce: SalesforceDestination, sandbox: Rehearsal) -> None:
    sandbox.seed("salesforce", with_field("Seatsignal_Health__c", shown=False))
    assert {each.outcome for each in salesforce.setup() if each.kind == "field"} == {"there"}
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
    differs = [each for each in salesforce.setup() if each.kind == "field" and each.outcome != "there"]
    assert [(each.name, each.outcome, each.difference) for each in differs] == [(name, "differs", difference)]
    with pytest.raises(Misconfigured, match=name) as caught:
        salesforce.check()
    assert caught.value.reason == "field_differs"
