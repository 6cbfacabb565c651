"""What a CRM is asked when a tenth of a large book changed, and when nothing did: counted where it answers.

The whole way is walked: a run judges every account, states that say something new are planned and
released, claimed, rendered, sent over HTTP and settled.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from unittest.mock import patch

import requests
from msgspec import json
from sqlalchemy import Connection, bindparam, insert, select, update

from benchmarks import databases
from benchmarks.book import deployed, fill, judge_all, multiply
from benchmarks.crms import CRMS, HUBSPOT, Crm
from benchmarks.measure import Result
from health.features import Features
from store import features, outbox, sources, states
from store.database import Database
from store.installation import set_setting
from store.tables import bodies, links, notices, source_accounts
from templates.render import render
from tests.rehearsal import Rehearsal, start_sandbox
from worker.deliver import deliver
from worker.deployment import Deployment

MODELS = 100
ACCOUNTS = 100_000
CHANGED = 10_000
DEARER_MINOR = 1_000


class WrongRecords(Exception):  # noqa: N818 - named by what happened
    """Others were written than those that changed, so that counting calls says nothing."""


def results() -> Iterator[Result]:
    """Yield the figures of this group."""
    for crm in CRMS:
        yield from _asked(crm)


def _asked(crm: Crm) -> Iterator[Result]:
    """Yield what one CRM is asked. Lines of HubSpot, the first there was, do not name it."""
    name = "" if crm is HUBSPOT else f"_{crm.name}"
    with (
        databases.sqlite() as database,
        _standing_in(crm) as there,
        _written_before(database, crm, there) as deployment,
    ):
        _change(database)
        calls = _run(deployment, crm, there)
        _check(crm, there)
        against = f"{CHANGED:,} changed records, {crm.batch} at a time, looked at and written"
        yield _compared(f"calls_changed{name}", calls, against, 2 * CHANGED // crm.batch)
        calls = _run(deployment, crm, there)
        _check(crm, there)
        yield _compared(f"calls_unchanged{name}", calls, "no call", 0)


def _compared(name: str, calls: int, against: str, least: int) -> Result:
    """Compare calls with the fewest that will do."""
    return Result(name, calls, "calls", against, calls / max(least, 1), min(least, 1), at_most=True)


# -- the CRM -----------------------------------------------------------------------------------------


@contextmanager
def _standing_in(crm: Crm) -> Iterator[Rehearsal]:
    """Yield a stand-in in a process of its own, and let settings name it."""
    with start_sandbox() as there:
        named = {**crm.variables, "BASE_URL": f"{there.http}/{crm.name}"}
        prefix = f"SEATSIGNAL_{crm.name.upper()}"
        with patch.dict(os.environ, {f"{prefix}_{name}": value for name, value in named.items()}):
            yield there


def _calls(crm: Crm, there: Rehearsal) -> int:
    return int(requests.get(f"{there.http}/{crm.name}/traffic", timeout=10).json()["calls"])


def _check(crm: Crm, there: Rehearsal) -> None:
    """Raise `WrongRecords` unless people saw each record that changed written once, and no other."""
    seen = sorted(effect["account"] for effect in there.ledger(system="crm")["effects"])
    if seen != sorted(map(crm.record, _changing())):
        raise WrongRecords(f"{len(seen):,} records were written, and {CHANGED:,} changed")


# -- the book ----------------------------------------------------------------------------------------


@contextmanager
def _written_before(database: Database, crm: Crm, there: Rehearsal) -> Iterator[Deployment]:
    """Yield a live deployment that has judged every account, and whose CRM has taken every state."""
    fill(database, MODELS)
    multiply(database, ACCOUNTS)
    _link(database, crm)
    deployment = deployed(database)
    deployment.routes = deployment.routes.model_copy(update={"record": crm.name})
    judge_all(deployment)
    with database.write() as connection:
        states.keep_written(
            connection, [owed for owed in outbox.owed_notices(connection) if owed.kind == "state"]
        )
        connection.execute(update(notices).values(status="sent"))
        there.seed(crm.name, crm.book(ACCOUNTS, _keep_bodies(connection, crm)))
    yield deployment
    deployment.destination(crm.name).close()
    deployment.database.close()


def _keep_bodies(connection: Connection, crm: Crm) -> dict[int, dict[str, str]]:
    """Keep the words of what was written to those that will change, and return by account what it says."""
    keys = notices.c.account.in_(list(_changing()))
    rows = connection.execute(select(notices).where(keys, notices.c.kind == "state")).all()
    worded = {row: render(row.template, row.payload) for row in rows}
    hashed = [
        {"notice": row.id, "hash": sha256(body).hexdigest(), "body": body} for row, body in worded.items()
    ]
    kept = insert(bodies).prefix_with("OR IGNORE").values(hash=bindparam("hash"), body=bindparam("body"))
    connection.execute(kept, hashed)
    ours = update(notices).where(notices.c.id == bindparam("notice"))
    connection.execute(ours.values(body=bindparam("hash")), hashed)
    return {row.account: crm.written(json.decode(body)["fields"]) for row, body in worded.items()}


def _link(database: Database, crm: Crm) -> None:
    """Let the CRM know every account, and the installation be live."""
    ids = range(1, ACCOUNTS + 1)
    known = [{"id": ACCOUNTS + n, "source": crm.name, "external_id": crm.record(n)} for n in ids]
    linked = [{"source_account": ACCOUNTS + n, "account": n, "from_batch": 1} for n in ids]
    with database.write() as connection:
        sources.register(connection, crm.name)
        set_setting(connection, "live_since_ms", "1")
        connection.execute(insert(source_accounts), known)
        connection.execute(insert(links), linked)


def _changing() -> range:
    """The accounts that change: every tenth, so that each chunk of the run has some."""
    return range(1, ACCOUNTS + 1, ACCOUNTS // CHANGED)


def _change(database: Database) -> None:
    """Let some accounts pay more: the verdict's figures move, and no band does."""
    changing = frozenset(_changing())
    with database.read() as connection:
        models = features.stored(connection, 1, ACCOUNTS, run=1, stale_only=False)
        dearer = [_dearer(found) for found in models if found.account in changing]
    with database.write() as connection:
        features.keep(connection, dearer)


def _dearer(found: Features) -> Features:
    terms = tuple(replace(term, mrr_minor=(term.mrr_minor or 0) + DEARER_MINOR) for term in found.terms)
    return replace(found, terms=terms)


def _run(deployment: Deployment, crm: Crm, there: Rehearsal) -> int:
    """Judge every account, deliver what that owes the CRM, and return the calls this took."""
    before = _calls(crm, there)
    judge_all(deployment)
    while deliver(deployment, crm.name).more:
        pass
    return _calls(crm, there) - before
