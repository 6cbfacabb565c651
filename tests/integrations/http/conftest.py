"""An API that a test scripts by hand, answer by answer."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import responses
from pydantic import SecretStr

from health.records import Record
from integrations.api.settings import HttpSettings
from integrations.api.source import HttpSource
from integrations.roles import Cursor, Page

NOW_S = 1_781_000_000.0
"""9 June 2026, 10:13 UTC."""
PATIENCE = 50
"""More pages than any test scripts."""
URL = "https://api.customer.example/v1/things"
TICKETS: dict[str, Any] = {
    "url": URL,
    "columns": {"ticket_id": "id", "account_id": "who", "opened_at": {"value": "2026-06-01"}},
}


@dataclass
class Api:
    """What is said at `URL`, and a source that asks for it."""

    mock: responses.RequestsMock
    folder: Path
    pages: list[Page] = field(default_factory=list)

    def says(self, *answers: Any, **more: Any) -> None:
        for answer in answers:
            self.mock.add(responses.GET, URL, json=answer, **more)

    def source(self, kind: str = "tickets", **endpoint: Any) -> HttpSource:
        path = self.folder / "endpoints.yaml"
        path.write_text(json.dumps({kind: {**TICKETS, **endpoint}}, default=str), encoding="utf-8")
        secrets = SecretStr('{"key": "canary-7"}')
        return HttpSource(HttpSettings(endpoints=path, secrets=secrets), clock=lambda: NOW_S)

    def pull(self, cursor: Cursor | None = None, kind: str = "tickets", **endpoint: Any) -> list[Record]:
        self.pages = []
        with closing(self.source(kind, **endpoint)) as source:
            for page in source.pull(cursor):
                self.pages.append(page)
                assert len(self.pages) < PATIENCE, "the pull has no end"
        return [record for page in self.pages for record in page.records]

    @property
    def cursor(self) -> Cursor | None:
        return self.pages[-1].cursor

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The parameters of each request."""
        return [dict(call.request.params) for call in self.mock.calls]  # type: ignore[union-attr]  # of responses


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield Api(mock, tmp_path)
