"""What the page of an account is made of: the parts of a brief, as a page shows them."""

from collections.abc import Iterator, Sequence
from urllib.parse import quote
from zoneinfo import ZoneInfo

from dashboard.instants import instant
from health.brief import Brief, OpenFlag
from health.nouns import Contribution
from health.review import Line, Unit
from store.audit import Act
from store.book import Entry
from store.verdicts import Verdict
from templates.views import (
    Bar,
    Bars,
    Cell,
    Column,
    Figure,
    Figures,
    Lines,
    Pair,
    Pairs,
    Part,
    Row,
    Table,
)

_KINDS: dict[Unit, str] = {"pct": "percent", "points": "points", "count": "tenths", "days": "number"}
SHIFTS = {"trend_pct"}
"""Measures that are a change, so that 3 % is not read as 3 % of what is expected."""
_FULL = 100


def lead(told: Brief) -> str:
    """Return what is said of an account below its name."""
    owner = f"looked after by {told.csm}" if told.csm else "looked after by nobody"
    return f"{told.key} · as of {told.as_of} · {owner}"


def summary(told: Brief, entry: Entry) -> Iterator[Part]:
    """Yield the verdict in figures, and what to know before believing it."""
    renewal, moved = told.renewal, entry.moved / 100 if entry.band_before else None
    items = [
        Figure(label="Health", cell=Cell(kind="band", text=told.band)),
        Figure(label="Score of 100", cell=Cell(kind="points", number=told.health), note=_interval(told)),
        Figure(label="Since yesterday", cell=Cell(kind="change", number=moved, note="none yet")),
        Figure(
            label="Weight that is known",
            cell=Cell(kind="percent", number=told.coverage_pct),
        ),
        Figure(
            label="Act by",
            cell=Cell(kind="day", day=renewal.anchor_on if renewal else None, note="no date ahead"),
            note=f"{renewal.anchor}, {_days(renewal.days)}" if renewal else "",
        ),
        *(_figure(line) for line in told.figures if line.unit == "money"),
    ]
    yield Figures(items=tuple(items))
    notes = [f"The band was {told.by_hand}."] if told.by_hand else []
    notes += told.notes
    if notes:
        yield Lines(lines=tuple(notes), tone="note")
    if told.family:
        yield Lines(title="Family", lines=told.family)


def _interval(told: Brief) -> str:
    return f"between {told.low:g} and {told.high:g}" if told.low != told.high else ""


def _days(days: int) -> str:
    return "today" if not days else f"in {days} day{'' if days == 1 else 's'}"


def _figure(line: Line) -> Figure:
    return Figure(label=line.title, cell=cell(line), explained=f"/metrics/{line.figure}")


def cell(line: Line) -> Cell:
    """Return a figure's value, or why there is none."""
    if line.value is None:
        return Cell(kind="tenths", note=line.unknown)
    if line.unit == "money":
        return Cell(kind="money", number=line.value, currency=line.currency)
    return Cell(kind=_kind(line), number=line.value)


def _kind(line: Line) -> str:
    return "shift" if line.figure in SHIFTS else _KINDS[line.unit]


# -- why ---------------------------------------------------------------------------------------------


def why(told: Brief, found: Verdict) -> Iterator[Part]:
    """Yield the score line by line, what changed of it, and what would change it."""
    lines = sorted(found.assessment.score.contributions, key=lambda line: line.points)
    longest = max((abs(line.points) for line in lines), default=1) or 1
    yield Bars(
        title="Why",
        about="100 and every line below make the score exactly.",
        items=tuple(_bar(line, longest) for line in lines if line.points),
        total=f"100 and these lines are {found.assessment.score.points / 100:g}.",
    )
    if told.changes:
        since = f"What changed since {told.since}" if told.since else "What changed"
        yield Lines(title=since, lines=told.changes)
    if told.ahead:
        yield Lines(title="What would change it", lines=told.ahead)


def _bar(line: Contribution, longest: int) -> Bar:
    return Bar(
        label=line.reason or line.name.replace("_", " "),
        value=Cell(kind="change", number=line.points / 100),
        width=round(_FULL * abs(line.points) / longest, 1),
        is_loss=line.points < 0,
    )


# -- what stands -------------------------------------------------------------------------------------


def standing(told: Brief, found: Verdict) -> Iterator[Part]:
    """Yield open flags, what a gate held back, the plays, and room to grow."""
    yield Table(
        title="What stands open",
        columns=tuple(map(_column, ("Flag", "Evidence", "State", "Since"))),
        rows=tuple(
            Row(
                cells=(
                    Cell(text=_called(each)),
                    Cell(text=each.evidence),
                    Cell(text=f"{each.state}{', urgent' if each.severity == 'high' else ''}"),
                    Cell(kind="day", day=each.since),
                )
            )
            for each in told.flags
        ),
        empty="No flag is open.",
    )
    if found.shown.undecided:
        names = ", ".join(each.replace("_", " ") for each in found.shown.undecided)
        yield Lines(
            title="Not to be told", lines=(f"For want of an input, neither met nor cleared: {names}.",)
        )
    held = [each for each in found.shown.signals if each.gate]
    if held:
        yield Lines(
            title="Seen, and held back",
            lines=tuple(
                f"{each.kind.replace('_', ' ')}: {each.evidence} (gate: {each.gate})" for each in held
            ),
        )
    for talk in told.talks:
        by = f", by {talk.due_on}" if talk.due_on else ""
        steps = (*talk.steps, *(f"Say: {point}" for point in talk.talking_points))
        yield Lines(title=f"{talk.title} (for {talk.owner_role}{by})", lines=steps)
    if told.growth:
        yield Lines(
            title="Room to grow", lines=told.growth.evidence or ("No evidence is kept.",), tone="good"
        )


def _called(flag: OpenFlag) -> str:
    """Return what a flag is called: of a window, which is only numbered, its kind too."""
    name = f"{flag.kind} {flag.reason}" if flag.reason.isdecimal() else flag.reason
    return name.replace("_", " ")


def _column(label: str) -> Column:
    return Column(label=label)


def figures(told: Brief) -> Iterator[Part]:
    """Yield the measures, as they are and as they were."""
    yield Table(
        title="Use and seats",
        about=f"Active: {told.active_wording}." if told.active_wording else "",
        columns=(
            Column(label="Measure"),
            Column(label="Now", is_number=True),
            Column(label=_before(told), is_number=True),
        ),
        rows=tuple(
            Row(
                cells=(
                    Cell(text=line.title, href=f"/metrics/{line.figure}"),
                    cell(line),
                    Cell(kind=_kind(line), number=line.before),
                )
            )
            for line in told.figures
            if line.unit != "money"
        ),
    )


def _before(told: Brief) -> str:
    return f"On {told.since}" if told.since else "Before"


def people(told: Brief) -> Iterator[Part]:
    """Yield whom to talk to."""
    yield Pairs(
        title="People",
        items=tuple(
            Pair(term=each.role or "no role", cell=Cell(text=each.name or "no name stated"))
            for each in told.contacts
        )
        or (Pair(term="Contacts", cell=Cell(note="no source names one")),),
    )


def tickets(told: Brief) -> Iterator[Part]:
    """Yield the tickets that are open for longest."""
    yield Table(
        title="Open tickets",
        columns=(*map(_column, ("Ticket", "About", "Priority")), Column(label="Days open", is_number=True)),
        rows=tuple(
            Row(
                cells=(
                    Cell(text=each.ticket),
                    Cell(text=each.subject, note="no subject"),
                    Cell(text=each.priority),
                    Cell(kind="number", number=each.days),
                )
            )
            for each in told.tickets
        ),
        empty="None that is known.",
    )


def sent(told: Brief) -> Iterator[Part]:
    """Yield what was sent about the account, or is owed."""
    yield Table(
        title="Messages",
        columns=tuple(map(_column, ("What", "To", "Stands", "On"))),
        rows=tuple(
            Row(
                cells=(
                    Cell(text=each.template.replace("_", " ")),
                    Cell(text=each.destination),
                    Cell(text=each.status),
                    Cell(kind="day", day=each.on),
                )
            )
            for each in told.messages
        ),
        empty="Nothing was sent about it.",
    )


def acts(done: Sequence[Act], zone: ZoneInfo) -> Iterator[Part]:
    """Yield who did what about the account."""
    if done:
        yield Table(
            title="What was done about it",
            columns=tuple(map(_column, ("When", "Who", "What", "More"))),
            rows=tuple(
                Row(
                    cells=(
                        Cell(kind="instant", text=instant(each.at_ms, zone)),
                        Cell(text=each.actor),
                        Cell(text=each.action.replace("_", " ")),
                        Cell(text=each.detail),
                    )
                )
                for each in done
            ),
        )


def rests_on(found: Verdict) -> Iterator[Part]:
    """Yield what the verdict rests on, and how anybody recomputes it."""
    profile = str(found.shown.facts.get("profile") or "none")
    yield Lines(
        title="Proof",
        lines=(
            f"Run {found.run}, policy {found.policy_hash}, engine {found.engine_version}, profile {profile}.",
            "The statement holds inputs, policy and verdict; `seatsignal verify` recomputes it anywhere.",
        ),
        link="Statement as JSON",
        href=f"/accounts/{quote(found.key, safe='')}/statement.json",
    )
