"""``seatsignal crm setup``: what it makes in a CRM, and what it only tells of in a dry run."""

from pathlib import Path

import pytest

from config.files import SHIPPED
from tests.cli.conftest import Seatsignal
from tests.rehearsal import Rehearsal

VENDORS = {
    "hubspot": {"TOKEN": "pat-sandbox-token"},
    "salesforce": {"CLIENT_ID": "seatsignal-app", "CLIENT_SECRET": "salesforce-sandbox-secret"},
    "zendesk": {"EMAIL": "admin@seller.example", "TOKEN": "zendesk-sandbox-token"},
}
ROUTED = {"hubspot": "record: hubspot", "salesforce": "record: salesforce", "zendesk": "helpdesk: zendesk"}


@pytest.fixture
def set_up(sandbox: Rehearsal, tmp_path: Path, request: pytest.FixtureRequest) -> dict[str, str]:
    """The settings of a vendor that something is written to, whose stand-in holds nothing."""
    name = request.param
    sandbox.seed(name, {})
    routes = tmp_path / "routes.yaml"
    routes.write_text((SHIPPED / "routes.yaml").read_text() + f"{ROUTED[name]}\n")
    given = {"BASE_URL": f"{sandbox.http}/{name}", **VENDORS[name]}
    prefixed = {f"SEATSIGNAL_{name.upper()}_{each}": value for each, value in given.items()}
    return prefixed | {"SEATSIGNAL_ROUTES": str(routes)}


@pytest.mark.parametrize("set_up", VENDORS, indirect=True)
def test_a_dry_run_names_what_the_real_one_makes_and_makes_none_of_it(
    seatsignal: Seatsignal, set_up: dict[str, str]
) -> None:
    dry = seatsignal("crm", "setup", "--dry-run", "--json", **set_up)
    shown = seatsignal("crm", "setup", "--dry-run", **set_up)
    made = seatsignal("crm", "setup", "--json", **set_up)
    assert [each.status for each in (dry, shown, made)] == [0, 0, 0], dry.err + made.err
    assert {each["outcome"] for each in made.document} == {"made"}
    assert [each["outcome"] for each in dry.document] == ["missing"] * len(made.document)
    assert [each["kind"] for each in dry.document] == [each["kind"] for each in made.document]
    assert all(each["name"] in shown.out for each in dry.document)
    again = seatsignal("crm", "setup", "--dry-run", "--json", **set_up)
    assert {each["outcome"] for each in again.document} == {"there"}


def test_without_a_crm_there_is_nothing_to_set_up(seatsignal: Seatsignal) -> None:
    done = seatsignal("crm", "setup", "--dry-run")
    assert done.status != 0
    assert "record: hubspot" in done.err
