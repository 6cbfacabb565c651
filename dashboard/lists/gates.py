"""Candidates that gates stopped: what would have alerted somebody, and why it did not."""

from functools import partial

from dashboard.listing import Asked, Filter, Listing, Rows, Shown, Unclear, Values
from store import gates
from store.database import Connection
from store.gates import Stopped
from store.places import BadPlace
from worker.deployment import Deployment


def rows(_deployment: Deployment, connection: Connection, wanted: Asked) -> Rows:
    """Return a page of what gates stopped, the latest first. Raises `Unclear`."""
    only = {"reason" if name == "signal" else name: value for name, value in wanted.filters.items()}
    try:
        found = gates.stopped(connection, only, wanted.owners, wanted.after, wanted.limit)
    except BadPlace:
        raise Unclear("after", "is no place where a page of this list ended") from None
    return Rows([_row(each) for each in found.found], found.after)


def _row(found: Stopped) -> Values:
    return {
        "account": found.key,
        "name": found.name,
        "kind": found.kind.replace("_", " "),
        "signal": found.signal.replace("_", " "),
        "gate": found.gate,
        "since": found.since,
        "evidence": found.evidence,
        "severity": found.severity,
    }


GATES = Listing(
    "gates",
    "Stopped by gates",
    "What would have alerted somebody and did not: a source that looks ill, a holiday, too little known. "
    "Once the gate opens, what is still true is told by itself.",
    (
        Shown("name", "Account", link="/accounts/{account}"),
        Shown("kind", "Kind"),
        Shown("signal", "Signal"),
        Shown("evidence", "What it says"),
        Shown("gate", "Gate"),
        Shown("since", "Since", "day"),
        Shown("severity", "Severity"),
        Shown("account", "account", is_shown=False),
    ),
    rows,
    (
        Filter("gate", "Gate", partial(gates.values, column="gate")),
        Filter("signal", "Signal", partial(gates.values, column="reason")),
    ),
    empty="No gate stops anything.",
)
