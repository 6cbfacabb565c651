"""What two billing systems say, as it is stored: on both databases, through the pipeline that pulls."""

import json
from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import func, select

from integrations.chargebee.settings import ChargebeeSettings
from integrations.chargebee.source import ChargebeeSource
from integrations.stripe.settings import StripeSettings
from integrations.stripe.source import StripeSource
from integrations.stripe.webhook import StripeWebhook
from sandbox.chargebee.routes import KEY as CHARGEBEE_KEY
from sandbox.stripe.routes import KEY as STRIPE_KEY
from store import inbox
from store.tables import facts
from tests.integrations.chargebee import site
from tests.integrations.chargebee.made import NOW
from tests.integrations.stripe.account import about, bought
from tests.integrations.stripe.book import customer, event
from tests.integrations.stripe.cases import CASES
from tests.rehearsal import Rehearsal, start_sandbox
from worker.deployment import Deployment
from worker.listings import Retired
from worker.pipeline import Pulled, pull

MINUTE, HOUR, DAY = 60, 3_600, 86_400


@pytest.fixture(scope="module")
def started() -> Iterator[Rehearsal]:
    with start_sandbox({}) as running:
        yield running


@pytest.fixture
def sandbox(started: Rehearsal) -> Rehearsal:
    started.reset()
    return started


@pytest.fixture
def deployment(deployment_on_both: Deployment) -> Deployment:
    return deployment_on_both


def count(deployment: Deployment, kind: str) -> int:
    with deployment.database.read() as connection:
        return connection.execute(select(func.count()).select_from(facts[kind])).scalar_one()


def term(deployment: Deployment, subscription: str) -> tuple[str, int, bool]:
    """Status, seats and whether it renews."""
    table = facts["subscriptions"]
    asked = select(table.c.status, table.c.seats, table.c.auto_renew)
    with deployment.database.read() as connection:
        found = connection.execute(asked.where(table.c.subscription_id == subscription)).one()
    return found.status, found.seats, bool(found.auto_renew)


def of_chargebee(deployment: Deployment, sandbox: Rehearsal, content: object, at_s: int) -> Pulled:
    sandbox.set_clock(at_s)
    sandbox.seed("chargebee", content)
    base_url = f"{sandbox.http}/chargebee/api/v2"
    given = {"site": "invented-test", "api_key": CHARGEBEE_KEY, "base_url": base_url}
    with closing(ChargebeeSource(ChargebeeSettings.model_validate(given), clock=lambda: at_s)) as source:
        deployment.use_source("chargebee", source)
        return pull(deployment, "chargebee")


def test_what_chargebee_says_is_stored_and_kept_as_it_is_there(
    deployment: Deployment, sandbox: Rehearsal
) -> None:
    first = of_chargebee(deployment, sandbox, site.book(), NOW)
    assert (first.failure, first.rejects) == ("", 0)
    assert count(deployment, "subscriptions") == len(site.NUMBERED)
    addresses = count(deployment, "contacts")
    assert term(deployment, "sub_0000") == ("active", 25, True)

    moved = site.customer(1, email="new@customer1.example", updated_at=NOW + MINUTE)
    deleted = site.subscription(0, site.NUMBERED[0][1], deleted=True, updated_at=NOW + MINUTE)
    later = site.book(customers=[moved], subscriptions=[deleted])
    second = of_chargebee(deployment, sandbox, later, NOW + HOUR)
    assert (second.failure, second.retired) == ("", ())
    assert count(deployment, "contacts") == addresses + 1
    assert term(deployment, "sub_0000") == ("cancelled", 25, False)

    third = of_chargebee(deployment, sandbox, later, NOW + DAY)
    assert third.retired == (Retired("contacts", stood=addresses + 1, absent=1),)
    assert count(deployment, "contacts") == addresses


def changed(n: int, quantity: int, at_s: int) -> dict[str, object]:
    return event(n, "customer.subscription.updated", about("subscription", bought(0, quantity)), at_s)


def call(told: dict[str, object]) -> bytes:
    """An event as Stripe delivers it."""
    subscription = bought(0, 0)
    whole = json.loads(json.dumps(told))
    shown = whole["data"]["object"]
    shown["items"] = {"object": "list", "has_more": False, **(shown.get("items") or subscription["items"])}
    return json.dumps({**whole, "object": "event"}).encode()


def of_stripe(
    deployment: Deployment, sandbox: Rehearsal, at_s: int, events: list[dict[str, object]], *calls: bytes
) -> Pulled:
    sandbox.set_clock(at_s)
    customers, sold = [customer(0, CASES[0])], [bought(0, 1)]
    content = {"customers": customers, "subscriptions": sold, "events": events, "calls_per_second": 10_000}
    sandbox.seed("stripe", content)
    given = {"api_key": STRIPE_KEY, "base_url": f"{sandbox.http}/stripe/v1", "webhook_secret": "whsec_1"}
    settings = StripeSettings.model_validate(given)
    with deployment.database.write() as connection:
        for number, body in enumerate(calls):
            assert inbox.append(connection, "stripe", f"evt_{at_s}_{number}", body)
    with closing(StripeSource(settings, clock=lambda: at_s)) as source:
        deployment.use_source("stripe", source)
        deployment.use_webhook("stripe", StripeWebhook(settings, clock=lambda: at_s))
        return pull(deployment, "stripe")


def test_a_call_of_stripe_that_comes_a_day_late_overwrites_nothing(
    deployment: Deployment, sandbox: Rehearsal
) -> None:
    older, newer = changed(1, 10, NOW + MINUTE), changed(2, 20, NOW + 2 * MINUTE)
    of_stripe(deployment, sandbox, NOW, [])
    assert term(deployment, "sub_0000") == ("active", 1, True)
    of_stripe(deployment, sandbox, NOW + 3 * MINUTE, [older, newer], call(newer), call(older))
    assert term(deployment, "sub_0000") == ("active", 20, True)
    of_stripe(deployment, sandbox, NOW + DAY, [older, newer])
    late = of_stripe(deployment, sandbox, NOW + DAY + HOUR, [older, newer], call(older))
    assert (late.failure, late.rejects) == ("", 0)
    assert term(deployment, "sub_0000") == ("active", 20, True)
    with deployment.database.read() as connection:
        assert inbox.called(connection) == []
