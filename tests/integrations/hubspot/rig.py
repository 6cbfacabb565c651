"""HubSpot as a destination, in rehearsal: tasks for messages, fields of companies for states."""

from typing import Any

import requests
from msgspec import to_builtins
from msgspec.structs import replace as changed

from health.nouns import Notice
from integrations.errors import Misconfigured
from integrations.hubspot.properties import FIELDS, GROUP, WANTED
from templates.render import render
from tests.integrations.hubspot.account import OWNER, OWNERS, TOKEN, held, variables
from tests.integrations.rig import Rig, Upset
from tests.rehearsal import Rehearsal
from tests.templates.examples import RECORD, payload

COMPANY = "9001"
FIRST_RECORD = 4_001
KEYS = ("a", "b", "c", "k", "again", "good", "broken0", "broken1", "broken2", "broken3")
"""Keys of the suite's notices: a state of each has a company of its own."""

BOOK: dict[str, Any] = {
    "owners": [{"id": owner, "email": email, **OWNER} for owner, email in OWNERS],
    "companies": [
        held(COMPANY, {"name": "Firm"}),
        *(held(str(FIRST_RECORD + at), {"name": f"Firm of {key}"}) for at, key in enumerate(KEYS)),
    ],
    "groups": {kind: [to_builtins(GROUP)] for kind in WANTED},
    "properties": {kind: to_builtins(definitions) for kind, definitions in WANTED.items()},
}


def upsets(on: str) -> tuple[Upset, ...]:
    at = {"on": on}
    return (
        Upset("401", Misconfigured, "unauthorized", more=at),
        Upset("403", Misconfigured, "forbidden", more=at),
        Upset("429", "retry", "rate_limited", more={"retry_after": 7, **at}),
        Upset("429_bare", "retry", "rate_limited", more=at),
        Upset("500", "retry", "status_500", more=at),
        Upset("html", "retry", "not_json", more=at),
        Upset("truncated", "retry", "not_json", seen=1, more=at),
        Upset("drop_answer", "retry", "connection_lost", seen=1, more=at),
        Upset("refuse", "retry", "connection_lost", more=at),
        Upset("hang", "retry", "timeout", more=at),
    )


def rig(sandbox: Rehearsal) -> Rig:
    """Tasks."""
    return Rig(
        actions=("post",), template="alert_task", owner=COMPANY, upsets=upsets("tasks"), **_common(sandbox)
    )


def state_rig(sandbox: Rehearsal) -> Rig:
    """Fields of companies."""
    return StateRig(
        actions=("write",), template="record", owner=COMPANY, upsets=upsets("companies"), **_common(sandbox)
    )


class StateRig(Rig):
    """States: each key has a company of its own, since a company has one state."""

    def notice(self, key: str, **changes: str | int | bytes) -> Notice:
        """A first attempt at a state that the destination takes, different for each key."""
        said = payload(changed(RECORD, account_key=key))
        mine = {"kind": "state", "owner": record_of(key), "payload": said, "body": render("record", said)}
        return super().notice(key, **{**mine, **changes})

    def seen(self, key: str) -> int:
        """How often a person has seen this company's fields change."""
        return super().seen(f"company:{record_of(key)}")

    def edit(self, key: str, field: str, value: str) -> None:
        """Change a property there, as a person would."""
        self._ask("update", [{"id": record_of(key), "properties": {field: value}}])

    def says(self, key: str) -> dict[str, str | None]:
        """What a company says in our properties."""
        names = [each.name for each in FIELDS.values()]
        more = {"properties": names, "propertiesWithHistory": []}
        [found] = self._ask("read", [{"id": record_of(key)}], **more)["results"]
        said: dict[str, str | None] = found["properties"]
        return {name: said[name] for name in names}

    def _ask(self, what: str, inputs: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        answer = requests.post(
            f"{self.base_url}/crm/objects/2026-03/companies/batch/{what}",
            json={"inputs": inputs, **more},
            headers={"Authorization": f"Bearer {TOKEN}"},
            timeout=10,
        )
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


def record_of(key: str) -> str:
    """The company that a key's state is written to."""
    return str(FIRST_RECORD + KEYS.index(key))


def _common(sandbox: Rehearsal) -> dict[str, Any]:
    good = variables(sandbox.http)
    return {
        "sandbox": sandbox,
        "system": "crm",
        "faulty": "hubspot",
        "good": good,
        "bad": {"SEATSIGNAL_HUBSPOT_TOKEN": "pat-canary-7731"},
        "bad_reason": "unauthorized",
        "secret": "pat-canary-7731",
        "address": ("SEATSIGNAL_HUBSPOT_BASE_URL", "SEATSIGNAL_HUBSPOT_BASE_URL"),
        "base_url": good["SEATSIGNAL_HUBSPOT_BASE_URL"],
        "book": BOOK,
    }
