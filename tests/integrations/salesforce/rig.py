"""Salesforce as a destination, in rehearsal: tasks for messages, fields of accounts for states."""

from typing import Any

import requests
from msgspec.structs import replace as changed

from health.nouns import Notice
from integrations.errors import Misconfigured
from integrations.salesforce.access import TOKEN_PATH
from integrations.salesforce.fields import FIELDS, WANTED, Field, sent, shown
from templates.render import render
from tests.integrations.rig import Rig, Upset
from tests.integrations.salesforce.org import USERS, row, variables
from tests.rehearsal import Rehearsal
from tests.templates.examples import RECORD, payload

ACCOUNT = "001000000000009001"
FIRST_RECORD = 4_001
KEYS = ("a", "b", "c", "k", "again", "good", "broken0", "broken1", "broken2", "broken3")
"""Keys of the suite's notices: a state of each has an account of its own."""
ROOT = "services/data/v67.0/composite/sobjects"


def described(field: Field) -> dict[str, Any]:
    """A field of ours as the stand-in holds it."""
    is_key = bool(field.form.get("externalId"))
    return {"name": field.name, "type": field.type, "externalId": is_key, "length": field.limit}


def record_of(key: str) -> str:
    """The account that a key's state is written to."""
    return f"001{FIRST_RECORD + KEYS.index(key):015}"


BOOK: dict[str, Any] = {
    "records": {
        "Account": [row(ACCOUNT, Name="Firm"), *(row(record_of(key), Name=f"Firm of {key}") for key in KEYS)],
        "User": [row(user, Email=email, IsActive=True) for user, email in USERS],
    },
    "fields": {
        "Account": [described(each) for each in WANTED["Account"]],
        "Task": [described(each) for each in WANTED["Activity"]],
    },
}


def upsets() -> tuple[Upset, ...]:
    at = {"on": "composite/sobjects"}
    return (
        Upset("401", "sent", "", seen=1, more=at),  # a token that has run out is asked for anew
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
    return Rig(actions=("post",), template="alert_task", **_common(sandbox))


def state_rig(sandbox: Rehearsal) -> Rig:
    """Fields of accounts."""
    return StateRig(actions=("write",), template="record", **_common(sandbox))


class StateRig(Rig):
    """States: each key has an account of its own, since an account has one state."""

    def notice(self, key: str, **changes: str | int | bytes) -> Notice:
        """A first attempt at a state that the destination takes, different for each key."""
        said = payload(changed(RECORD, account_key=key))
        mine = {"kind": "state", "owner": record_of(key), "payload": said, "body": render("record", said)}
        return super().notice(key, **{**mine, **changes})

    def seen(self, key: str) -> int:
        """How often a person has seen this account's fields change."""
        return super().seen(f"account:{record_of(key)}")

    def edit(self, key: str, field: str, value: str) -> None:
        """Change a field there, as a person would."""
        edited = {"attributes": {"type": "Account"}, "id": record_of(key), field: sent(field, value)}
        [saved] = self._ask("PATCH", ROOT, {"records": [edited]})
        assert saved["success"]

    def says(self, key: str) -> dict[str, str | None]:
        """What an account says in our fields."""
        names = [each.name for each in FIELDS.values()]
        [found] = self._ask("POST", f"{ROOT}/Account", {"ids": [record_of(key)], "fields": names})
        return {name: shown(found[name]) or None for name in names}

    def _ask(self, method: str, path: str, body: dict[str, Any]) -> Any:
        who = {"grant_type": "client_credentials"} | {
            name: self.good[f"SEATSIGNAL_SALESFORCE_{name.upper()}"]
            for name in ("client_id", "client_secret")
        }
        token = requests.post(f"{self.base_url}/{TOKEN_PATH}", data=who, timeout=10).json()["access_token"]
        bearer = {"Authorization": f"Bearer {token}"}
        answer = requests.request(method, f"{self.base_url}/{path}", json=body, headers=bearer, timeout=10)
        answer.raise_for_status()
        return answer.json()


def _common(sandbox: Rehearsal) -> dict[str, Any]:
    good = variables(sandbox.http)
    return {
        "sandbox": sandbox,
        "owner": ACCOUNT,
        "upsets": upsets(),
        "system": "crm",
        "faulty": "salesforce",
        "good": good,
        "bad": {"SEATSIGNAL_SALESFORCE_CLIENT_SECRET": "canary-7731"},
        "bad_reason": "no_token",
        "secret": "canary-7731",
        "address": ("SEATSIGNAL_SALESFORCE_BASE_URL", "SEATSIGNAL_SALESFORCE_BASE_URL"),
        "base_url": good["SEATSIGNAL_SALESFORCE_BASE_URL"],
        "entry": TOKEN_PATH,
        "book": BOOK,
    }
