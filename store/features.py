"""Feature rows: built from facts when facts changed, stored packed, read by the chunk.

Where an account has several products or sources, counts of a day are added up.
"""

import json
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, bindparam, false, func, select, true, update

from health.features import (
    ChampionFact,
    Commitment,
    EventFact,
    Features,
    Floats,
    LastSeen,
    LicenceFact,
    LimitFact,
    PaymentFact,
    SurveyFact,
    Term,
    TicketFact,
)
from health.figures.active import Act
from store import people, recent
from store.account_facts import CHAMPION, AccountFacts, Rows
from store.among import among
from store.bulk import blobs
from store.commitments import commitments
from store.database import day_of
from store.days import ONE_DAY, Days
from store.installation import business_day, set_setting, setting
from store.reading import PRESENT, Fact, Reading
from store.recent import AHEAD
from store.series import Use, renewed, use
from store.tables import accounts
from store.tables import features as kept
from store.upsert import insert

IDS_A_QUERY = 500
_HELD = "metrics"
"""The setting that names the metrics which feature rows hold."""
_T = TypeVar("_T")
_TERM = tuple(Term.__dataclass_fields__)


def _pack_extra(value: object) -> object:
    if isinstance(value, array):
        return value.tobytes()
    raise TypeError(type(value))


def _unpack_extra(_kind: type, value: bytes) -> Floats:
    return array("d", value)


_encoder = msgspec.msgpack.Encoder(enc_hook=_pack_extra)
_decoder = msgspec.msgpack.Decoder(Features, dec_hook=_unpack_extra)


def pack(features: Features) -> bytes:
    """Return a feature row as stored."""
    return _encoder.encode(features)


def unpack(packed: bytes) -> Features:
    """Return a stored feature row."""
    return _decoder.decode(packed)


def stored(
    connection: Connection, first: int, last: int, *, run: int, stale_only: bool
) -> Iterator[Features]:
    """Read the feature rows of the accounts in a key range, both ends included, and unpack them one by one.

    An account that a later run than this has judged is left out. With ``stale_only``, only those whose facts
    changed since they were last judged are read.
    """
    query = select(kept.c.packed).join(accounts).order_by(kept.c.account)
    query = query.where(kept.c.account.between(first, last), not_overtaken(run))
    if stale_only:
        query = query.where(accounts.c.touched > accounts.c.judged)
    return map(unpack, blobs(connection, query))


def not_overtaken(run: int) -> ColumnElement[bool]:
    """Say of an account that no later run has judged it: what an earlier one knows is out of date there."""
    return accounts.c.judged_run.is_(None) | (accounts.c.judged_run <= run)


def sample(connection: Connection, size: int, metrics: Collection[str]) -> Iterator[Features]:
    """Yield feature rows of at most ``size`` accounts, evenly spread; what was stale is rebuilt."""
    number = connection.execute(select(func.count()).select_from(accounts)).scalar_one()
    step = max(1, -(-number // size))
    place = (func.row_number().over(order_by=accounts.c.id) - 1).label("at")
    numbered = select(accounts.c.id, place).subquery()
    query = select(numbered.c.id).where(numbered.c.at % step == 0).order_by(numbered.c.id)
    chosen = connection.execute(query).scalars().all()
    for at in range(0, len(chosen), IDS_A_QUERY):
        ids = chosen[at : at + IDS_A_QUERY]
        _rebuild(connection, accounts.c.id.in_(ids), metrics)
        query = select(kept.c.packed).where(kept.c.account.in_(ids))
        yield from map(unpack, blobs(connection, query))


def hold(connection: Connection, metrics: Collection[str]) -> None:
    """Let every feature row be built anew where it is to hold metrics that it has not held so far."""
    before = set(json.loads(setting(connection, _HELD) or "[]"))
    if set(metrics) == before:
        return
    set_setting(connection, _HELD, json.dumps(sorted(metrics)))
    if set(metrics) < before:
        return
    connection.execute(select(accounts.c.id).order_by(accounts.c.id).with_for_update(key_share=True))
    anew = {"reshaped": true(), "restated_from": date.min}
    connection.execute(update(accounts).values(touched=accounts.c.touched + 1, **anew))


def refresh(connection: Connection, first: int, last: int, metrics: Collection[str]) -> int:
    """Rebuild the feature rows in a key range whose facts changed and return how many."""
    return _rebuild(connection, accounts.c.id.between(first, last), metrics)


class _Change(NamedTuple):
    """What became of an account's facts since its feature row was built.

    ``reshaped`` says whether others than days of use changed, ``restated_from`` the first of these that did.
    """

    account: int
    fresh: int
    reshaped: bool
    restated_from: date | None


def _rebuild(connection: Connection, chosen: ColumnElement[bool], metrics: Collection[str]) -> int:
    """Bring the rows of the chosen accounts up to date, which are locked first, in the order of all."""
    c = accounts.c
    stale = select(c.id, c.fresh, c.reshaped, c.restated_from).where(chosen, c.touched > c.fresh)
    stale = stale.order_by(c.id).with_for_update(key_share=True)
    changes = [_Change(*row) for row in connection.execute(stale)]
    if changes:
        advanced, built = _brought_up(connection, changes, metrics)
        keep(connection, [*advanced, *built])
        _name(connection, built)
        now = update(accounts).where(among(connection, c.id, [change.account for change in changes]))
        connection.execute(now.values(fresh=c.touched, reshaped=false(), restated_from=None))
    return len(changes)


def _brought_up(
    connection: Connection, changes: Sequence[_Change], metrics: Collection[str]
) -> tuple[list[Features], list[Features]]:
    """Return the rows of which no more than days of use is read anew, and those that are built anew."""
    through = business_day(connection) + AHEAD
    named = people.named(connection, [each.account for each in changes if not each.reshaped])
    since = {each.account: each.restated_from or date.max for each in changes if each.fresh}
    old = _held(connection, list(since))
    first = {
        account: min(since[account], row.through + ONE_DAY)
        for account, row in old.items()
        if row.through and row.through <= through
    }
    uses = _renewed(connection, [(old[account], day) for account, day in first.items()], metrics, through)
    advanced: list[Features] = []
    others: list[int] = []
    for each in changes:
        used = None if each.reshaped or each.account in named else uses.get(each.account)
        row = None if used is None else recent.advanced(old[each.account], used, through)
        others += [each.account] if row is None else []
        advanced += [] if row is None else [row]
    return advanced, feature_rows(connection, others, metrics, through=through, uses=uses)


def _held(connection: Connection, ids: Sequence[int]) -> dict[int, Features]:
    """Return the feature rows that there are of some accounts."""
    query = select(kept.c.packed).where(among(connection, kept.c.account, ids))
    return {row.account: row for row in map(unpack, blobs(connection, query))}


def _renewed(
    connection: Connection, rows: Iterable[tuple[Features, date]], metrics: Collection[str], through: date
) -> dict[int, Use]:
    """Return the use of the accounts of which the row, and the days from that beside it on, tell it."""
    alike: dict[date, list[Features]] = defaultdict(list)
    for row, since in rows:
        alike[since].append(row)
    found: dict[int, Use] = {}
    for since, of_day in alike.items():
        days = Days(connection, [row.account for row in of_day], metrics, PRESENT, through, since)
        uses = {row.account: renewed(row, days) for row in of_day}
        found |= {account: used for account, used in uses.items() if used is not None}
    return found


def _name(connection: Connection, built: Sequence[Features]) -> None:
    """Give accounts the names that their facts give them."""
    if not built:
        return
    c = accounts.c
    called = update(accounts).where(c.id == bindparam("account"), c.name != bindparam("label"))
    rows = [{"account": row.account, "label": row.name} for row in built]
    connection.execute(called.values(name=bindparam("label")), rows)


def keep(connection: Connection, built: Sequence[Features]) -> None:
    """Store feature rows, in place of those there are."""
    statement = insert(connection, kept)
    statement = statement.on_conflict_do_update(
        index_elements=["account"], set_={"packed": statement.excluded.packed}
    )
    connection.execute(statement, [{"account": f.account, "packed": pack(f)} for f in built])


def feature_rows(
    connection: Connection,
    ids: Sequence[int],
    metrics: Collection[str],
    reading: Reading = PRESENT,
    through: date = date.max,
    *,
    uses: Mapping[int, Use] | None = None,
) -> list[Features]:
    """Build the feature rows of some accounts from their facts: as known now, or at a moment that passed.

    Days of use after ``through`` are not yet. Those of whom ``uses`` tells are not asked for their days.
    """
    if not ids:
        return []
    of_some = dict(uses or {})
    unread = [account for account in ids if account not in of_some]
    if unread:
        days = Days(connection, unread, metrics, reading, through)
        of_some |= {account: use(days, account) for account in unread}
    known = AccountFacts(connection, ids, reading)
    stated = {account: used.span.stated for account, used in of_some.items()}
    held = commitments(connection, reading, known.terms, stated)
    acts = people.acts(connection, reading, stated, through)
    return [
        _feature_row(row, known, _Dated(of_some[row.id], held.get(row.id, ()), acts.get(row.id, ()), through))
        for row in known.accounts
    ]


class _Dated(NamedTuple):
    """What of an account goes by the days of its use, none of them after ``through``."""

    use: Use
    commitments: Sequence[Commitment]
    acts: Sequence[Act]
    through: date


def all_rows(connection: Connection, metrics: Collection[str], through: date) -> Iterator[Sequence[Features]]:
    """Yield the feature rows of every account, some at a time, in order of ids; nothing is written.

    What changed since its row was stored is built anew, and so is everything where rows hold other metrics.
    """
    held = set(metrics) <= set(json.loads(setting(connection, _HELD) or "[]"))
    ids = connection.execute(select(accounts.c.id).order_by(accounts.c.id)).scalars().all()
    for at in range(0, len(ids), IDS_A_QUERY):
        chosen = ids[at : at + IDS_A_QUERY]
        query = select(kept.c.packed).join(accounts).where(kept.c.account.in_(chosen))
        query = query.where(accounts.c.fresh == accounts.c.touched)
        rows = {row.account: row for row in map(unpack, blobs(connection, query))} if held else {}
        stale = [account for account in chosen if account not in rows]
        rows |= {row.account: row for row in feature_rows(connection, stale, metrics, through=through)}
        yield [rows[account] for account in chosen]


def _feature_row(of: Row[int, str], known: AccountFacts, dated: _Dated) -> Features:
    account, key = of
    used, committed, acts, through = dated
    profile = _merged(known.profiles.get(account, ()))
    tickets = list(_each(known.tickets, account, _ticket))
    payments = list(_each(known.payments, account, _payment))
    events = list(_each(known.events, account, _event))
    last = recent.last(tickets, payments, events, used.span.stated)
    since = recent.since(last, through)
    seats = known.seats.get(account)
    return Features(
        account=account,
        key=key,
        name=profile.get("name") or key,
        customer_type=profile.get("customer_type", ""),
        country=profile.get("country", ""),
        region=profile.get("region", ""),
        timezone=profile.get("timezone", "UTC"),
        language=profile.get("language", ""),
        currency=profile.get("currency", ""),
        csm_email=profile.get("csm_email", ""),
        sales_email=profile.get("sales_email", ""),
        created_on=profile.get("created_on"),
        sources=tuple(sorted(known.sources.get(account, ()))),
        terms=tuple(_each(known.terms, account, _term)),
        series=used.series,
        first_used_on=used.span.first,
        last_used_on=used.span.last,
        assigned_seats=_assigned(seats or ()),
        tickets=recent.tickets(tickets, since),
        payments=recent.payments(payments, since),
        limits=tuple(_each(known.limits, account, _limit)),
        events=recent.events(events, since),
        surveys=_latest(_each(known.surveys, account, _survey), through - AHEAD),
        licences=tuple(_each(known.licences, account, _licence)),
        champions=_champions(seats or (), known.contacts.get(account, ()))
        or people.trusted_users(acts, known.champions_named(account) if acts else ()),
        last_seen=_last_seen(seats or (), since) or people.last_seen(acts, since),
        commitments=tuple(committed),
        unknown=tuple(sorted(known.unknown.get(account, ()))),
        stated_on=used.span.stated,
        through=through,
    )


def _merged(rows: Sequence[Fact]) -> dict[str, Any]:
    """Return one profile: of each field the first value that any source states."""
    profile: dict[str, Any] = {}
    for row in rows:
        for name, value in row._mapping.items():  # noqa: SLF001 - the documented way to a row's names
            if value is not None:
                profile.setdefault(name, value)
    return profile


def _each(rows: Rows, account: int, read: Callable[[Fact], _T]) -> Iterable[_T]:
    return (read(row) for row in rows.get(account, ()))


def _term(row: Fact) -> Term:
    columns = row._mapping  # noqa: SLF001 - see above
    return Term(**{name: value for name in _TERM if (value := columns[name]) is not None})


def _ticket(row: Fact) -> TicketFact:
    return TicketFact(
        ticket_id=row.ticket_id,
        opened_on=day_of(row.opened_ms),
        solved_on=day_of(row.solved_ms) if row.solved_ms is not None else None,
        priority=row.priority or "",
        status=row.status or "",
        topic=row.topic or "",
        subject=row.subject or "",
    )


def _payment(row: Fact) -> PaymentFact:
    return PaymentFact(
        invoice_id=row.invoice_id,
        due_on=row.due_on,
        status=row.status or "",
        paid_on=row.paid_on,
        attempts=row.attempts or 0,
        amount_minor=row.amount_minor,
        currency=row.currency or "",
    )


def _limit(row: Fact) -> LimitFact:
    return LimitFact(row.limit, row.used, row.allowed, row.as_of)


def _event(row: Fact) -> EventFact:
    return EventFact(row.kind, day_of(row.at_ms), row.detail)


def _survey(row: Fact) -> SurveyFact:
    return SurveyFact(row.kind, row.score, day_of(row.answered_ms))


def _licence(row: Fact) -> LicenceFact:
    issued, activated = row.issued_ms, row.activated_ms
    if activated is None:
        activated = row.first_validated_ms
    return LicenceFact(
        day_of(issued) if issued is not None else None, day_of(activated) if activated is not None else None
    )


def _assigned(seats: Sequence[Fact]) -> int | None:
    """Return the seats given out; `None` where none is listed, but at most users whom somebody saw."""
    given = sum(seat.assigned_on is not None or seat.activated_ms is None for seat in seats)
    return given or None


def _champions(seats: Sequence[Fact], contacts: Sequence[Fact]) -> tuple[ChampionFact, ...]:
    """Return the champions whose use is known: by the role of their seat, or of the contact they are."""
    named = {contact.subject for contact in contacts if contact.role == CHAMPION}
    return tuple(
        ChampionFact(since, day_of(seat.last_active_ms))
        for seat in seats
        if seat.role == CHAMPION or (seat.subject and seat.subject in named)
        if (since := _since_when(seat)) is not None and seat.last_active_ms is not None
    )


def _last_seen(seats: Sequence[Fact], since: date) -> tuple[LastSeen, ...]:
    """Return by day how many users were last seen on it; who has several seats counts once."""
    latest: dict[tuple[int, str], int] = {}
    for seat in seats:
        if seat.last_active_ms is not None:
            user = (seat.source_account, seat.user_id)
            latest[user] = max(seat.last_active_ms, latest.get(user, seat.last_active_ms))
    days = Counter(map(day_of, latest.values()))
    return tuple(LastSeen(on, days[on]) for on in sorted(days) if on > since)


def _since_when(seat: Fact) -> date | None:
    """Return the day a seat was given out, else the day it was first used."""
    return seat.assigned_on or (day_of(seat.activated_ms) if seat.activated_ms is not None else None)


def _latest(answers: Iterable[SurveyFact], today: date) -> tuple[SurveyFact, ...]:
    """Return the latest answer of each kind, and after them those that are dated ahead, by day."""
    newest: dict[str, SurveyFact] = {}
    ahead: list[SurveyFact] = []
    for answer in sorted(answers, key=lambda a: a.answered_on):
        if answer.answered_on > today:
            ahead.append(answer)
        else:
            newest[answer.kind] = answer
    return (*newest.values(), *ahead)
