"""The pages of figures: licences, activation, validations, cohorts, quotas, friction, each said once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import inf
from typing import NamedTuple

from fastapi import FastAPI
from fastapi.responses import Response
from msgspec import structs

from dashboard.access import Viewer
from dashboard.pages import figure_parts as parts
from dashboard.pages.figure_parts import Look, entry_of
from dashboard.pages.spread import spread
from dashboard.pages.trends import trends
from dashboard.pages.world import world
from dashboard.site import Seer, Site
from health.figures.segments import SEGMENTS
from health.figures.validations import OTHERWISE
from templates.views import Cell, Choice, Field, Figures, Filters, Part, View
from worker.deployment import Deployment
from worker.figured import SPREAD, Figured, Wanted, figured

Found = Mapping[Wanted, Figured]


class Section(NamedTuple):
    """A figure of a page: what is wanted of it, and what is made of all that the page was told."""

    wanted: Wanted
    shown: Callable[[Figured, Found], Sequence[Part]]


class Page(NamedTuple):
    """A page of figures. With ``by`` its sections are split by what is chosen, that at first.

    ``headlines`` are figures over all accounts, by name, with a title that is shorter than their own;
    ``drawn`` are charts below them, given what it is split by.
    """

    path: str
    title: str
    lead: str
    headlines: Mapping[str, str]
    sections: Sequence[Section]
    by: str = ""
    drawn: Callable[[Deployment, Viewer, str], Iterator[Part]] | None = None


def figure(
    name: str, split: str = "", *, title: str = "", of: str = "", values: str = "", bars: bool = True
) -> Section:
    """Return a section that shows a figure as a table."""
    look = Look(title, of=of, values=values, bars=bars)
    return Section(Wanted(name, split), lambda found, _: [parts.told(found, look)])


A_WEEK = 7
"""Days without use before which nobody is asked why."""


def interview(name: str, title: str, about: str, *, above: float = -inf) -> Section:
    """Return a section that shows the accounts at the worse end of a figure, of those ``above`` a value."""
    return Section(Wanted(name, SPREAD), lambda found, _: [parts.worst(_above(found, above), title, about)])


def _above(found: Figured, least: float) -> Figured:
    return structs.replace(found, worst=tuple(each for each in found.worst if each.value > least))


# -- parts of their own ------------------------------------------------------------------------------


def _plans(found: Figured, all_: Found) -> Sequence[Part]:
    """Return active licences by plan, with the activation rate of each beside them."""
    rate = all_[Wanted("activation_rate_by_plan")]
    beside = {row.part: (parts.value(row, rate),) for row in rate.rows}
    look = Look("Active licences by plan", of="plan", then=("Activation rate",), beside=beside)
    return [parts.told(found, look)]


def _failures(found: Figured, _all: Found) -> Sequence[Part]:
    """Return failures by type, with what to do about each and who is to do it."""
    steps = entry_of(found.name).next_steps
    beside = {
        row.part: (Cell(text=step.to_do), Cell(text=step.recipient))
        for row in found.rows
        for step in [steps.get(row.part, OTHERWISE)]
    }
    look = Look("Failures by type", of="type", then=("Next step", "For whom"), beside=beside)
    return [parts.told(found, look)]


def _countries(found: Figured, _all: Found) -> Sequence[Part]:
    table = parts.told(found, Look("Failures by country", of="country"))
    known = {row.part: row.value for row in found.rows if row.value is not None}
    return [*world("Where validations fail", known), table]


PAGES: Sequence[Page] = (
    Page(
        "/licences",
        "Licences",
        "What is sold and in force, what it brings a month, and how it moves.",
        {"mrr": "MRR", "active_licences": "Active licences", "activation_rate": "Activation rate"},
        (
            figure("licence_trend", title="Active licences now, a month ago and a year ago", bars=False),
            figure("licences_against_target"),
            Section(Wanted("active_licences_by_plan"), _plans),
            Section(Wanted("activation_rate_by_plan"), lambda *_: ()),
            figure("active_licences_by_segment"),
            figure("mrr", "plan", title="MRR by plan"),
            figure("net_revenue_retention"),
            figure("gross_revenue_retention"),
        ),
        drawn=lambda deployment, viewer, _: trends(deployment, viewer),
    ),
    Page(
        "/activation",
        "Activation",
        "How new licences come into use, how long that takes, and where it stops.",
        {
            "activation_rate": "Activation rate",
            "activation_rate_at_7_days": "At seven days",
            "activation_unassisted": "Unassisted",
        },
        (
            figure("activation_funnel", of="step"),
            figure("activation_errors", of="step"),
            figure("activation_help", of="step"),
            figure("activation_rate_by_plan", of="plan"),
            figure("activation_rate_by_cohort", of="start month"),
            figure("time_to_first_use"),
            figure("time_to_first_validation"),
            figure("time_to_value"),
            interview("activation_pct", "Stuck the most", "Accounts whose new licences are activated least."),
        ),
    ),
    Page(
        "/validations",
        "Validations",
        "How many licence keys call home, and why some are refused.",
        {
            "daily_active_validations": "Keys on the last day",
            "validation_trend": "Of the weeks before",
            "silent_accounts": "Silent for 30 days",
        },
        (
            Section(Wanted("validation_failures"), _failures),
            Section(Wanted("validation_failures_by_country"), _countries),
            figure("daily_active_validations", "plan", title="Keys on the last day, by plan"),
            interview("dav_idle_days", "Silent the longest", "Days without a validation."),
        ),
    ),
    Page(
        "/cohorts",
        "Cohorts",
        "How accounts that have something in common do beside each other.",
        {},
        (
            figure("cohorts", title="How utilisation lies within each cohort", values="Median utilisation"),
            figure("cohort_shares", title="Utilisation of each cohort as a whole"),
            figure("activation_rate", title="Activation rate of each cohort"),
            figure("mrr", title="MRR of each cohort"),
            figure("utilisation_after_purchase"),
        ),
        by="start_month",
        drawn=spread,
    ),
    Page(
        "/quotas",
        "Quotas",
        "How much of what is allowed is used: who needs more, and who was sold too much.",
        {},
        (
            figure("quota_use_by_plan"),
            figure("over_provisioned", "plan", title="Far below the quota for a whole term, by plan"),
            interview("limit_pct", "Nearest to a limit", "Accounts that will need more first."),
        ),
    ),
    Page(
        "/friction",
        "Friction",
        "What makes work for customers, and whom to ask about it.",
        {},
        (
            figure("ticket_topics", of="topic"),
            interview("activation_pct", "Stalled: to interview", "Accounts that do not get started."),
            interview(
                "idle_days", "Gone quiet: to interview", "Accounts that nobody uses any more.", above=A_WEEK
            ),
            interview(
                "overdue_days", "Late to pay: to interview", "Accounts whose invoices are overdue.", above=0
            ),
            interview(
                "late_renewals", "Late to renew: to interview", "Terms that were renewed after their end."
            ),
            figure("outcomes_by_window", title="What became of terms, and why", of="window and outcome"),
        ),
    ),
)


# -- serving -----------------------------------------------------------------------------------------


def serve_figures(site: Site, app: FastAPI) -> None:
    """Add the routes of every page."""
    for each in PAGES:
        site.shows(app, each.path, FigurePages(site, each).show)


class FigurePages:
    """One page of figures."""

    def __init__(self, site: Site, of: Page) -> None:
        """Hold what it is."""
        self._site, self._of = site, of

    def show(self, viewer: Seer, by: str = "") -> Response:
        """Show it; what it is split by may be chosen where it is split."""
        wrong = "" if by in {"", *SEGMENTS} else f"by: is none of {', '.join(SEGMENTS)}"
        split = self._of.by and (by if by and not wrong else self._of.by)
        shown = View(
            title=self._of.title,
            here=self._of.path,
            lead=self._of.lead,
            wrong=wrong,
            parts=tuple(self._parts(viewer, split)),
        )
        return self._site.page(shown, viewer, 400 if wrong else 200)

    def _parts(self, viewer: Viewer, split: str) -> Iterator[Part]:
        if split:
            yield _chooser(self._of.path, split)
        found = self._told(viewer, split)
        top = [found[Wanted(name)] for name in self._of.headlines]
        if top:
            yield Figures(items=tuple(parts.headlines(top, self._of.headlines)))
        if self._of.drawn:
            yield from self._of.drawn(self._site.deployment, viewer, split)
        for section in self._of.sections:
            yield from section.shown(found[_split(section.wanted, split)], found)

    def _told(self, viewer: Viewer, split: str) -> Found:
        wanted = [Wanted(name) for name in self._of.headlines]
        wanted += [_split(each.wanted, split) for each in self._of.sections]
        unique = list(dict.fromkeys(wanted))
        told = figured(self._site.deployment, unique, viewer.owners)
        return dict(zip(unique, told, strict=True))


def _split(wanted: Wanted, split: str) -> Wanted:
    return wanted if wanted.split else wanted._replace(split=split)


def _chooser(path: str, split: str) -> Filters:
    choices = tuple(
        Choice(value=each, label=each.replace("_", " "), is_chosen=each == split) for each in SEGMENTS
    )
    return Filters(
        action=path, fields=(Field(name="by", label="Cohorts by", kind="select", choices=choices),)
    )
