"""Fields are made once, and what is a person's is left as it is."""

from typing import Any

import pytest

from integrations.errors import Misconfigured
from integrations.roles import Prepared
from integrations.zendesk.destination import ZendeskDestination
from integrations.zendesk.fields import FIELDS
from tests.integrations.zendesk.conftest import Opened
from tests.integrations.zendesk.rig import BOOK, DEFINED
from tests.rehearsal import Rehearsal

NAMES = [each.key for each in FIELDS.values()]


def bare(sandbox: Rehearsal, *fields: dict[str, Any]) -> None:
    sandbox.seed("zendesk", BOOK | {"organization_fields": list(fields)})


def test_what_is_missing_is_made_and_made_once(sandbox: Rehearsal, zendesk: ZendeskDestination) -> None:
    bare(sandbox)
    with pytest.raises(Misconfigured, match=r"seatsignal_band, .*crm setup"):
        zendesk.check()
    made = [Prepared("organizations", "field", name, "made") for name in NAMES]
    assert list(zendesk.setup()) == made
    assert list(zendesk.setup()) == [each._replace(outcome="there") for each in made]
    zendesk.check()


@pytest.mark.parametrize(
    ("changes", "difference"),
    [
        ({"type": "text", "custom_field_options": []}, "is of type text, not dropdown"),
        ({"active": False}, "is not active"),
        (
            {"custom_field_options": DEFINED[1]["custom_field_options"][1:]},
            "lacks the options seatsignal_band_at_risk",
        ),
    ],
)
def test_what_differs_is_left_alone_and_told(
    sandbox: Rehearsal, zendesk: ZendeskDestination, changes: dict[str, Any], difference: str
) -> None:
    bare(sandbox, *(each | changes if each["key"] == "seatsignal_band" else each for each in DEFINED))
    [differs] = [each for each in zendesk.setup() if each.outcome == "differs"]
    assert (differs.name, differs.difference) == ("seatsignal_band", difference)
    with pytest.raises(Misconfigured, match=f"seatsignal_band {difference}"):
        zendesk.check()


def test_whoever_is_no_admin_is_told_whom_to_name(opened: Opened) -> None:
    agent = {"client_id": "", "client_secret": "", "token": "zendesk-sandbox-token"}
    zendesk = opened(**agent, email="agent@seller.example")
    with pytest.raises(Misconfigured, match="an admin's address"):
        zendesk.check()
    with pytest.raises(Misconfigured, match="SEATSIGNAL_ZENDESK_CLIENT_ID"):
        zendesk.setup()
