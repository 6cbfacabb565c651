"""Rules as rows: how right each was, and how much of each band is known, as it was counted last."""

from dashboard.listing import Asked, Listing, Rows, Shown, Values
from dashboard.lists.programs import columns, paged
from health.ledger import Entry
from store import precision
from store.database import Connection
from store.precision import Coverage
from worker.deployment import Deployment


def _rules(_deployment: Deployment, connection: Connection, wanted: Asked) -> Rows:
    found = precision.kept(connection)
    return paged([_rule(each) for each in found.rules] if found else [], wanted)


def _rule(found: Entry) -> Values:
    return {
        "name": found.rule,
        "flags": found.flags,
        "dismissed": found.dismissed,
        "closed": found.precision.of,
        "precision_pct": _percent(found.precision.rate),
        "agreed_pct": _percent(found.agreed),
        "recall_pct": _percent(found.recall.rate),
        "lead_days": found.lead_days,
        "is_demoted": found.demoted,
    }


def _bands(_deployment: Deployment, connection: Connection, wanted: Asked) -> Rows:
    found = precision.kept(connection)
    return paged([_band(each) for each in found.bands] if found else [], wanted)


def _band(found: Coverage) -> Values:
    return {
        "name": found.band,
        "accounts": found.accounts,
        "known_pct": _percent(found.mean),
        "thin": found.thin,
    }


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 2)


_COUNTED = "It is counted once a day."
RULES = Listing(
    "rules",
    "Rules",
    f"How right each rule was, by what became of accounts. {_COUNTED}",
    columns(
        name="Its name",
        flags="number:Flags that it raised",
        dismissed="number:Those of them that somebody said to be none",
        closed="number:Those of which it is known what became of the account",
        precision_pct="percent:The share of the closed ones whose accounts left",
        agreed_pct="percent:The least precision that the policy agrees on",
        recall_pct="percent:The share of the accounts that left of which it was told",
        lead_days="tenths:The median of the days from the flag to the day they left",
        is_demoted="flag:Whether it is told in a digest only",
    ),
    _rules,
)
BANDS = Listing(
    "coverage",
    "Coverage",
    f"How much is known of the scores in each band. {_COUNTED}",
    (
        Shown("name", "The band", "band"),
        *columns(
            accounts="number:Accounts that are in it",
            known_pct="percent:The mean share of their scores' weight that is known",
            thin="number:Accounts of which less is known than a band takes",
        ),
    ),
    _bands,
)
