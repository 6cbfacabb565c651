"""Lists that programs read: signals, figures of the catalogue, experiments, sources."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice

import msgspec

from config.metrics import load_metrics
from dashboard.listing import Asked, Filter, Listing, Rows, Shown, Unclear, Values
from health.alerts import OPEN
from health.experiments import HELD_OUT, WRITTEN, Reading, sample
from store import experiments, places, signals, verdicts
from store.database import Connection
from store.experiments import Begun
from store.matches import match_rates
from store.places import BadPlace
from store.signals import Standing
from store.sources import UNREAD, readings, stated
from worker.deployment import Deployment
from worker.experiments import planned_of

_NOWHERE = "is no place where a page of this list ended"


def paged(rows: Sequence[Values], wanted: Asked) -> Rows:
    """Return a page of a list that is short as a whole, in the order of its rows' names."""
    ordered = sorted(rows, key=_name)
    if wanted.after:
        ended = _place(wanted.after)
        ordered = [row for row in ordered if _name(row) > ended]
    shown = list(islice(ordered, wanted.limit))
    return Rows(shown, places.written([_name(shown[-1])]) if len(ordered) > len(shown) else "")


def _name(row: Values) -> str:
    return str(row["name"])


def _place(after: str) -> str:
    try:
        (name,) = places.read(after, (str,))
    except BadPlace:
        raise Unclear("after", _NOWHERE) from None
    return name or ""


def _instant(ms: int | None) -> str | None:
    if ms is None:
        return None
    return datetime.fromtimestamp(ms // 1_000, UTC).isoformat().replace("+00:00", "Z")


# -- rows --------------------------------------------------------------------------------------------


def _signals(_deployment: Deployment, connection: Connection, wanted: Asked) -> Rows:
    only = {name: value for name, value in wanted.filters.items() if name != "account"}
    account = wanted.filters.get("account", "")
    try:
        found = signals.page(connection, only, account, wanted.after, wanted.limit)
    except BadPlace:
        raise Unclear("after", _NOWHERE) from None
    today = _evidence(connection, [each for each in found.rows if each.state in OPEN])
    return Rows([_signal(each, today) for each in found.rows], found.after)


def _signal(found: Standing, today: Mapping[tuple[int, str], str]) -> Values:
    evidence = today.get((found.id, found.reason), found.evidence)
    return found._asdict() | {"evidence": evidence, "gate": found.gate or None}


def _evidence(connection: Connection, open_ones: Sequence[Standing]) -> Mapping[tuple[int, str], str]:
    """Return today's evidence by account and signal, as it is told everywhere else."""
    judged = verdicts.current(connection, sorted({each.id for each in open_ones}))
    found = [each.assessment for each in judged]
    return {(each.account, signal.kind): signal.evidence for each in found for signal in each.signals}


def _figures(_deployment: Deployment, _connection: Connection, wanted: Asked) -> Rows:
    rows: list[Values] = [
        {
            "name": name,
            "title": entry.title,
            "family": family,
            "kind": "figure" if entry.function else "measure",
            "unit": entry.unit,
            "owner": entry.owner,
            "has_value": not entry.no_value,
        }
        for family, known in load_metrics().items()
        for name, entry in known.entries.items()
        if wanted.filters.get("family", family) == family
    ]
    return paged(rows, wanted)


def _experiments(_deployment: Deployment, connection: Connection, wanted: Asked) -> Rows:
    begun = experiments.begun(connection)
    return paged(
        [_experiment(each, experiments.in_arms(connection, name)) for name, each in begun.items()], wanted
    )


def _experiment(begun: Begun, drawn: Mapping[str, int]) -> Values:
    planned = planned_of(begun)
    needed, told = sample(planned), _reading(begun)
    return {
        "name": begun.name,
        "hypothesis": planned.hypothesis,
        "letter": begun.letter,
        "metric": planned.metric,
        "within_days": planned.within_days,
        "state": state(begun),
        "started_on": begun.started_on,
        "stopped_on": begun.stopped_on,
        "read_on": begun.read_on,
        "held_out_drawn": drawn.get(HELD_OUT, 0),
        "held_out_needed": needed.held_out,
        "written_drawn": drawn.get(WRITTEN, 0),
        "written_needed": needed.written,
        "verdict": told.verdict if told else None,
        "points": told.points if told else None,
        "low": told.low if told else None,
        "high": told.high if told else None,
        "chance_pct": 100 * told.chance if told else None,
    }


def _reading(begun: Begun) -> Reading | None:
    return msgspec.json.decode(begun.reading, type=Reading) if begun.reading else None


def state(begun: Begun) -> str:
    """Return how far an experiment is: running, stopped, or read."""
    if begun.reading:
        return "read"
    return "stopped" if begun.stopped_on else "running"


def _sources(deployment: Deployment, connection: Connection, wanted: Asked) -> Rows:
    rates, floors = match_rates(connection), deployment.policy.match_rate_min
    read = readings(connection)
    rows: list[Values] = []
    for name, told in stated(connection).items():
        linked, accounts = rates.get(name, (0, 0))
        reading = read.get(name, UNREAD)
        rows.append(
            {
                "name": name,
                "states": " ".join(sorted(told.kinds)),
                "complete_through": told.complete_through,
                "pulled_at": _instant(reading.ended_ms),
                "failure": reading.failure or None,
                "accounts": accounts,
                "linked": linked,
                "match_pct": round(100 * linked / accounts, 2) if accounts else None,
                "floor_pct": round(100 * floors[name], 2) if name in floors else None,
            }
        )
    return paged(rows, wanted)


# -- lists -------------------------------------------------------------------------------------------


def columns(**labels: str) -> tuple[Shown, ...]:
    """Return columns by name, each with its label; a kind that is not text stands before it and a colon."""
    parted = {name: label.rpartition(":") for name, label in labels.items()}
    return tuple(Shown(name, label, kind or "text") for name, (kind, _, label) in parted.items())


SIGNALS = Listing(
    "signals",
    "Signals",
    "Flags as they stand, and candidates that a gate held back, by account.",
    columns(
        account="The account's key",
        name="The account's name",
        kind="What the flag is of",
        reason="The signal that raised it",
        term="The term of which it is",
        state="ok, firing, acknowledged, snoozed, resolved",
        why="Why it stands as it does",
        severity="How grave it is",
        evidence="What was seen",
        gate="What held it back; nothing did where it is empty",
        since="day:Since when it stands so",
        opened="day:The day it first fired",
        until="day:When a snooze is over",
    ),
    _signals,
    tuple(Filter(name, f"Only this {name}") for name in ("account", *signals.EXACT)),
)
FIGURES = Listing(
    "figures",
    "Figures",
    "Every figure and measure of the catalogue.",
    columns(
        name="Its name",
        title="What people call it",
        family="The family it is of",
        kind="figure, of the book; or measure, of an account",
        unit="Its unit",
        owner="Whose it is",
        has_value="flag:Whether it comes to something for the book",
    ),
    _figures,
    (Filter("family", "Only this family"),),
)
EXPERIMENTS = Listing(
    "experiments",
    "Experiments",
    "Every experiment that was started.",
    columns(
        name="Its name",
        hypothesis="What is to be shown",
        letter="The letter that is tried",
        metric="The outcome it is about",
        within_days="number:How many days count",
        state="running, stopped, read",
        started_on="day:When it started",
        stopped_on="day:When it was stopped",
        read_on="day:When it was read",
        held_out_drawn="number:Accounts that were drawn to be held out",
        held_out_needed="number:Those that are needed",
        written_drawn="number:Accounts that were drawn to be written to",
        written_needed="number:Those that are needed",
        verdict="What it told; nothing before it was read",
        points="change:By how many points the share of those written to lies above the others'",
        low="change:From how many points that is likely",
        high="change:To how many points that is likely",
        chance_pct="tenths:How often chance does as much, per cent",
    ),
    _experiments,
    is_of_all=True,
)
SOURCES = Listing(
    "sources",
    "Sources",
    "Every source: how fresh it is, and how much of it is ours.",
    columns(
        name="Its name",
        states="The kinds of fact that it states, with spaces between",
        complete_through="day:The day through which it is complete",
        pulled_at="instant:When all of it was read last",
        failure="Why the last pull failed",
        accounts="number:Accounts that it has",
        linked="number:Those of them that are linked to ours",
        match_pct="percent:The share of them",
        floor_pct="percent:Under this share it does not count",
    ),
    _sources,
)
LISTINGS = (SIGNALS, FIGURES, EXPERIMENTS, SOURCES)
