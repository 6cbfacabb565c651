from dataclasses import dataclass
from typing import Any

import pytest
import requests

from tests.integrations.zendesk.book import NOW_S, seed
from tests.rehearsal import Rehearsal

Json = dict[str, Any]
ADMIN = ("admin@seller.example/token", "zendesk-sandbox-token")
ORGANIZATIONS, TICKETS = "api/v2/incremental/organizations", "api/v2/incremental/tickets/cursor"
RATINGS, MANY, ME = "api/v2/satisfaction_ratings", "api/v2/tickets/show_many", "api/v2/users/me"


@dataclass(frozen=True)
class Zendesk:
    """Calls the stand-in without our client, so that wrong things can be asked too."""

    http: str

    def ask(
        self,
        path: str,
        query: Json | None = None,
        auth: tuple[str, str] | None = ADMIN,
        headers: dict[str, str] | None = None,
    ) -> requests.Response:
        url = f"{self.http}/zendesk/{path}"
        return requests.get(url, params=query, auth=auth, headers=headers, timeout=10)

    def read(self, path: str, **query: Any) -> Json:
        answer = self.ask(path, query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def token(self, **wanted: Any) -> requests.Response:
        body = {
            "grant_type": "client_credentials",
            "client_id": "seatsignal",
            "client_secret": "zendesk-sandbox-secret",
            "scope": "read",
        }
        return requests.post(f"{self.http}/zendesk/oauth/tokens", json=body | wanted, timeout=10)


@pytest.fixture
def zendesk(sandbox: Rehearsal) -> Zendesk:
    sandbox.set_clock(NOW_S)
    sandbox.seed("zendesk", seed())
    return Zendesk(sandbox.http)


def ids(answer: Json, listing: str) -> list[int]:
    return [each["id"] for each in answer[listing]]
