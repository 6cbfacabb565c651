"""A Stripe account in which things happen, and a source that reads it again and again."""

from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice

from health.records import Record, Subscription
from integrations.stripe.client import StripeClient
from integrations.stripe.settings import StripeSettings
from integrations.stripe.source import StripeSource
from sandbox.stripe.routes import KEY
from tests.integrations.stripe.book import NUMBERED, book, event, subscription
from tests.integrations.stripe.made import NOW, TEN, Json, item
from tests.rehearsal import Rehearsal

HOUR, DAY = 3_600, 86_400


@dataclass
class Stripe:
    """A Stripe account in rehearsal, and a source that reads it at an instant."""

    sandbox: Rehearsal
    content: Json = field(default_factory=book)
    at_s: float = NOW
    cursor: str | None = None
    rejects: int = 0
    asked: Counter[str] = field(default_factory=Counter)

    def pull(self, pages: int | None = None) -> list[Record]:
        """Pull at most so many pages, and then break off as a killed process does."""
        self.sandbox.set_clock(self.at_s)
        self.sandbox.seed("stripe", self.content)
        given = {"api_key": KEY, "base_url": f"{self.sandbox.http}/stripe/v1"}
        settings = StripeSettings.model_validate(given)
        found: list[Record] = []
        with closing(StripeSource(settings, clock=lambda: self.at_s)) as source:
            for page in islice(source.pull(self.cursor), pages):
                found += page.records
                self.rejects += page.rejects
                self.cursor = page.cursor
                assert not page.complete
        return found

    def happens(self, *events: Json) -> None:
        self.content = {**self.content, "events": [*self.content["events"], *events]}

    def later(self, seconds: int) -> None:
        self.at_s += seconds


def counted(asked: Counter[str], name: str) -> object:
    whole = getattr(StripeClient, name)

    def ask(self: StripeClient, *arguments: object, **more: object) -> object:
        asked[name] += 1
        return whole(self, *arguments, **more)

    return ask


def bought(number: int, quantity: int, **more: object) -> Json:
    """A subscription with another quantity of ten dollars."""
    told = subscription(number, NUMBERED[number][1])
    new = {**told, "items": {"data": [{**item(TEN, quantity), "id": f"si_{number}"}]}, "currency": "usd"}
    return {**new, "discounts": [], "default_tax_rates": [], **more}


def about(kind: str, told: Json) -> Json:
    return {"object": kind, **told}


def subscription_event(number: int, quantity: int, *, n: int = 100, at_s: int = NOW + 60) -> Json:
    told = about("subscription", bought(number, quantity))
    return event(n, "customer.subscription.updated", told, at_s)


def seats_of(found: list[Record]) -> dict[str, int | None]:
    return {record.subscription_id: record.seats for record in found if isinstance(record, Subscription)}
