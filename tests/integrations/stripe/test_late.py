"""Deliveries that are late, lost, out of order or there twice: after each pull all is as Stripe has it."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from health.records import Record, Subscription
from integrations.stripe.settings import StripeSettings
from integrations.stripe.webhook import StripeWebhook
from tests.integrations.stripe.account import DAY, HOUR, Stripe, about, bought, seats_of
from tests.integrations.stripe.book import customer, event
from tests.integrations.stripe.cases import CASES
from tests.integrations.stripe.made import NOW, Json
from tests.rehearsal import Rehearsal

SOLD = 4
OFF = range(NOW + DAY, NOW + 2 * DAY)
"""When our endpoint takes nothing; Stripe tries again for three days."""
LONGEST_S = 3 * DAY


@dataclass(frozen=True)
class Call:
    """A delivery, and when it arrives."""

    at_s: int
    body: bytes


def changed(chance: random.Random) -> Iterator[Json]:
    """Subscriptions that become larger and smaller, in the order in which that happens."""
    instants = sorted(chance.sample(range(NOW + 1, NOW + 3 * DAY), 60))
    for n, at_s in enumerate(instants):
        told = about("subscription", bought(chance.randrange(SOLD), n))
        yield event(n, "customer.subscription.updated", told, at_s)


def delivered(happened: Sequence[Json], chance: random.Random) -> list[Call]:
    """Some at once, some late, some twice, some never, and none while our endpoint is off."""
    calls = []
    for each in happened:
        for _ in range(chance.choice((0, 1, 1, 2))):
            arrives = each["created"] + chance.choice((1, 5, 700, 2 * HOUR, chance.randrange(LONGEST_S)))
            body = json.dumps(_as_told(each)).encode()
            calls.append(Call(OFF.stop + chance.randrange(DAY) if arrives in OFF else arrives, body))
    return sorted(calls, key=lambda call: call.at_s)


def _as_told(happened: Json) -> Json:
    told = happened["data"]["object"]
    items = {"object": "list", "has_more": False, **told["items"]}
    return {**happened, "object": "event", "data": {"object": {**told, "items": items}}}


@pytest.mark.parametrize(("every_s", "seed"), [(HOUR // 3, 0), (5 * HOUR, 1)])
def test_what_is_stored_is_what_stripe_has_after_each_pull(
    sandbox: Rehearsal, seed: int, every_s: int
) -> None:
    chance = random.Random(seed)
    happened = list(changed(chance))
    calls = delivered(happened, chance)
    stripe = Stripe(sandbox, content=_book(happened))
    stored = _stored({}, stripe.pull())
    heard = 0
    while stripe.at_s < NOW + 6 * DAY:
        before_s = stripe.at_s
        stripe.later(every_s)
        come = [call.body for call in calls if before_s < call.at_s <= stripe.at_s]
        told = [record for body in come for record in webhook(stripe).parse(body)]
        heard += len(told)
        stored = _stored(_stored(stored, told), stripe.pull())
        assert stored == _had(happened, stripe.at_s)
    assert heard or every_s > HOUR, "some were told in time"
    assert stripe.rejects == 0


def webhook(stripe: Stripe) -> StripeWebhook:
    given = {"api_key": "rk_test_canary_5521", "webhook_secret": "whsec_canary_1"}
    return StripeWebhook(StripeSettings.model_validate(given), clock=lambda: stripe.at_s)


def _book(happened: Sequence[Json]) -> Json:
    return {
        "customers": [customer(n, CASES[0]) for n in range(SOLD)],
        "subscriptions": [bought(n, 1_000) for n in range(SOLD)],
        "events": list(happened),
        "calls_per_second": 100_000,
    }


def _stored(stored: dict[str, int | None], records: Sequence[Record]) -> dict[str, int | None]:
    """As a store has them that a pull writes to: the last word counts."""
    return stored | seats_of([record for record in records if isinstance(record, Subscription)])


def _had(happened: Sequence[Json], at_s: float) -> dict[str, int | None]:
    had: dict[str, int | None] = {f"sub_{n:04}": 1_000 for n in range(SOLD)}
    for each in happened:
        if each["created"] <= at_s:
            told = each["data"]["object"]
            had[told["id"]] = told["items"]["data"][0]["quantity"]
    return had
