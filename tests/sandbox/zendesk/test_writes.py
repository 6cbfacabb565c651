"""What may be written, by whom, how much at a time, and what agents see of it."""

from typing import Any

import pytest
import requests

from tests.integrations.zendesk.book import NOW_S, ORGS, TICKETS, seed
from tests.rehearsal import Rehearsal
from tests.sandbox.zendesk.conftest import ADMIN, Zendesk

ORG, OTHER = ORGS[0].id, ORGS[1].id
OPEN = next(each.id for each in TICKETS if each.status == "new")
CLOSED = next(each.id for each in TICKETS if each.status == "closed")
BAND = {
    "key": "seatsignal_band",
    "title": "Band",
    "type": "dropdown",
    "custom_field_options": [{"name": "At risk", "value": "seatsignal_band_at_risk"}],
}
HEALTH = {"key": "seatsignal_health", "title": "Health", "type": "integer"}
AGENT = ("agent@seller.example/token", ADMIN[1])


@pytest.fixture
def held(sandbox: Rehearsal, zendesk: Zendesk) -> Zendesk:
    sandbox.set_clock(NOW_S)
    sandbox.seed("zendesk", seed() | {"organization_fields": [BAND, HEALTH]})
    return zendesk


def ask(zendesk: Zendesk, method: str, path: str, body: Any = None, auth: Any = ADMIN) -> requests.Response:
    url = f"{zendesk.http}/zendesk/api/v2/{path}"
    return requests.request(method, url, json=body, auth=auth, timeout=10)


def change(zendesk: Zendesk, *rows: dict[str, Any]) -> dict[str, Any]:
    """The job of some changes, once it is done."""
    made = ask(zendesk, "PUT", "organizations/update_many", {"organizations": rows}).json()["job_status"]
    return dict(ask(zendesk, "GET", f"job_statuses/{made['id']}").json()["job_status"])


def note(public: bool, text: str = "At risk") -> dict[str, Any]:
    return {
        "ticket": {"comment": {"html_body": text, "public": public}, "metadata": {"seatsignal_key": "k1"}}
    }


def test_a_job_does_what_it_can_and_names_the_rest(held: Zendesk) -> None:
    fields = {"seatsignal_health": 3, "nobody_s": "x"}
    done = change(
        held,
        {"id": ORG, "organization_fields": fields},
        {"id": 77, "organization_fields": fields},
        {"id": OTHER, "organization_fields": {"seatsignal_band": "fine"}},
    )
    assert done["status"] == "completed"
    assert [(row["id"], row["success"], row.get("error")) for row in done["results"]] == [
        (ORG, True, None),
        (77, False, "OrganizationNotFound"),
        (OTHER, False, "RecordInvalid"),
    ]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "organizations/update_many", {"organizations": []}, 400),
        ("PUT", "organizations/update_many", {"organizations": [{"id": ORG, "name": "x"}]}, 400),
        (
            "PUT",
            "organizations/update_many",
            {"organizations": [{"id": ORG, "organization_fields": {}}] * 2},
            400,
        ),
        ("POST", "organizations", {"organization": {"name": "x"}}, 404),
        ("POST", "organizations/create_or_update", {"organization": {"name": "x"}}, 404),
        ("PUT", f"organizations/{ORG}/tags", {"tags": []}, 400),
        ("PUT", f"organizations/{ORG}/tags", {"tags": ["two words"]}, 422),
        ("PUT", "organizations/77/tags", {"tags": ["x"]}, 404),
        ("POST", "organization_fields", {"organization_field": BAND}, 422),
        ("POST", "organization_fields", {"organization_field": HEALTH | {"key": "a b"}}, 422),
        ("POST", "organization_fields", {"organization_field": HEALTH | {"colour": "red"}}, 400),
        ("PUT", f"tickets/{CLOSED}", note(public=False), 422),
        ("PUT", "tickets/77", note(public=False), 404),
        ("PUT", f"tickets/{OPEN}", {"ticket": {"status": "solved"}}, 400),
        ("GET", "job_statuses/unknown", None, 404),
    ],
)
def test_what_is_not_as_zendesk_wants_it_is_refused(
    held: Zendesk, method: str, path: str, body: Any, status: int
) -> None:
    assert ask(held, method, path, body).status_code == status
    assert requests.get(f"{held.http}/ledger", timeout=10).json()["effects"] == []


def test_agents_change_nothing_and_a_token_for_reading_neither(held: Zendesk) -> None:
    change = {"organizations": [{"id": ORG, "organization_fields": {}}]}
    assert ask(held, "PUT", "organizations/update_many", change, AGENT).status_code == 403
    for scope, status in (("read", 403), ("read write", 200)):
        headers = {"Authorization": f"Bearer {held.token(scope=scope).json()['access_token']}"}
        url = f"{held.http}/zendesk/api/v2/organizations/update_many"
        answer = requests.put(url, json=change, headers=headers, timeout=10)
        assert answer.status_code == status


def test_thirty_jobs_wait_and_no_more(sandbox: Rehearsal, held: Zendesk) -> None:
    sandbox.seed("zendesk", seed() | {"job_steps": 1_000})
    row = {"organizations": [{"id": ORG, "organization_fields": {}}]}
    told = [ask(held, "PUT", "organizations/update_many", row) for _ in range(31)]
    assert [each.status_code for each in told] == [200] * 30 + [429]
    assert told[-1].json()["error"] == "TooManyJobs"


def test_tags_are_added_and_removed_one_by_one(held: Zendesk) -> None:
    assert ask(held, "PUT", f"organizations/{ORG}/tags", {"tags": ["a", "b"]}).json() == {"tags": ["a", "b"]}
    assert ask(held, "DELETE", f"organizations/{ORG}/tags", {"tags": ["b", "c"]}).status_code == 204
    [shown] = ask(held, "GET", f"organizations/show_many?ids={ORG}").json()["organizations"]
    assert shown["tags"] == ["a"]


@pytest.mark.parametrize(("public", "who"), [(False, "agents only"), (True, "everybody reads")])
def test_the_viewer_shows_who_reads_a_comment(held: Zendesk, public: bool, who: str) -> None:
    assert ask(held, "PUT", f"tickets/{OPEN}", note(public, "<b>At</b> risk")).status_code == 200
    change(held, {"id": ORG, "organization_fields": {"seatsignal_band": "seatsignal_band_at_risk"}})
    page = requests.get(f"{held.http}/view/helpdesk", timeout=10).text
    assert who in page
    assert "&lt;b&gt;At&lt;/b&gt; risk" in page
    assert '<span class="band at_risk">At risk</span>' in page
    effects = requests.get(f"{held.http}/ledger", timeout=10).json()["effects"]
    assert [(each["system"], each["action"], each["key"]) for each in effects] == [
        ("helpdesk", "post", "k1"),
        ("helpdesk", "write", f"organization:{ORG}"),
    ]


def test_a_ticket_with_a_comment_is_exported_again(sandbox: Rehearsal, held: Zendesk) -> None:
    ask(held, "PUT", f"tickets/{OPEN}", note(public=False))
    sandbox.set_clock(NOW_S + 120)
    listed = held.read("api/v2/incremental/tickets/cursor", start_time=NOW_S - 10)["tickets"]
    assert [each["id"] for each in listed] == [OPEN]
