"""Zendesk as a destination, in rehearsal: private notes for messages, fields of organizations for states."""

from typing import Any

import requests
from msgspec import to_builtins
from msgspec.structs import replace as changed

from health.nouns import Notice
from integrations.errors import Misconfigured
from integrations.zendesk.fields import AT_RISK, FIELDS, TAGS, shown
from templates.render import render
from tests.integrations.rig import Rig, Upset
from tests.integrations.zendesk.book import SPRING, Org, Request
from tests.rehearsal import Rehearsal
from tests.templates.examples import HELPDESK, NOTE, payload

ADMIN = ("admin@seller.example/token", "zendesk-sandbox-token")
WRONG = "canary-4471-token"
ORGANIZATION = Org(1, SPRING)
TICKET = Request(1, 1, SPRING, SPRING)
KEYS = ("a", "b", "c", "k", "again", "good", "broken0", "broken1", "broken2", "broken3")
"""Keys of the suite's notices: a state of each has an organization of its own."""
ORGS = tuple(Org(100 + at, SPRING) for at in range(len(KEYS)))
DEFINED = [to_builtins(each.definition) for each in FIELDS.values()]
BOOK: dict[str, Any] = {
    "organizations": [each.shown() for each in (ORGANIZATION, *ORGS)],
    "tickets": [TICKET.shown()],
    "organization_fields": DEFINED,
}


def upsets(on: str, *, later: bool) -> tuple[Upset, ...]:
    """Faults of the call that writes; what a job does that nobody heard of is seen ``later``."""
    at = {"on": on}
    return (
        Upset("401", Misconfigured, "unauthorized", more=at),
        Upset("403", Misconfigured, "forbidden", more=at),
        Upset("429", "retry", "rate_limited", more={"retry_after": 7, **at}),
        Upset("429_bare", "retry", "rate_limited", more=at),
        Upset("500", "retry", "status_500", more=at),
        Upset("html", "retry", "not_json", more=at),
        Upset("truncated", "retry", "not_json", seen=0 if later else 1, more=at),
        Upset("drop_answer", "retry", "connection_lost", seen=0 if later else 1, more=at),
        Upset("refuse", "retry", "connection_lost", more=at),
        Upset("hang", "retry", "timeout", more=at),
    )


def rig(sandbox: Rehearsal) -> Rig:
    """Notes."""
    return NoteRig(
        actions=("post",),
        template="note",
        owner=str(TICKET.id),
        upsets=upsets(f"tickets/{TICKET.id}", later=False),
        **_common(sandbox),
    )


def state_rig(sandbox: Rehearsal) -> Rig:
    """Fields of organizations."""
    return StateRig(
        actions=("write",),
        template="helpdesk",
        owner=str(ORGANIZATION.id),
        upsets=upsets("update_many", later=True),
        **_common(sandbox),
    )


class NoteRig(Rig):
    """Notes at one ticket."""

    def notice(self, key: str, **changes: str | int | bytes) -> Notice:
        """A first attempt at a note that the destination takes."""
        said = payload(changed(NOTE, organization=str(ORGANIZATION.id)))
        return super().notice(key, **{"payload": said, "body": render("note", said), **changes})


class StateRig(Rig):
    """States: each key has an organization of its own, since an organization has one state."""

    def notice(self, key: str, **changes: str | int | bytes) -> Notice:
        """A first attempt at a state that the destination takes, different for each key."""
        said = payload(changed(HELPDESK, account_key=key))
        mine = {"kind": "state", "owner": record_of(key), "payload": said, "body": render("helpdesk", said)}
        return super().notice(key, **{**mine, **changes})

    def seen(self, key: str) -> int:
        """How often a person has seen this organization's fields change."""
        return super().seen(f"organization:{record_of(key)}")

    def edit(self, key: str, field: str, value: str) -> None:
        """Change a field there, as a person would."""
        said = value if not value.replace(".", "").isdecimal() else int(float(value))
        rows = [{"id": int(record_of(key)), "organization_fields": {field: said}}]
        job = self._ask("PUT", "organizations/update_many", json={"organizations": rows})["job_status"]
        assert self._ask("GET", f"job_statuses/{job['id']}")["job_status"]["results"][0]["success"]

    def says(self, key: str) -> dict[str, str | None]:
        """What an organization says in our fields."""
        asked = {"ids": record_of(key)}
        [found] = self._ask("GET", "organizations/show_many", params=asked)["organizations"]
        said: dict[str, str | None] = {
            each.key: shown(each.key, found["organization_fields"][each.key]) for each in FIELDS.values()
        }
        return said | {TAGS: " ".join(tag for tag in found["tags"] if tag == AT_RISK)}

    def _ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        url = f"{self.base_url}/api/v2/{path}"
        answer = requests.request(method, url, auth=ADMIN, timeout=10, **more)
        answer.raise_for_status()
        return dict(answer.json())


def record_of(key: str) -> str:
    """The organization that a key's state is written to."""
    return str(ORGS[KEYS.index(key)].id)


def settings(http: str) -> dict[str, str]:
    """Settings by environment variable, for the account in a sandbox."""
    return {
        "SEATSIGNAL_ZENDESK_TOKEN": ADMIN[1],
        "SEATSIGNAL_ZENDESK_EMAIL": ADMIN[0].partition("/")[0],
        "SEATSIGNAL_ZENDESK_BASE_URL": f"{http}/zendesk",
    }


def _common(sandbox: Rehearsal) -> dict[str, Any]:
    good = settings(sandbox.http)
    return {
        "sandbox": sandbox,
        "system": "helpdesk",
        "faulty": "zendesk",
        "good": good,
        "bad": {"SEATSIGNAL_ZENDESK_TOKEN": WRONG},
        "bad_reason": "unauthorized",
        "secret": WRONG,
        "address": ("SEATSIGNAL_ZENDESK_BASE_URL", "SEATSIGNAL_ZENDESK_BASE_URL"),
        "base_url": good["SEATSIGNAL_ZENDESK_BASE_URL"],
        "book": BOOK,
        "needed": ("SEATSIGNAL_ZENDESK_SUBDOMAIN", "SEATSIGNAL_ZENDESK_CLIENT_ID"),
    }
