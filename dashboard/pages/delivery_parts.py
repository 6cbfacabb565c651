"""What the page of deliveries is made of: what waits, what a person must settle, and what was owed."""

from collections.abc import Sequence
from urllib.parse import quote
from zoneinfo import ZoneInfo

from dashboard.instants import instant
from store.balance import CLOSED, Audit, Balance
from store.unsettled import Standing, Tallied
from templates.views import Cell, Choice, Column, Field, Figure, Figures, Form, Lines, Part, Row, Table
from worker.release import Brake

SURE = "sure"
RELEASE, DISCARD = "release", "discard"
ARRIVED, LOST = "arrived", "lost"
_STATES = (*CLOSED, "pending")


def sure(words: str) -> Field:
    """Return a tick without which nothing is done that nobody can undo."""
    return Field(name=SURE, kind="checkbox", value="yes", label=words, is_required=True)


def switch(why: str, *, is_live: bool) -> Sequence[Part]:
    """Return whether anything leaves, and what changes that."""
    if not is_live:
        return (_live(),)
    if why:
        return (
            Lines(
                lines=(f"Stopped ({why}): nothing leaves. Facts are read and judged meanwhile.",), tone="bad"
            ),
            Form(
                title="Let it go on",
                about="What came due meanwhile leaves, in order, to destinations too that were left alone.",
                action="/deliveries/resume",
                submit="Go on",
            ),
        )
    return (
        Form(
            title="Stop everything that leaves",
            about="Within 5 seconds no process begins anything more. Facts are read and judged meanwhile.",
            action="/deliveries/stop",
            submit="Stop",
            tone="bad",
            is_folded=True,
        ),
    )


def _live() -> Form:
    return Form(
        title="Go live",
        about="From then on what a run plans is sent. What was planned before is closed and never is. There "
        "is no way back to dry-run; there is a stop.",
        action="/deliveries/live",
        fields=(sure("I have read what would be sent (`seatsignal plan`), and mean it."),),
        submit="Go live",
        tone="bad",
        is_folded=True,
    )


def waiting(found: Sequence[Tallied]) -> Table:
    """Return how many notices wait, and for what."""
    return Table(
        title="What waits",
        about="Held mails are decided on Approvals; what is planned goes with its run.",
        columns=(
            *(Column(label=label) for label in ("State", "Destination", "Why")),
            Column(label="Notices", is_number=True),
        ),
        rows=tuple(
            Row(
                cells=(
                    Cell(text=each.status),
                    Cell(text=each.destination),
                    Cell(text=each.reason.replace("_", " "), note="its turn"),
                    Cell(kind="number", number=each.notices),
                )
            )
            for each in found
        ),
        empty="Nothing waits.",
    )


def brake(found: Brake) -> Figures:
    """Return how near the brake is."""
    return Figures(
        title="Brake",
        items=(
            Figure(
                label="Accounts that got worse in 24 hours",
                cell=Cell(kind="number", number=found.worse),
                note=f"of {found.active:,}",
            ),
            Figure(
                label="A run is held at more than",
                cell=Cell(kind="number", number=found.most),
                note="or at more than is usual",
            ),
        ),
    )


def held(found: Sequence[tuple[int, str]]) -> Sequence[Part]:
    """Return the runs that the brake holds, and what a person decides about them."""
    if not found:
        return ()
    rows = tuple(Row(pick=str(run), cells=(Cell(text=str(run)), Cell(text=why))) for run, why in found)
    table = Table(
        title="Held runs",
        about="A source's bad day is the usual reason: look at Sources first.",
        columns=(Column(label="Run"), Column(label="Why it is held")),
        rows=rows,
        form="runs",
    )
    choices = (
        Choice(value=RELEASE, label="Release: what they planned is sent"),
        Choice(value=DISCARD, label="Discard: what they planned is closed unsent"),
    )
    fields = (
        Field(name="decision", label="Those that are ticked", kind="select", choices=choices),
        sure("I have looked at the reason. Neither can be undone."),
    )
    return table, Form(name="runs", action="/deliveries/runs", fields=fields, submit="Decide", tone="bad")


def quarantined(found: Sequence[Standing], zone: ZoneInfo) -> Sequence[Part]:
    """Return what can never be sent as it is, and how it is owed again."""
    table = _standing("Quarantined", "Mend the reason first: they are worded anew.", found, zone, "replay")
    if not found:
        return (table,)
    fields = (sure("The reason is mended. What is sent cannot be called back."),)
    submit = "Owe those that are ticked again"
    return table, Form(name="replay", action="/deliveries/replay", fields=fields, submit=submit)


def unknown(found: Sequence[Standing], zone: ZoneInfo) -> Sequence[Part]:
    """Return the mails of which nobody can tell whether they arrived, and how a person says so."""
    about = "Look for the Message-ID in your mail server's log. None is sent again by itself."
    table = _standing("Unknown", about, found, zone, "settle")
    if not found:
        return (table,)
    choices = (
        Choice(value=ARRIVED, label="They arrived"),
        Choice(value=LOST, label="They did not: send them again"),
    )
    fields = (
        Field(name="came", label="Those that are ticked", kind="select", choices=choices),
        sure("I have looked in the log. It cannot be undone."),
    )
    return table, Form(name="settle", action="/deliveries/settle", fields=fields, submit="Settle them")


def _standing(title: str, about: str, found: Sequence[Standing], zone: ZoneInfo, form: str) -> Table:
    labels = ("Notice", "Destination", "Account", "Reason", "Since", "Its id there")
    return Table(
        title=title,
        about=about if found else "",
        columns=(
            *(Column(label=label) for label in labels[:4]),
            Column(label="Tries", is_number=True),
            *(Column(label=label) for label in labels[4:]),
        ),
        rows=tuple(_notice(each, zone) for each in found),
        form=form,
        empty="None.",
    )


def _notice(found: Standing, zone: ZoneInfo) -> Row:
    href = f"/accounts/{quote(found.account, safe='')}" if found.account else ""
    return Row(
        pick=found.key,
        cells=(
            Cell(text=found.template.replace("_", " ")),
            Cell(text=found.destination),
            Cell(text=found.account or "", href=href, note="no account"),
            Cell(text=found.reason.replace("_", " ")),
            Cell(kind="number", number=found.attempts),
            Cell(kind="instant", text=instant(found.since_ms, zone)),
            Cell(text=found.remote, note="none known"),
        ),
    )


def balance(found: Sequence[Balance], last: Audit | None, zone: ZoneInfo) -> Table:
    """Return what became of what the last runs owed, and what the last look at everything found."""
    return Table(
        title="What became of what was owed",
        about=_audited(last, zone),
        columns=(
            Column(label="Run"),
            *(Column(label=label, is_number=True) for label in ("Owed", *map(str.capitalize, _STATES))),
            Column(label="Adds up"),
        ),
        rows=tuple(_balance(each) for each in found),
        empty="No run has planned anything yet.",
    )


def _audited(last: Audit | None, zone: ZoneInfo) -> str:
    if last is None:
        return "Nobody has looked at everything yet: a worker does once a day, seatsignal balance at once."
    found = ", ".join(f"{number:,} {check.replace('_', ' ')}" for check, number in last.defects.items())
    at = instant(last.at_ms, zone)
    return f"Everything was looked at on {at}: {found or 'all that was owed is accounted for'}."


def _balance(found: Balance) -> Row:
    return Row(
        cells=(
            Cell(text="outside any run" if found.run is None else str(found.run)),
            Cell(kind="number", number=found.owed, note="not counted"),
            *(Cell(kind="number", number=found.standing.get(name, 0)) for name in _STATES),
            Cell(text="yes" if found.adds_up else "no: see seatsignal balance"),
        )
    )
