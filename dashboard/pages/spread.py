"""Spread: how the scores of accounts lie, and what bands the cohorts of a segment are made of."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlencode

from dashboard.access import Viewer
from dashboard.pictures import picture
from health.nouns import BANDS
from store import book
from store.book import SCORE_STEP, Stand
from templates import charts
from templates.charts import Spec
from templates.views import Cell, Column, Part, Row, Table
from worker.deployment import Deployment

MOST = 12
"""Cohorts that are shown, the largest first."""
_FULL = 100
_NONE = "not known"
_WORDS = {band: band.replace("_", " ") for band in BANDS}


def spread(deployment: Deployment, viewer: Viewer, by: str) -> Iterator[Part]:
    """Yield how scores lie, and the bands of cohorts where the book knows what they are split ``by``."""
    counts = _scores(deployment, viewer)
    if counts:
        yield _histogram(counts)
    stand = _bands(deployment, viewer, by)
    if stand:
        yield _stacked(stand, by)


def scores_spec(deployment: Deployment, viewer: Viewer, _of: str) -> Spec | None:
    """Return how the scores of the accounts that somebody sees lie."""
    counts = _scores(deployment, viewer)
    return charts.histogram(counts, SCORE_STEP, _FULL) if counts else None


def bands_spec(deployment: Deployment, viewer: Viewer, by: str) -> Spec | None:
    """Return what bands cohorts are made of; nothing of a segment that the book does not know."""
    stand = _bands(deployment, viewer, by)
    parts = [charts.Part(group, _WORDS[each.band], each.accounts) for group, each in _each(stand)]
    return charts.stacked(parts, list(_WORDS.values())) if parts else None


def _scores(deployment: Deployment, viewer: Viewer) -> Mapping[int, int]:
    with deployment.database.read() as connection:
        return book.scores(connection, viewer.owners)


def _bands(deployment: Deployment, viewer: Viewer, by: str) -> Mapping[str, Sequence[Stand]]:
    """Return how accounts stand by cohort, the largest first."""
    if by not in book.SPLITS:
        return {}
    found: dict[str, list[Stand]] = {}
    with deployment.database.read() as connection:
        for each in book.stands(connection, by, viewer.owners):
            found.setdefault(each.part, []).append(each)
    largest = sorted(found, key=lambda part: (-_accounts(found[part]), part))
    return {part: found[part] for part in largest[:MOST]}


def _each(stand: Mapping[str, Sequence[Stand]]) -> Iterator[tuple[str, Stand]]:
    return ((part or _NONE, each) for part, own in stand.items() for each in own)


def _accounts(own: Sequence[Stand]) -> int:
    return sum(each.accounts for each in own)


def _histogram(counts: Mapping[int, int]) -> Table:
    known = sum(counts.values())
    most = max(counts, key=lambda at: (counts[at], at))
    share = 100 * counts[most] / known
    words = f"{known:,} accounts have a score; {share:.0f} % of them lie at {most} to {most + SCORE_STEP}."
    rows = (
        Row(
            cells=(
                Cell(text=_of_score(at), href=f"/accounts?{urlencode({'score': _of_score(at)})}"),
                Cell(kind="number", number=count),
                Cell(kind="percent", number=100 * count / known),
            )
        )
        for at, count in sorted(counts.items())
    )
    numbers = (Column(label=label, is_number=True) for label in ("Accounts", "Share"))
    return Table(
        title="How scores lie",
        about=f"{words} Of accounts of which too little is known none is shown.",
        picture=picture("/charts/scores.svg", f"Histogram: {words}"),
        columns=(Column(label="Score"), *numbers),
        rows=tuple(rows),
    )


def _of_score(at: int) -> str:
    return f"{at} to {at + SCORE_STEP}"


def _stacked(stand: Mapping[str, Sequence[Stand]], by: str) -> Table:
    words = f"The share of each band in cohorts by {by.replace('_', ' ')}, the largest first."
    return Table(
        title="Bands of each cohort",
        about=words,
        picture=picture("/charts/bands.svg", f"Stacked bars, as the table says: {words}", by),
        columns=(
            Column(label=by.replace("_", " ").capitalize()),
            *(Column(label=_WORDS[band].capitalize(), is_number=True) for band in BANDS),
        ),
        rows=tuple(_row(part, own, by) for part, own in stand.items()),
    )


def _row(part: str, own: Sequence[Stand], by: str) -> Row:
    counts = Counter({each.band: each.accounts for each in own})
    numbers = (
        Cell(kind="number", number=counts[band], href=_accounts_of({by: part, "band": band}))
        for band in BANDS
    )
    return Row(cells=(Cell(text=part or _NONE, href=_accounts_of({by: part})), *numbers))


def _accounts_of(narrowed: Mapping[str, str]) -> str:
    """Return where the accounts of a cohort are listed; those of none cannot be."""
    return f"/accounts?{urlencode(narrowed)}" if all(narrowed.values()) else ""
