"""The record: who did what, when, and about what; nobody changes a line of it."""

from datetime import UTC, datetime

from dashboard.access import Right
from dashboard.listing import Asked, Filter, Listing, Rows, Shown, Unclear, Values
from store import audit
from store.audit import Act
from store.database import Connection
from store.places import BadPlace
from worker.deployment import Deployment


def rows(_deployment: Deployment, connection: Connection, wanted: Asked) -> Rows:
    """Return a page of the record, the latest first. Raises `Unclear`."""
    try:
        found = audit.page(connection, wanted.filters, wanted.after, wanted.limit)
    except BadPlace:
        raise Unclear("after", "is no place where a page of this list ended") from None
    return Rows([_row(each) for each in found.acts], found.after)


def _row(act: Act) -> Values:
    at = datetime.fromtimestamp(act.at_ms / 1000, UTC).isoformat(timespec="seconds")
    return {
        "at": at.replace("+00:00", "Z"),
        "actor": act.actor,
        "action": act.action,
        "about": act.about,
        "detail": act.detail,
    }


RECORD = Listing(
    "audit",
    "Audit log",
    "Every decision and every change, by whom and when. It is only ever added to; it holds ids, "
    "never the name or the address of a customer's people.",
    (
        Shown("at", "When", "instant"),
        Shown("actor", "Who"),
        Shown("action", "What"),
        Shown("about", "About"),
        Shown("detail", "More"),
    ),
    rows,
    (
        Filter("actor", "Who", kind="search"),
        Filter("action", "What, as it stands there", kind="search"),
        Filter("about", "About: an account's key, a run, a notice", kind="search"),
    ),
    empty="Nothing of that kind is on record.",
    right=Right.ADMINISTER,
)
