"""Calls that are not the vendor's, too old, or the vendor's again: none is taken, and none twice."""

import os
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from unittest.mock import patch

import requests

from dashboard.app import create_app
from dashboard.webhooks import Hooks
from integrations import registry
from integrations.errors import Rejected
from integrations.roles import Webhook
from integrations.stripe import webhook as stripe
from store import inbox
from store.database import Database
from tests.chaos.security.measured import Tally
from tests.chaos.verdict import Verdict
from tests.dashboard.conftest import COMPANY, served
from tests.integrations.stripe.webhook_rig import event
from tests.integrations.test_every_webhook import mutated
from tests.integrations.webhook_rig import Delivery, WebhookRig, webhook_rig

NOW = 1_800_000_000
SECRET, OLD, OTHER = "whsec_canary_1", "whsec_canary_2", "whsec_canary_3"
AT_ONCE = 8
SAMPLE = 200
"""Tries of a control."""


@contextmanager
def opened(vendor: str, *, rotating: bool = False) -> Iterator[tuple[WebhookRig, Webhook]]:
    """A vendor's webhook at the instant `NOW`, with one secret or with two."""
    rig = webhook_rig(vendor)
    keys = {rig.secret: SECRET} | ({rig.old: OLD} if rotating else {})
    variables = {**rig.good, **{name: rig.as_set(key) for name, key in keys.items()}}
    with patch.dict(os.environ, variables):
        yield rig, registry.webhook(vendor, clock=lambda: NOW)


def taken(webhook: Webhook, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether a call is taken for the vendor's."""
    with suppress(Rejected):
        return bool(webhook.verify(headers, body))
    return False


def mutations(size: int, seed: int) -> Verdict:
    """Change so many bodies and headers; try each second around the edges; rotate secrets."""
    tally = Tally("webhooks, mutated", seed=seed)
    for vendor in registry.WEBHOOKS:
        tally.count(accepted(vendor, size, seed), size)
        for wrong in (*untimely(vendor), *foreign(vendor)):
            tally.count(int(wrong))
    with patch.object(stripe.hmac, "compare_digest", lambda *_: True):
        unread = accepted("stripe", SAMPLE, seed)
    with patch.object(stripe, "TOLERANCE_S", 10**6):
        unhurried = sum(untimely("stripe"))
    return tally.verdict(size).against({"no_comparison": unread, "no_clock": unhurried})


def accepted(vendor: str, size: int, seed: int) -> int:
    """How many of so many changed calls are taken."""
    chance, found = random.Random(seed), 0
    with opened(vendor, rotating=True) as (rig, webhook):
        for number in range(size):
            delivery = rig.deliveries[number % len(rig.deliveries)]
            headers = rig.sign(delivery.body, NOW, SECRET if number % 3 else OLD)
            found += taken(webhook, *_changed(chance, headers, delivery))
    return found


def _changed(
    chance: random.Random, headers: Mapping[str, str], delivery: Delivery
) -> tuple[Mapping[str, str], bytes]:
    if chance.random() < 0.5:
        return headers, mutated(chance, delivery.body)
    name = chance.choice(sorted(headers))
    changed = mutated(chance, headers[name].encode()).decode("latin-1")
    return {**headers, name: changed}, delivery.body


def untimely(vendor: str) -> Iterator[bool]:
    """Whether a call is taken that is too old or too new, or refused that is neither, for each second."""
    with opened(vendor) as (rig, webhook):
        delivery, edge = rig.deliveries[0], rig.tolerance_s
        if edge is None:  # no time is signed
            return
        for skew_s in range(-edge - 60, edge + 61):
            is_taken = taken(webhook, rig.sign(delivery.body, NOW + skew_s, SECRET), delivery.body)
            yield is_taken is not (abs(skew_s) <= edge)


def foreign(vendor: str) -> Iterator[bool]:
    """Whether a secret is taken that is none, or refused that is one, before, while and after it changes."""
    known = ((False, {SECRET}), (True, {SECRET, OLD}))
    for rotating, good in known:
        with opened(vendor, rotating=rotating) as (rig, webhook):
            for delivery in rig.deliveries:
                for secret in (SECRET, OLD, OTHER, ""):
                    is_taken = taken(webhook, rig.sign(delivery.body, NOW, secret), delivery.body)
                    yield is_taken is not (secret in good)


def replays(database: Database, events: int) -> Verdict:
    """Send each of so many events eight times at once, over HTTP, to an empty database."""
    tally = Tally("webhooks, replayed", database.dialect)
    tally.count(_off_by(replayed(database, range(events))), events * AT_ONCE)
    controls = range(events, events + 2)
    with patch.object(inbox, "append", lambda *_: True):
        again = _off_by(replayed(database, controls))
    return tally.verdict(events * AT_ONCE).against({"no_table_of_events": again})


def replayed(database: Database, numbers: range) -> list[int]:
    """How often each event was rung for, times how often it was kept if that is more than once."""
    rung: list[str] = []
    bodies = [event(f"evt_{number}", "customer.updated", {"object": "customer"}) for number in numbers]
    with opened("stripe") as (rig, webhook):
        app = create_app(database, COMPANY, Hooks(lambda _: webhook, rung.append))
        with served(app) as url, ThreadPoolExecutor(AT_ONCE) as pool, requests.Session() as session:
            session.trust_env = False

            def post(body: bytes) -> int:
                headers = dict(rig.sign(body, NOW, SECRET))
                answer = session.post(f"{url}/webhooks/stripe", data=body, headers=headers, timeout=30)
                answer.raise_for_status()
                return answer.status_code

            counts = []
            for body in bodies:
                before = len(rung)
                list(pool.map(post, [body] * AT_ONCE))
                counts.append(len(rung) - before)
    with database.read() as connection:
        kept = Counter(call.body for call in inbox.waiting(connection, "stripe", 10**6))
    return [count * max(1, kept[body]) for count, body in zip(counts, bodies, strict=True)]


def _off_by(counts: list[int]) -> int:
    return sum(abs(count - 1) for count in counts)
