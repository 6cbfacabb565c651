"""Due: the accounts with an open alert, the most urgent first, each with what to do about it and by when."""

from collections.abc import Sequence
from datetime import date
from urllib.parse import quote

from health.alerts import ALERTED
from health.nouns import Assessment, Flag
from store import book, flags, verdicts
from store.book import Place, Wanted
from store.database import Connection
from templates.views import Cell, Column, Row, Table
from worker.brief import open_flag, talks
from worker.deployment import Deployment
from worker.letters import person_name
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
    rows = [
        _row(deployment, connection, place, said[place.account], open_[place.account])
        for place in found.places
        if place.account in said and open_.get(place.account)  # else it ended since the list was read
    ]
    return Table(
        title=TITLE,
        about=f"The {len(rows)} most urgent." if found.after else "",
        columns=tuple(map(_column, ("Account", "What to do first", "By", "Why", "Who", "Health", "State"))),
        rows=tuple(rows),
        more=f"/accounts?{query}" if rows else "",
        empty="No alert is open.",
    )


def _row(
    deployment: Deployment, connection: Connection, place: Place, now: Assessment, standing: Sequence[Flag]
) -> Row:
    first, more = open_flag(now, standing[0]), len(standing) - 1
    play = next(talks(deployment, connection, standing, now), None)
    return Row(
        cells=(
            Cell(text=place.name, href=f"/accounts/{quote(place.key, safe='')}"),
            Cell(kind="prose", text=play.steps[0] if play else "", note="no play for it"),
            _by(play.due_on if play else None, now.as_of),
            Cell(kind="prose", text=f"{first.evidence}, and {more} more" if more else first.evidence),
            Cell(text=_whose(play.owner_role, place) if play else "", note="nobody"),
            Cell(kind="band", text=place.entry.band),
            Cell(text="taken on" if first.state == "acknowledged" else "new"),
        )
    )


def _whose(role: str, place: Place) -> str:
    """Return who has a role for an account, else the role."""
    addresses = {"csm": place.entry.csm_email, "sales": place.entry.sales_email}
    return person_name(addresses.get(role) or "") or role


def _by(day: date | None, today: date) -> Cell:
    if day is None or day >= today:
        return Cell(kind="day", day=day, note="no day")
    return Cell(kind="prose", text=f"{day}, overdue")


def _column(label: str) -> Column:
    return Column(label=label)
