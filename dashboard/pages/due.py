"""Due: the accounts with an open alert, the most urgent first, each with what to do about it and by when."""

from collections.abc import Sequence
from datetime import date
from urllib.parse import quote

from health.alerts import ALERTED
from health.brief import Talk
from health.nouns import Flag
from store import book, flags, verdicts
from store.book import Place, Wanted
from store.database import Connection
from store.installation import business_day
from templates.views import Cell, Column, Row, Table
from worker.brief import talks
from worker.deployment import Deployment
from worker.plays import by_weight

TITLE = "Open alerts, and what to do"


def open_alerts(deployment: Deployment, connection: Connection, wanted: Wanted, query: str) -> Table:
    """Return the beginning of the accounts that are ``wanted``; ``query`` is what lists all of them."""
    found = book.page(connection, wanted)
    ids = [place.account for place in found.places]
    open_ = {
        account: by_weight(flag for flag in standing if flag.state in ALERTED)
        for account, standing in flags.of(connection, ids).items()
    }
    said = {each.assessment.account: each.shown for each in verdicts.current(connection, ids)}
    today = business_day(connection)
    rows = []
    for place in found.places:
        own, now = open_[place.account], said.get(place.account)
        plays = talks(deployment, connection, own, now) if now else iter(())
        rows.append(_row(place, own, next(plays, None), today))
    return Table(
        title=TITLE,
        about=f"The {len(rows)} most urgent." if found.after else "",
        columns=tuple(map(_column, ("Account", "What to do first", "By", "Why", "For", "Health", "State"))),
        rows=tuple(rows),
        more=f"/accounts?{query}" if rows else "",
        empty="No alert is open.",
    )


def _row(place: Place, open_: Sequence[Flag], play: Talk | None, today: date) -> Row:
    first, more = open_[0], len(open_) - 1
    return Row(
        cells=(
            Cell(text=place.name, href=f"/accounts/{quote(place.key, safe='')}"),
            Cell(kind="prose", text=play.steps[0] if play else "", note="no play for it"),
            _by(play.due_on if play else None, today),
            Cell(kind="prose", text=f"{first.evidence}, and {more} more" if more else first.evidence),
            Cell(text=play.owner_role if play else "", note="nobody"),
            Cell(kind="band", text=place.entry.band),
            Cell(text="taken on" if first.state == "acknowledged" else "new"),
        )
    )


def _by(day: date | None, today: date) -> Cell:
    if day is None or day >= today:
        return Cell(kind="day", day=day, note="no day")
    return Cell(kind="prose", text=f"{day}, overdue")


def _column(label: str) -> Column:
    return Column(label=label)
