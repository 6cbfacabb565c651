"""Properties are made once, and whatever is a person's stays as it is."""

from collections import Counter
from contextlib import closing
from copy import deepcopy
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
import requests

from integrations.errors import Misconfigured, RetryLater
from integrations.hubspot.destination import HubSpotDestination
from integrations.hubspot.properties import FIELDS, KEY, WANTED
from integrations.hubspot.settings import HubSpotSettings
from integrations.roles import Crm, Prepared
from sandbox.config import HUBSPOT_SCOPES
from tests.integrations.hubspot.account import TOKEN
from tests.integrations.hubspot.rig import BOOK, COMPANY
from tests.integrations.hubspot.test_states import state
from tests.rehearsal import Rehearsal, start_sandbox

ALL = sum(len(definitions) + 1 for definitions in WANTED.values())


def outcomes(found: tuple[Prepared, ...]) -> Counter[str]:
    """What became of groups and properties."""
    return Counter(each.outcome for each in found if each.kind != "segment")


def differing(found: tuple[Prepared, ...]) -> list[tuple[str, str]]:
    return [(each.name, each.difference) for each in found if each.outcome == "differs"]


def book(kind: str, name: str, **changes: Any) -> dict[str, Any]:
    """The account with a property of ours that somebody changed."""
    made = deepcopy(BOOK)
    made["properties"] = {
        each: [
            definition | (changes if (each, definition["name"]) == (kind, name) else {})
            for definition in definitions
        ]
        for each, definitions in made["properties"].items()
    }
    return made


def test_everything_is_made_and_then_there(sandbox: Rehearsal, hubspot: HubSpotDestination) -> None:
    assert isinstance(hubspot, Crm)
    sandbox.seed("hubspot", {})
    with pytest.raises(
        Misconfigured, match=r"companies lack seatsignal_account_id, seatsignal_account_key, .*crm setup"
    ):
        hubspot.check()
    first = hubspot.setup()
    assert outcomes(first) == {"made": ALL}
    assert ("companies", "group", "seatsignal", "made", "") in first
    assert ("tasks", "property", "seatsignal_key", "made", "") in first
    hubspot.check()
    assert outcomes(hubspot.setup()) == {"there": ALL}


def test_a_dry_run_says_what_is_missing_and_makes_nothing(
    sandbox: Rehearsal, hubspot: HubSpotDestination
) -> None:
    sandbox.seed("hubspot", {})
    told = [hubspot.setup(dry_run=True) for _ in range(2)]
    assert {each.outcome for each in told[0]} == {"missing"}
    assert told[0] == told[1]
    assert hubspot.setup() == tuple(each._replace(outcome="made") for each in told[0])
    assert {each.outcome for each in hubspot.setup(dry_run=True)} == {"there"}


def test_what_was_begun_is_finished(sandbox: Rehearsal, hubspot: HubSpotDestination) -> None:
    sandbox.seed("hubspot", {})
    sandbox.faults("hubspot", "500", on="properties/2026-03/tasks")
    with pytest.raises(RetryLater):
        hubspot.setup()
    companies = len(WANTED["companies"]) + 1
    assert outcomes(hubspot.setup()) == {"there": companies, "made": ALL - companies}


class Differing(NamedTuple):
    """A property that somebody made otherwise than we would, and how that is told."""

    kind: str
    name: str
    changes: dict[str, Any]
    told: str


LONE_OPTION = {"options": [{"value": "watch", "label": "Watch"}]}
TEXT = {"type": "string", "fieldType": "text"}


@pytest.mark.parametrize(
    "case",
    [
        Differing("companies", "seatsignal_health", TEXT, "is of type string, not number"),
        Differing("companies", "seatsignal_band", LONE_OPTION, "lacks the options at_risk, healthy, unknown"),
        Differing("tasks", "seatsignal_key", {"hasUniqueValue": False}, "does not ask for unique values"),
    ],
)
def test_what_differs_is_told_and_left_alone(
    sandbox: Rehearsal, hubspot: HubSpotDestination, case: Differing
) -> None:
    sandbox.seed("hubspot", book(case.kind, case.name, **case.changes))
    for _ in range(2):
        found = hubspot.setup()
        assert outcomes(found) == {"there": ALL - 1, "differs": 1}
        assert differing(found) == [(case.name, case.told)]
    with pytest.raises(Misconfigured) as caught:
        hubspot.check()
    assert caught.value.reason == "property_differs"
    assert f"{case.name} of {case.kind} {case.told}" in str(caught.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"label": "Gesundheit", "description": "", "displayOrder": 3, "hidden": True},
        {"groupName": "companyinformation"},
    ],
)
def test_how_people_see_a_property_is_theirs(
    sandbox: Rehearsal, hubspot: HubSpotDestination, changes: dict[str, Any]
) -> None:
    sandbox.seed("hubspot", book("companies", "seatsignal_health", **changes))
    assert outcomes(hubspot.setup()) == {"there": ALL}
    hubspot.check()


def test_more_options_than_ours_are_no_difference(sandbox: Rehearsal, hubspot: HubSpotDestination) -> None:
    band = next(each for each in BOOK["properties"]["companies"] if each["name"] == "seatsignal_band")
    more = [*band["options"], {"value": "saved", "label": "Saved"}]
    sandbox.seed("hubspot", book("companies", "seatsignal_band", options=more))
    assert outcomes(hubspot.setup()) == {"there": ALL}


def test_a_key_that_may_not_make_properties_is_told_which_scope_it_lacks() -> None:
    reading = ["crm.objects.companies.read", "crm.objects.contacts.read"]
    with start_sandbox({"hubspot_scopes": reading}) as narrow:
        settings = HubSpotSettings(token=TOKEN, base_url=f"{narrow.http}/hubspot")
        destination = HubSpotDestination(settings)
        with closing(destination), pytest.raises(Misconfigured, match=r"crm\.schemas\.companies\.write"):
            destination.setup()


ROOM = Prepared("companies", "segment", "Seatsignal: room to grow", "made")


def test_companies_with_room_to_grow_are_a_segment(sandbox: Rehearsal, hubspot: HubSpotDestination) -> None:
    assert hubspot.setup()[-1] == ROOM
    assert hubspot.setup()[-1] == ROOM._replace(outcome="there")
    url = f"{sandbox.http}/hubspot/crm/lists/2026-03/object-type-id/0-2/name/{quote(ROOM.name)}"
    seen = []
    for grows in ("true", "false"):
        (receipt,) = hubspot.deliver([state(COMPANY, expansion=grows == "true")])
        assert receipt.outcome == "sent"
        answer = requests.get(url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10)
        seen.append(answer.json()["list"]["size"])
    assert seen == [1, 0], "HubSpot finds its members by our property"


def test_a_key_that_may_make_no_segment_makes_all_else_and_tells_the_scope() -> None:
    scopes = [each for each in HUBSPOT_SCOPES if each != "crm.lists.write"]
    with start_sandbox({"hubspot_scopes": scopes}) as narrow:
        settings = HubSpotSettings(token=TOKEN, base_url=f"{narrow.http}/hubspot")
        with closing(HubSpotDestination(settings)) as destination:
            *others, segment = destination.setup()
            destination.check()
    assert outcomes(tuple(others)) == {"made": ALL}
    assert (segment.outcome, "crm.lists.write" in segment.difference) == ("differs", True)


def test_the_key_of_a_task_asks_for_unique_values() -> None:
    assert KEY.has_unique_value
    assert not any(definition.has_unique_value for definition in FIELDS.values())
