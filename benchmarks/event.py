"""From a vendor's call to the stored verdict of the one account it speaks of, against a run over all.

The call is a failed invoice of Stripe's: its signature is checked, it is kept, a pull stores what it says and
finds nothing else, and the account is judged anew. The wire and the queue are left out.
"""

import hmac
from collections.abc import Iterator
from hashlib import sha256
from itertools import count

import msgspec
from sqlalchemy import select

from benchmarks import databases
from benchmarks.book import AS_OF, deployed, fill, judge_all, judge_opened, multiply, noon_ms
from benchmarks.measure import Result, rates
from health.records import Payment
from integrations.roles import Clock, Cursor, Page
from integrations.stripe.settings import StripeSettings
from integrations.stripe.webhook import StripeWebhook
from integrations.vitals import Vitals
from store import facts, identity, inbox, sources, verdicts
from store.database import Database
from store.sources import Landed
from store.tables import runs
from worker.deployment import Deployment
from worker.pipeline import pull

MODELS, ACCOUNTS = 100, 10_000
GOAL = 20
"""An event costs at most what 500 accounts of a run over all do."""
WHOSE = "m5000"
"""The key of the account that the events are about, in the middle of the book."""
NOW_S = noon_ms(AS_OF) // 1000
_SECRET = "whsec_bench"  # noqa: S105 - of a vendor that is not there
_numbers = count(1)


class NoVerdict(Exception):  # noqa: N818 - named by what happened
    """An event came to no verdict of its own."""


class Silent:
    """A source that has nothing beside what it called in."""

    vitals = Vitals()

    def check(self) -> None:
        """All is well."""

    def pull(self, cursor: Cursor | None) -> Iterator[Page]:
        """Yield nothing."""
        del cursor
        yield from ()

    def close(self) -> None:
        """Let go of nothing."""


def results() -> Iterator[Result]:
    """Yield the figures of both databases."""
    for name, opened in (("sqlite", databases.sqlite), ("postgresql", databases.postgresql)):
        with opened() as database:
            fill(database, MODELS)
            multiply(database, ACCOUNTS)
            join(database, WHOSE)
            yield _events(name, database)


def join(database: Database, account: str) -> None:
    """Let Stripe know one of the accounts, and state an invoice of it."""
    with database.write() as connection:
        sources.register(connection, "stripe")
        batch = sources.begin_batch(connection, "stripe", None, founding=False)
        facts.store_records(connection, batch, [Payment("in_0", "cus_1", AS_OF, "paid", AS_OF)])
        sources.end_batch(connection, batch, None, Landed(frozenset({"payments"}), 1, None, complete=False))
        identity.link_by_hand(connection, "stripe", "cus_1", account, "benchmark")
        sources.ended(connection, "stripe")


def _events(name: str, database: Database) -> Result:
    deployment = deployed(database)
    webhook = stripe_webhook()
    deployment._sources["stripe"], deployment._webhooks["stripe"] = Silent(), webhook  # noqa: SLF001 - no vendor
    judge_all(deployment)
    _told(deployment, webhook)  # the first one finds statements that were never compiled
    one, every = rates((lambda: _told(deployment, webhook), 1), (lambda: judge_all(deployment), 1))
    deployment.database.close()
    against = f"judging all of {ACCOUNTS:,}"
    return Result(f"event_{name}", 1000 / one, "ms", against, one / every, GOAL)


def _told(deployment: Deployment, webhook: StripeWebhook) -> None:
    """Take a call to the verdict that it leads to."""
    event, body = call(next(_numbers), webhook)
    with deployment.database.write() as connection:
        inbox.append(connection, "stripe", event, body)
    pull(deployment, "stripe")
    judge_opened(deployment)
    with deployment.database.read() as connection:
        last = connection.execute(select(runs.c.id).order_by(runs.c.id.desc()).limit(1)).scalar_one()
        found = verdicts.verdict(connection, WHOSE)
    if found is None or found.run != last:
        raise NoVerdict


def call(number: int, webhook: StripeWebhook, at_s: int = NOW_S) -> tuple[str, bytes]:
    """Return a call's event and body, once its signature has been found right."""
    headers, body = signed(number, at_s)
    return webhook.verify(headers, body), body


def signed(number: int, at_s: int = NOW_S) -> tuple[dict[str, str], bytes]:
    """Return the headers and the body of a call of an instant; one that comes late would say nothing."""
    body = _body(number, at_s)
    signature = hmac.new(_SECRET.encode(), f"{at_s}.".encode() + body, sha256).hexdigest()
    return {"Stripe-Signature": f"t={at_s},v1={signature}"}, body


def stripe_webhook(clock: Clock = lambda: NOW_S) -> StripeWebhook:
    """Return what verifies the calls."""
    settings = StripeSettings.model_validate({"api_key": "rk_bench", "webhook_secret": _SECRET})
    return StripeWebhook(settings, clock=clock)


def _body(number: int, at_s: int) -> bytes:
    invoice = {
        "id": f"in_{number}",
        "object": "invoice",
        "created": at_s,
        "customer": "cus_1",
        "status": "open",
        "currency": "usd",
        "amount_due": 10_000 + number,
        "attempted": True,
        "attempt_count": 2,
    }
    event = {"id": f"evt_{number}", "object": "event", "created": at_s, "type": "invoice.payment_failed"}
    return msgspec.json.encode(event | {"data": {"object": invoice}})
