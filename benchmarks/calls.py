"""What a CRM is asked when a tenth of a large book changed, and when nothing did: counted where it answers.

The whole way is walked: a run judges every account, states that say something new are planned and
released, claimed, rendered, sent over HTTP and settled.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from unittest.mock import patch

import requests
from msgspec import json, to_builtins
from sqlalchemy import Connection, bindparam, insert, select, update

from benchmarks import databases
from benchmarks.book import deployed, fill, judge_all, multiply
from benchmarks.measure import Result
from health.features import Features
from integrations.hubspot.properties import GROUP, WANTED, written
from store import features, outbox, sources, states
from store.database import Database
from store.installation import set_setting
from store.tables import bodies, links, notices, source_accounts
from templates.render import render
from tests.rehearsal import Rehearsal, start_sandbox
from worker.deliver import deliver
from worker.deployment import Deployment

CRM = "hubspot"
MODELS = 100
ACCOUNTS = 100_000
CHANGED = 10_000
BATCH = 100
"""Objects that HubSpot takes in a call: https://developers.hubspot.com/docs/api-reference/latest/crm."""
DEARER_MINOR = 1_000
FIRST_RECORD = 5_000_000
CREATED = "2025-02-03T09:30:00.000Z"


class WrongRecords(Exception):  # noqa: N818 - named by what happened
    """Others were written than those that changed, so that counting calls says nothing."""


def results() -> Iterator[Result]:
    """Yield the figures of this group."""
    with databases.sqlite() as database, _crm() as crm, _written_before(database, crm) as deployment:
        _change(database)
        calls = _run(deployment, crm)
        _check(crm)
        against = f"{CHANGED:,} changed records, {BATCH} at a time, looked at and written"
        yield _compared("calls_changed", calls, against, 2 * CHANGED // BATCH)
        calls = _run(deployment, crm)
        _check(crm)
        yield _compared("calls_unchanged", calls, "no call", 0)


def _compared(name: str, calls: int, against: str, least: int) -> Result:
    """Compare calls with the fewest that will do."""
    return Result(name, calls, "calls", against, calls / max(least, 1), min(least, 1), at_most=True)


# -- the CRM -----------------------------------------------------------------------------------------


@contextmanager
def _crm() -> Iterator[Rehearsal]:
    """Yield a stand-in in a process of its own, and let settings name it."""
    with start_sandbox() as crm:
        named = {"TOKEN": "pat-sandbox-token", "BASE_URL": f"{crm.http}/hubspot"}
        with patch.dict(os.environ, {f"SEATSIGNAL_HUBSPOT_{name}": value for name, value in named.items()}):
            yield crm


def _book(said: Mapping[int, Mapping[str, str]]) -> dict[str, object]:
    """Return a record for every account, with what it says because of us."""
    dated = {"createdAt": CREATED, "updatedAt": CREATED}
    return {
        "companies": [
            {"id": _record_id(account), "properties": _properties(account, said), **dated}
            for account in range(1, ACCOUNTS + 1)
        ],
        "groups": {kind: [to_builtins(GROUP)] for kind in WANTED},
        "properties": {kind: to_builtins(wanted) for kind, wanted in WANTED.items()},
    }


def _properties(account: int, said: Mapping[int, Mapping[str, str]]) -> dict[str, str]:
    ours = said.get(account, {})
    return {"name": f"Firm {account}"} | {name: value for name, value in ours.items() if value}


def _record_id(account: int) -> str:
    return str(FIRST_RECORD + account)


def _calls(crm: Rehearsal) -> int:
    return int(requests.get(f"{crm.http}/hubspot/traffic", timeout=10).json()["calls"])


def _check(crm: Rehearsal) -> None:
    """Raise `WrongRecords` unless people saw each record that changed written once, and no other."""
    seen = sorted(effect["account"] for effect in crm.ledger(system="crm")["effects"])
    if seen != sorted(map(_record_id, _changing())):
        raise WrongRecords(f"{len(seen):,} records were written, and {CHANGED:,} changed")


# -- the book ----------------------------------------------------------------------------------------


@contextmanager
def _written_before(database: Database, crm: Rehearsal) -> Iterator[Deployment]:
    """Yield a live deployment that has judged every account, and whose CRM has taken every state."""
    fill(database, MODELS)
    multiply(database, ACCOUNTS)
    _link(database)
    deployment = deployed(database)
    deployment.routes = deployment.routes.model_copy(update={"record": CRM})
    judge_all(deployment)
    with database.write() as connection:
        states.keep_written(
            connection, [owed for owed in outbox.owed_notices(connection) if owed.kind == "state"]
        )
        connection.execute(update(notices).values(status="sent"))
        crm.seed(CRM, _book(_keep_bodies(connection)))
    yield deployment
    deployment.destination(CRM).close()
    deployment.database.close()


def _keep_bodies(connection: Connection) -> dict[int, dict[str, str]]:
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
    return {row.account: written(json.decode(body)["fields"]) for row, body in worded.items()}


def _link(database: Database) -> None:
    """Let the CRM know every account, and the installation be live."""
    ids = range(1, ACCOUNTS + 1)
    known = [{"id": ACCOUNTS + n, "source": CRM, "external_id": _record_id(n)} for n in ids]
    linked = [{"source_account": ACCOUNTS + n, "account": n, "from_batch": 1} for n in ids]
    with database.write() as connection:
        sources.register(connection, CRM)
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


def _run(deployment: Deployment, crm: Rehearsal) -> int:
    """Judge every account, deliver what that owes the CRM, and return the calls this took."""
    before = _calls(crm)
    judge_all(deployment)
    while deliver(deployment, CRM).more:
        pass
    return _calls(crm) - before
