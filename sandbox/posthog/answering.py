"""The rows that answer a query: what the project's events would show by now."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from sandbox.posthog.book import Day, Happened, PostHogBook, User
from sandbox.posthog.errors import Refused
from sandbox.posthog.hogql import SNAPSHOT_DAYS, Asked, Condition, Count

Values = Mapping[str, str]
Row = list[Any]
_DAY = timedelta(days=1)
_NONE = date(1970, 1, 1)


def columns(asked: Asked) -> list[tuple[str, str]]:
    """The columns of the answer, with their types."""
    if asked.kind == "last_day":
        return [("last_day", "String")]
    if asked.kind == "seats":
        details = [(name, "Nullable(String)") for name in asked.details]
        return [
            ("account", "String"),
            ("who", "String"),
            ("first_day", "String"),
            ("last_ms", "Int64"),
            *details,
        ]
    counts = [(f"m{at}", "Float64" if of.summed else "UInt64") for at, of in enumerate(asked.counts)]
    users = [("active_users", "UInt64"), ("active_users_30d", "UInt64")]
    return [("day", "String"), ("account", "String"), *users, *counts]


def rows(book: PostHogBook, asked: Asked, values: Values, limit: int) -> list[Row]:
    """The first rows. Raises `Refused` for values that the stand-in cannot answer."""
    answers = {"last_day": _last_day, "usage": _usage, "seats": _seats}
    return list(islice(answers[asked.kind](book, asked, values), limit))


def _last_day(book: PostHogBook, asked: Asked, values: Values) -> Iterator[Row]:
    now = datetime.fromisoformat(values["now"]).astimezone(book.zone)
    since = _local(book, values["since"]).date()
    used = (day for day in book.days() if since <= day < now.date() and _anyone(book, asked, values, day))
    yield [max(used, default=_NONE).isoformat()]


def _anyone(book: PostHogBook, asked: Asked, values: Values, day: date) -> bool:
    return _named(book, asked) and any(_kept(asked, values, each) for each in book.on(day))


def _usage(book: PostHogBook, asked: Asked, values: Values) -> Iterator[Row]:
    first, last = date.fromisoformat(values["day"]), date.fromisoformat(values["last"])
    _check_period(book, values, first, last)
    if not _named(book, asked):
        return
    for day in book.days():
        for each in book.on(day) if first <= day <= last else ():
            if each.active_users_30d and (day > first or each.account > values["account"]):
                yield _row(asked, values, each)


def _check_period(book: PostHogBook, values: Values, first: date, last: date) -> None:
    """A day's snapshot needs the 29 days before it, and that day to its end."""
    since, until = _local(book, values["since"]), _local(book, values["until"])
    if since.date() != first - timedelta(days=SNAPSHOT_DAYS - 1) or until.date() != last + _DAY:
        raise Refused("The stand-in counts users of 30 days only over whole windows of 30 days.")


def _row(asked: Asked, values: Values, day: Day) -> Row:
    kept = _kept(asked, values, day)
    counts = [_counted(count, values, kept) for count in asked.counts]
    return [day.day.isoformat(), day.account, day.active_users, day.active_users_30d, *counts]


def _kept(asked: Asked, values: Values, day: Day) -> list[Happened]:
    ignored = {values[name] for name in asked.ignored}
    return [each for each in day.events if each.event not in ignored and each.times]


def _counted(count: Count, values: Values, happened: Sequence[Happened]) -> int | float:
    if count.summed:
        return float(sum(each.times * _number(each.properties.get(count.summed)) for each in happened))
    return sum(each.times for each in happened if not count.any_of or _meets(each, count.any_of, values))


def _meets(happened: Happened, any_of: Sequence[Condition], values: Values) -> bool:
    return any(
        happened.event == values[one.event]
        and (not one.property or _text(happened.properties.get(one.property)) == values[one.value])
        for one in any_of
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _number(value: object) -> float:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else 0


def _seats(book: PostHogBook, asked: Asked, values: Values) -> Iterator[Row]:
    since, until = _local(book, values["since"]), _local(book, values["until"])
    for user in book.users if _named(book, asked) else ():
        seen = [at for at in user.seen if since <= at < until and at <= book.now()]
        if seen and (user.account, user.id) > (values["account"], values["who"]):
            yield _user_row(book, asked, user, max(seen))


def _user_row(book: PostHogBook, asked: Asked, user: User, last: datetime) -> Row:
    first_day = user.created_at.astimezone(book.zone).date().isoformat()
    details = [user.properties.get(of) for of in asked.details.values()]
    return [user.account, user.id, first_day, round(last.timestamp() * 1_000), *details]


def _named(book: PostHogBook, asked: Asked) -> bool:
    """Whether events name their account by what is asked for; elsewhere it is empty."""
    return asked.account.removeprefix("toString(").removesuffix(")") == book.content.account


def _local(book: PostHogBook, midnight: str) -> datetime:
    return datetime.strptime(midnight, "%Y-%m-%d 00:00:00").replace(tzinfo=book.zone)
