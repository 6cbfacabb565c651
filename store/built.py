"""Built: the feature rows of some accounts, made from all of their facts."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Row

from health.features import (
    ChampionFact,
    Commitment,
    EventFact,
    Features,
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
from store.asked import Asked
from store.commitments import commitments
from store.database import day_of
from store.days import Days
from store.reading import Fact
from store.recent import AHEAD
from store.series import Use, use

_T = TypeVar("_T")
_TERM = tuple(Term.__dataclass_fields__)
_SAID = ("customer_type", "country", "region", "language", "currency", "csm_email", "sales_email")


def feature_rows(
    asked: Asked,
    ids: Sequence[int],
    metrics: Collection[str],
    through: date = date.max,
    *,
    uses: Mapping[int, Use] | None = None,
) -> list[Features]:
    """Build the feature rows of some accounts from their facts, which are asked for as a reading has them.

    Days of use after ``through`` are not yet. Those of whom ``uses`` tells are not asked for their days.
    """
    if not ids:
        return []
    of_some = dict(uses or {})
    unread = [account for account in ids if account not in of_some]
    if unread:
        days = Days(asked, unread, metrics, through)
        of_some |= {account: use(days, account) for account in unread}
    known = AccountFacts(asked, ids)
    stated = {account: used.span.stated for account, used in of_some.items()}
    held = commitments(asked, known.terms, stated)
    acts = people.acts(asked, stated, through)
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


def _feature_row(of: Row[int, str], known: AccountFacts, dated: _Dated) -> Features:
    account, key = of
    used, committed, acts, through = dated
    tickets = list(_each(known.tickets, account, _ticket))
    payments = list(_each(known.payments, account, _payment))
    events = list(_each(known.events, account, _event))
    since = recent.since(recent.last(tickets, payments, events, used.span.stated), through)
    seats = known.seats.get(account)
    return Features(
        account=account,
        key=key,
        **_profile(_merged(known.profiles.get(account, ())), key),
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


def _profile(stated: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return who an account is, as its feature row says it; without a name it is called by its key."""
    said = {name: stated.get(name, "") for name in _SAID}
    return {
        **said,
        "name": stated.get("name") or key,
        "timezone": stated.get("timezone", "UTC"),
        "created_on": stated.get("created_on"),
    }


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
