"""Nudges: since when each is sent, and the facts that they alone go by."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Table, func, literal_column, or_, select, update

from health.nouns import Notice
from store.among import among
from store.database import day_of, now_ms
from store.outbox import BY_HAND, standing
from store.tables import facts, letter_starts, links, notices
from store.upsert import insert

PAUSE_DAYS = 7
"""A letter that was not sent for longer begins anew."""
FAILED = "failed"
_DAY_MS = 86_400_000


class Attempt(NamedTuple):
    """A step of activation that somebody tried; ``done`` unless it failed."""

    step: str
    done: bool


class Licence(NamedTuple):
    """A licence: its product, status in small letters, and the day from which it no longer holds."""

    product: str
    status: str
    expires_on: date | None


class Purchase(NamedTuple):
    """A subscription: what it is of, its status in small letters, and when it was bought, else began."""

    subscription: str
    product: str
    status: str
    bought_on: date


def begin(connection: Connection, letters: Collection[str], today: date) -> None:
    """Remember that letters are sent on a day, and since when; one that was paused begins anew."""
    if not letters:
        return
    t = letter_starts
    rows = [{"letter": letter, "since": today, "last_on": today} for letter in sorted(letters)]
    connection.execute(insert(connection, t).values(rows).on_conflict_do_nothing())
    sent = update(t).where(t.c.letter.in_(letters))
    paused = t.c.last_on < today - timedelta(days=PAUSE_DAYS)
    connection.execute(sent.where(paused).values(since=today))
    connection.execute(sent.where(t.c.last_on < today).values(last_on=today))


def begun(connection: Connection) -> dict[str, date]:
    """Return since when letters are sent, by their names."""
    return {row.letter: row.since for row in connection.execute(select(letter_starts))}


def attempts(connection: Connection, first: int, last: int, as_of: date) -> Mapping[int, list[Attempt]]:
    """Return the steps of activation that were tried up to a day, by account of a key range."""
    table = facts["activation_steps"]
    found: dict[int, list[Attempt]] = defaultdict(list)
    query = _of(table, "step", "outcome", "at_ms").where(links.c.account.between(first, last))
    for row in connection.execute(query):
        if day_of(row.at_ms) <= as_of:
            found[row.account].append(Attempt(row.step, (row.outcome or "").lower() != FAILED))
    return found


def licences(connection: Connection, first: int, last: int) -> Mapping[int, list[Licence]]:
    """Return all licences, by account of a key range."""
    table = facts["licences"]
    found: dict[int, list[Licence]] = defaultdict(list)
    query = _of(table, "product", "status", "expires_on").where(links.c.account.between(first, last))
    for row in connection.execute(query):
        status = (row.status or "").lower()
        found[row.account].append(Licence(row.product or "", status, row.expires_on))
    return found


def purchases(connection: Connection, first: int, last: int) -> Mapping[int, list[Purchase]]:
    """Return all subscriptions, each by its first term, by account of a key range."""
    names = ("subscription_id", "product", "status", "purchased_ms", "started_on", "term_start")
    query = _of(facts["subscriptions"], *names).where(links.c.account.between(first, last))
    found: dict[tuple[int, str], Purchase] = {}
    for row in connection.execute(query):
        bought = day_of(row.purchased_ms) if row.purchased_ms is not None else row.started_on
        key = row.account, row.subscription_id
        each = Purchase(
            row.subscription_id, row.product or "", (row.status or "").lower(), bought or row.term_start
        )
        found[key] = min(each, found.get(key, each), key=lambda purchase: purchase.bought_on)
    by_account: dict[int, list[Purchase]] = defaultdict(list)
    for (account, _subscription), each in found.items():
        by_account[account].append(each)
    return by_account


class Lately(NamedTuple):
    """How many letters a person, and an account, were sent of late, or are being sent before another."""

    to_contact: int
    to_account: int


def lately(
    connection: Connection, letters: Sequence[Notice], templates: Collection[str], days: int
) -> Mapping[int, Lately]:
    """Return how many of some letters the reader and the account of each letter were sent within days.

    Without itself, by the letter's number: two questions for all that a sender has claimed.
    """
    ids = [letter.id for letter in letters]
    ours, other = notices.alias("ours"), notices.alias("other")
    gone = or_(standing(other, "sent", "unknown"), other.c.reason == BY_HAND)
    sent = gone & (other.c.settled_ms > now_ms() - days * _DAY_MS)
    first = or_(other.c.claim != ours.c.claim, other.c.id < ours.c.id)  # of two senders neither goes first
    in_hand = standing(other, "claimed", "sending") & first
    counts = (
        (other.c.kind == literal_column("'message'")) & other.c.template.in_(templates) & or_(sent, in_hand)
    )

    def count(whose: str) -> Mapping[int, int]:
        of_another = (other.c[whose] == ours.c[whose]) & (other.c.id != ours.c.id) & counts
        query = select(ours.c.id, func.count(other.c.id)).select_from(ours).join(other, of_another)
        query = query.where(among(ours.c.id, ids)).group_by(ours.c.id)
        return {row[0]: row[1] for row in connection.execute(query)}

    to_contact, to_account = count("owner"), count("account")
    return {number: Lately(to_contact.get(number, 0), to_account.get(number, 0)) for number in ids}


def _of(table: Table, *names: str) -> Select[Any]:
    """Select columns of current facts, with the account that each belongs to."""
    through = (links.c.source_account == table.c.source_account) & links.c.to_batch.is_(None)
    return select(links.c.account, *(table.c[name] for name in names)).join(links, through)
