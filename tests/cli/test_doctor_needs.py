"""What a vendor must have before it is written to: the doctor names each thing, and what to do about it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from config.files import SHIPPED
from tests.cli.conftest import Seatsignal
from tests.cli.test_doctor import findings, slack
from tests.dashboard.conftest import served
from tests.dashboard.site.idp import CLIENT, SECRET, Idp
from tests.integrations.hubspot import rig as hubspot
from tests.integrations.hubspot.test_deals import BOOK as OF_DEALS
from tests.integrations.salesforce import rig as salesforce
from tests.integrations.zendesk import rig as zendesk
from tests.rehearsal import Rehearsal, start_sandbox

ANSWERS = "credentials, reach, scopes"
SETUP = "is not there: `seatsignal crm setup` makes it"
MEND = ": mend it there, or rename it and let `seatsignal crm setup` make ours"


def routes(folder: Path, **changes: str) -> dict[str, str]:
    """The shipped routes, with some lines more or in place of theirs."""
    text = (SHIPPED / "routes.yaml").read_text()
    for what, instead in changes.items():
        text = (
            text.replace(f'"#{what}"', f'"{instead}"')
            if f'"#{what}"' in text
            else f"{text}{what}: {instead}\n"
        )
    at = folder / "routes.yaml"
    at.write_text(text)
    return {"SEATSIGNAL_ROUTES": str(at)}


# -- fields of a CRM and of a help desk --------------------------------------------------------------


class System(NamedTuple):
    """A system with fields of ours: its route, its settings, its book, and where the book has the fields."""

    name: str
    route: str
    rig: Any
    fields: tuple[str, ...]
    key: str
    object: str
    health: str
    changes: dict[str, Any]
    difference: str

    def book(self, change: dict[str, Any] | None) -> dict[str, Any]:
        """The book with one field of ours otherwise than it should be; without it, where `change` is none."""
        return changed(self.rig.BOOK, self.fields, lambda held: list(self._held(held, change)))

    def _held(self, held: list[dict[str, Any]], change: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
        for each in held:
            if each[self.key] != self.health:
                yield each
            elif change is not None:
                yield each | change


def changed(book: dict[str, Any], path: tuple[str, ...], change: Any) -> dict[str, Any]:
    """The book with what stands at a path replaced."""
    first, *rest = path
    return book | {first: changed(book[first], tuple(rest), change) if rest else change(book[first])}


TEXT = {"type": "string", "fieldType": "text"}
SYSTEMS = [
    System(
        "hubspot",
        "record",
        hubspot,
        ("properties", "companies"),
        "name",
        "property seatsignal_health of companies",
        "seatsignal_health",
        TEXT,
        "is of type string, not number",
    ),
    System(
        "salesforce",
        "record",
        salesforce,
        ("fields", "Account"),
        "name",
        "field Seatsignal_Health__c of Account",
        "Seatsignal_Health__c",
        {"type": "string"},
        "is of type string, not double",
    ),
    System(
        "zendesk",
        "helpdesk",
        zendesk,
        ("organization_fields",),
        "key",
        "field seatsignal_health of organizations",
        "seatsignal_health",
        {"type": "text"},
        "is of type text, not integer",
    ),
]
of_every_system = pytest.mark.parametrize("system", SYSTEMS, ids=[each.name for each in SYSTEMS])


def asked(
    seatsignal: Seatsignal, sandbox: Rehearsal, system: System, **more: str
) -> dict[str, tuple[str, str]]:
    done = seatsignal("doctor", "--json", **system.rig.state_rig(sandbox).good, **more)
    found = findings(done)
    mine = {what: each for (about, what), each in found.items() if about == f"{system.name} destination"}
    assert done.status == (1 if any(state == "bad" for state, _ in mine.values()) else 0)
    return mine


@of_every_system
@pytest.mark.parametrize("differs", [False, True])
def test_a_field_that_is_missing_or_another_is_named(seatsignal, sandbox, tmp_path, system, differs):
    sandbox.seed(system.name, system.book(system.changes if differs else None))
    found = asked(seatsignal, sandbox, system, **routes(tmp_path, **{system.route: system.name}))
    assert found[ANSWERS] == ("good", "")
    bad = {what: detail for what, (state, detail) in found.items() if state == "bad"}
    assert bad == {system.object: system.difference + MEND if differs else SETUP}
    assert "what it needs there" not in found


@of_every_system
def test_all_that_is_needed_is_counted(seatsignal, sandbox, tmp_path, system):
    sandbox.seed(system.name, system.rig.BOOK)
    found = asked(seatsignal, sandbox, system, **routes(tmp_path, **{system.route: system.name}))
    state, detail = found["what it needs there"]
    assert (state, detail.partition(" of ")[0]) == ("good", "all")
    assert sandbox.ledger()["effects"] == []


@of_every_system
def test_a_system_that_is_only_read_needs_no_fields(seatsignal, sandbox, system):
    sandbox.seed(system.name, system.book(None))
    found = asked(seatsignal, sandbox, system)
    assert found == {"routes": ("note", "nothing is routed to it: it is only read")}


STAGES = {
    "hubspot": ("SEATSIGNAL_HUBSPOT_DEAL_STAGE", "deals"),
    "salesforce": ("SEATSIGNAL_SALESFORCE_OPPORTUNITY_STAGE", "Opportunity"),
}


@pytest.mark.parametrize("system", SYSTEMS[:2], ids=list(STAGES))
def test_opportunities_that_are_routed_and_begin_nowhere_name_the_setting(
    seatsignal, sandbox, tmp_path, system
):
    setting, of = STAGES[system.name]
    sandbox.seed(system.name, system.rig.BOOK)
    found = asked(seatsignal, sandbox, system, **routes(tmp_path, opportunities=system.name))
    (state, detail) = found[f"setting {setting} of {of}"]
    assert (state, detail.partition(" to ")[0]) == ("bad", f"set {setting}")


def test_a_stage_that_is_none_is_told_with_those_that_there_are(seatsignal, sandbox, tmp_path):
    setting, of = STAGES["hubspot"]
    sandbox.seed("hubspot", OF_DEALS)
    given = routes(tmp_path, opportunities="hubspot") | {setting: "begun"}
    (state, detail) = asked(seatsignal, sandbox, SYSTEMS[0], **given)[f"setting {setting} of {of}"]
    assert (state, detail.partition(", but ")[0]) == ("bad", "the pipeline default has no stage begun")


def test_what_a_day_leaves_is_told(seatsignal, sandbox, tmp_path):
    sandbox.seed("hubspot", hubspot.BOOK)
    found = asked(seatsignal, sandbox, SYSTEMS[0], **routes(tmp_path, record="hubspot"))
    assert found["calls left"][0] == "good"
    assert re.fullmatch(r"\d+ in the current window", found["calls left"][1])
    assert found["calls left today"][0] == "good"
    assert re.fullmatch(r"624,9\d\d", found["calls left today"][1])


# -- channels of Slack -------------------------------------------------------------------------------

CHANNELS = [
    {"id": "C01SUCCESS", "name": "customer-success"},
    {"id": "C02OPS", "name": "seatsignal-ops"},
    {"id": "C03SALES", "name": "sales"},
    {"id": "C04OUTSIDE", "name": "outside", "is_member": False},
    {"id": "C05GONE", "name": "gone", "is_archived": True},
    {"id": "C06SECRET", "name": "secret", "is_private": True, "is_member": False},
]
ARCHIVED = "is archived: name another one in routes.yaml"
NOT_IN = "the app is not in it: /invite @seatsignal in {}"
UNSEEN = "the app sees none of that name: make it, or /invite @seatsignal in {} if it is private"


@pytest.fixture(scope="module")
def workspace() -> Iterator[Rehearsal]:
    with start_sandbox({"channels": CHANNELS}) as running:
        yield running


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        ("#outside", NOT_IN),
        ("outside", NOT_IN),
        ("C04OUTSIDE", NOT_IN),
        ("#gone", ARCHIVED),
        ("C05GONE", ARCHIVED),
        ("#nowhere", UNSEEN),
        ("#Outside", UNSEEN),
    ],
)
def test_a_channel_that_the_app_cannot_use_is_named(seatsignal, workspace, tmp_path, channel, said):
    done = seatsignal("doctor", "--json", **slack(workspace), **routes(tmp_path, sales=channel))
    found = findings(done)
    assert done.status == 1
    assert found["slack destination", ANSWERS] == ("good", "")
    bad = {what: detail for (_, what), (state, detail) in found.items() if state == "bad"}
    assert bad == {f"channel {channel} of the workspace": said.format(channel)}


def test_the_manager_s_channel_is_one_too_and_people_are_none(seatsignal, workspace, tmp_path):
    given = routes(tmp_path, escalation='{ manager: "#outside" }', sales="U01ROBIN")
    found = findings(seatsignal("doctor", "--json", **slack(workspace), **given))
    bad = {what for (_, what), (state, _) in found.items() if state == "bad"}
    assert bad == {"channel #outside of the workspace"}


def test_channels_that_the_app_is_in_are_good(seatsignal, workspace):
    done = seatsignal("doctor", "--json", **slack(workspace))
    assert done.status == 0
    assert findings(done)["slack destination", "what it needs there"] == ("good", "all of 3")


# -- the identity provider ---------------------------------------------------------------------------


@pytest.fixture
def idp() -> Iterator[Idp]:
    provider = Idp({})
    with served(provider.app()) as provider.url:
        yield provider


def signing_in(issuer: str) -> dict[str, str]:
    given = {
        "issuer": issuer,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "roles": '{"groups": {"cs": "csm"}}',
    }
    return {f"SEATSIGNAL_OIDC_{name.upper()}": value for name, value in given.items()}


def test_a_provider_that_states_itself_is_good_and_so_is_its_clock(seatsignal, idp):
    done = seatsignal("doctor", "--json", **signing_in(idp.url))
    found = {what: each for (about, what), each in findings(done).items() if about == "oidc provider"}
    assert done.status == 0
    assert found[ANSWERS] == ("good", "")
    assert found["clock"][0] == "good"


@pytest.mark.parametrize(
    ("bent", "said"),
    [
        (lambda idp: idp.stated.update(issuer=f"{idp.url}/"), "set SEATSIGNAL_OIDC_ISSUER to what it states"),
        (lambda idp: idp.stated.update(jwks_uri=f"{idp.url}/nowhere"), "404"),
        (lambda idp: setattr(idp, "away", True), "503"),
    ],
)
def test_a_provider_that_nobody_could_sign_in_at_is_bad(seatsignal, idp, bent, said):
    bent(idp)
    done = seatsignal("doctor", "--json", **signing_in(idp.url))
    state, detail = findings(done)["oidc provider", ANSWERS]
    assert (done.status, state) == (1, "bad")
    assert said in detail
    assert SECRET not in done.out


def test_without_a_provider_nothing_is_asked(seatsignal):
    assert findings(seatsignal("doctor", "--json"))["oidc provider", "settings"] == ("note", "not set up")
