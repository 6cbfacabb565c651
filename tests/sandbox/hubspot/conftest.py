from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from tests.rehearsal import Rehearsal

TOKEN = "pat-sandbox-token"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
NOW_S = datetime(2026, 6, 1, 12, tzinfo=UTC).timestamp()
OLD, LATE, FUTURE = "2026-03-01T08:00:00.000Z", "2026-06-01T11:59:50.000Z", "2026-06-01T12:00:01.000Z"
Json = dict[str, Any]


def held(id: int, changed: str = OLD, created: str = OLD, **properties: str) -> Json:  # noqa: A002 - HubSpot's word
    return {"id": str(id), "createdAt": created, "updatedAt": changed, "properties": properties}


def text(name: str, **more: Any) -> Json:
    """A property for a line of text."""
    shape = {"name": name, "label": name, "type": "string", "fieldType": "text", "groupName": "ours"}
    return shape | more


GROUP = [{"name": "ours", "label": "Ours"}]
BAND = {
    "name": "band",
    "label": "Band",
    "type": "enumeration",
    "fieldType": "select",
    "groupName": "ours",
    "options": [{"value": "watch", "label": "Watch"}, {"value": "healthy", "label": "Healthy"}],
}
HEALTH = text("health", type="number", fieldType="number")
DAY = text("renewal", type="date", fieldType="date")
GROWS = text(
    "grows",
    type="bool",
    fieldType="booleancheckbox",
    options=[{"value": "true", "label": "Yes"}, {"value": "false", "label": "No"}],
)
BOOK: Json = {
    "owners": [
        {"id": "71", "email": "robin.vale@seller.example", "firstName": "Robin", "lastName": "Vale"},
        {"id": "72", "email": "noor@seller.example"},
        {"id": "79", "email": "gone@seller.example", "archived": True},
    ],
    "companies": [held(1_000 + at, name=f"Firm {at}", band="watch", health="50") for at in range(12)],
    "groups": {"companies": GROUP, "tasks": GROUP},
    "properties": {
        "companies": [BAND, HEALTH, DAY, GROWS],
        "tasks": [text("seatsignal_key", hasUniqueValue=True)],
    },
}


@dataclass(frozen=True)
class HubSpot:
    """Calls the stand-in by hand, so that wrong things can be sent too."""

    sandbox: Rehearsal
    area: str = "crm/objects/2026-03"

    def send(self, method: str, path: str, **more: Any) -> requests.Response:
        headers = {**BEARER, **more.pop("headers", {})}
        url = f"{self.sandbox.http}/hubspot/{path}"
        return requests.request(method, url, headers=headers, timeout=10, **more)

    def get(self, path: str, **query: str | int) -> Json:
        return dict(self.send("GET", f"{self.area}/{path}", params=query).json())

    def post(self, path: str, body: object) -> requests.Response:
        return self.send("POST", f"{self.area}/{path}", json=body)

    def effects(self) -> list[tuple[str, str, str]]:
        found = self.sandbox.ledger(system="crm")["effects"]
        return [(effect["action"], effect["key"], effect["text"]) for effect in found]


@pytest.fixture
def hubspot(sandbox: Rehearsal) -> HubSpot:
    sandbox.set_clock(NOW_S)
    sandbox.seed("hubspot", BOOK)
    return HubSpot(sandbox)


def ids(answer: Json) -> list[int]:
    return [int(each["id"]) for each in answer["results"]]


def change(number: int, trace: str = "", **properties: str) -> Json:
    traced = {"objectWriteTraceId": trace} if trace else {}
    return {"id": str(number), "properties": properties, **traced}
