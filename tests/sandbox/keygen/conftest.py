from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from tests.integrations.keygen.account import (
    ACCOUNT,
    SLUG,
    TOKEN,
    Json,
    content,
    event,
    license_,
    machine,
    policy,
    product,
)
from tests.rehearsal import Rehearsal

NOON_S = 1_795_176_000.0  # 2026-11-20T12:00:00Z
MEDIA_TYPE = "application/vnd.api+json"
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Accept": MEDIA_TYPE, "Keygen-Version": "1.8"}


def book(**more: object) -> Json:
    held = {
        "products": [product(n, f"Product {n}") for n in range(1, 6)],
        "policies": [policy(1, "Team", 1, strict=True, maxMachines=5, maxUsers=3)],
        "licenses": [license_(1, 1, "2026-11-01T00:00:00", owner=1, users=2, maxUsers=9)],
        "machines": [
            machine(1, 1, "2026-11-02T00:00:00", cores=4),
            machine(2, 1, "2026-11-03T00:00:00", cores=8, lastHeartbeat="2026-11-20T11:59:00Z"),
            machine(3, 1, "2026-11-20T12:00:01", cores=16),
        ],
        "eventLogs": [
            event(n, 1, "VALID", f"2026-11-{18 + n // 4}T0{n % 4}:00:00", succeeded=n % 2 == 0)
            for n in range(8)
        ],
    }
    return content(**{**held, **more})


@dataclass
class Keygen:
    """Calls the stand-in without a client of ours, so that wrong things can be sent too."""

    sandbox: Rehearsal
    headers: dict[str, str] = field(default_factory=lambda: dict(HEADERS))

    def send(self, listing: str, account: str = SLUG, **query: Any) -> requests.Response:
        url = f"{self.sandbox.http}/keygen/v1/accounts/{account}/{listing}"
        named = {name.replace("__", "[") + "]" * ("__" in name): value for name, value in query.items()}
        return requests.get(url, params=named, headers=self.headers, timeout=10)

    def read(self, listing: str, **query: Any) -> Json:
        answer = self.send(listing, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def hold(self, **more: object) -> None:
        self.sandbox.set_clock(NOON_S)
        self.sandbox.seed("keygen", book(**more))


@pytest.fixture
def keygen(sandbox: Rehearsal) -> Keygen:
    made = Keygen(sandbox)
    made.hold()
    return made


__all__ = ["ACCOUNT", "SLUG", "Keygen", "book"]
