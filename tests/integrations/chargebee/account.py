"""A Chargebee site in which things happen, and a source that reads it again and again."""

from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice

from health.records import Record, Subscription
from integrations.chargebee.settings import ChargebeeSettings
from integrations.chargebee.source import ChargebeeSource
from integrations.roles import Page
from sandbox.chargebee.routes import KEY
from tests.integrations.chargebee.made import NOW, Json
from tests.integrations.chargebee.site import book
from tests.rehearsal import Rehearsal

HOUR, DAY = 3_600, 86_400


@dataclass
class Chargebee:
    """A site in rehearsal, and a source that reads it at an instant."""

    sandbox: Rehearsal
    content: Json = field(default_factory=book)
    at_s: float = NOW
    cursor: str | None = None
    pages: list[Page] = field(default_factory=list)

    def pull(self, pages: int | None = None) -> list[Record]:
        """Pull at most so many pages, and then break off as a killed process does."""
        self.sandbox.set_clock(self.at_s)
        self.sandbox.seed("chargebee", self.content)
        base_url = f"{self.sandbox.http}/chargebee/api/v2"
        given = {"site": "invented-test", "api_key": KEY, "base_url": base_url}
        settings = ChargebeeSettings.model_validate(given)
        found: list[Record] = []
        self.pages = []
        with closing(ChargebeeSource(settings, clock=lambda: self.at_s)) as source:
            for page in islice(source.pull(self.cursor), pages):
                found += page.records
                self.pages.append(page)
                self.cursor = page.cursor
        return found

    def happens(self, **newer: Json) -> None:
        """One thing of a kind is otherwise from its ``updated_at`` on."""
        self.content |= {name: [*self.content[name], row] for name, row in newer.items()}

    def later(self, seconds: int) -> None:
        self.at_s += seconds


def seats_of(found: list[Record]) -> dict[str, int | None]:
    return {record.subscription_id: record.seats for record in found if isinstance(record, Subscription)}
