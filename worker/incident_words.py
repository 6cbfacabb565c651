"""What is said of an incident: a source that is wrong, customers who began together, and that it is over."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from health.cohorts import USE
from health.features import Cohort
from integrations.errors import IntegrationError, Misconfigured
from store.doubt import Implausible
from store.incidents import Incident
from templates.content import OperatorContent
from worker.listings import Retired

_DOCTOR = "Run seatsignal doctor: it says whether {} answers, shows a sample, and what waits by now."
_AFTER = "Once it is mended, what is still true is told by itself, and this message says that it is over."
_OVER = {
    "stale": "All of it was read, and its days are up to date.",
    "fleet": "Use as it tells it no longer falls everywhere at once.",
    "listing": "Its listing was whole.",
    "match_rate": "Enough of its accounts are linked to ours, and what it states counts again.",
}


def refuses(source: str, error: IntegrationError) -> OperatorContent:
    """Say that a source cannot be read until a person acts."""
    return OperatorContent(
        title=f"{source} cannot be read",
        what_happened=f"The last pull ended with: {error.reason}. Scores that rest on it are kept.",
        what_to_do=(str(error), "It is asked again at its next turn; this message says when it is over."),
        severity="high",
    )


def implausible(source: str, doubted: Implausible) -> Misconfigured:
    """Say that a source changed everything at once, what was not stored for it, and how it can be."""
    return Misconfigured(
        "implausible",
        f"{source} says that {doubted.what} changed for {doubted.many:,} of {doubted.known:,} at once. That "
        "is more likely a fault of the data, or another account's key, than the truth: it was not stored. If "
        f"it is true, run seatsignal pull {source} --believe.",
    )


def late(source: str, since_ms: int, failure: str) -> OperatorContent:
    """Say that nobody has read a source to its end for three turns."""
    ended = f" The last one ended with: {failure}." if failure else ""
    return OperatorContent(
        title=f"{source} is stale",
        what_happened=(
            f"No pull has read all of {source} since {_instant(since_ms)}.{ended} "
            "Scores that rest on it are kept as they are, and grow old."
        ),
        what_to_do=(
            _DOCTOR.format(source),
            "If it answers: look for pulled in the worker's log, and whether a worker takes the queue pull.",
            "It is asked again at each of its turns; this message says when it is over.",
        ),
        severity="high",
    )


def behind(source: str, through: date | None, accounts: int, kinds: Iterable[str]) -> OperatorContent:
    """Say that a source tells nothing of recent days: whose alerts wait, and what is no longer known."""
    told = f"{source} tells nothing later than {_day(through)}." if through else f"{source} is behind."
    waits = f" Silence since then may be ours, not the customers': {_waiting(accounts)}." if accounts else ""
    lost = ", ".join(sorted(kinds))
    unknown = f" That is past the shelf life, so what rests on its {lost} is unknown." if lost else ""
    return OperatorContent(
        title=f"{source} is stale",
        what_happened=told + waits + unknown,
        what_to_do=(
            _DOCTOR.format(source),
            f"Look in {source} itself whether the days since then are there, and whether they were exported.",
            _AFTER,
        ),
        severity="high",
    )


def fallen(source: str, share: float | None, accounts: int) -> OperatorContent:
    """Say that use fell across the whole fleet as one source tells it, and whose alerts wait for that."""
    low = "" if share is None else f", to {share:.0%} of what is usual"
    return OperatorContent(
        title=f"{source} looks ill: alerts wait",
        what_happened=(
            f"Use as {source} tells it fell for all customers at once{low}. That is more likely a fault of "
            f"the data, or a holiday, than everybody leaving: {_waiting(accounts)}."
        ),
        what_to_do=(
            _DOCTOR.format(source),
            f"Look at a recent day in {source} itself: did a release, the tracking or an export change it?",
            _AFTER,
        ),
        severity="high",
    )


def refused(source: str, listings: Sequence[Retired]) -> OperatorContent:
    """Say that listings lacked more than a person would believe."""
    lacking = ", ".join(f"{each.absent:,} of {each.stood:,} {each.kind}" for each in listings)
    return OperatorContent(
        title=f"{source} left out too much to be believed",
        what_happened=(
            f"Its last full listing lacks {lacking}. That is more likely a part of an answer than the truth: "
            "none of it was retired, and accounts stand as they were."
        ),
        what_to_do=(
            _DOCTOR.format(source),
            f"If they are still there in {source}: nothing to do, the next whole listing settles it.",
            f"If they are really gone: does our key see all of {source}, and the right account there?",
            "A file is taken at its word by seatsignal import --complete FILE --retire-all.",
        ),
    )


def mislinked(source: str, linked: int, accounts: int, floor: float) -> OperatorContent:
    """Say that so few of a source's accounts are ours that it does not count."""
    return OperatorContent(
        title=f"{source} is hardly linked to our accounts",
        what_happened=(
            f"Only {linked:,} of its {accounts:,} accounts are linked, under its floor of {floor:.0%}. It is "
            "more likely joined wrongly than rightly, so what it states is unknown, and scores rest on the "
            "other sources alone."
        ),
        what_to_do=(
            "Run seatsignal identity review: it lists which are none of ours, and why.",
            f"Did ids change in {source}, or in what it is joined by? Mend them there, or link by hand.",
            f"Are the others no customers (a free plan, say)? Lower match_rate_min_pct of {source}.",
        ),
        severity="high",
    )


def together(cohort: Cohort) -> OperatorContent:
    """Say that customers who began together do badly, once and of all of them."""
    who, now, low = _began(cohort), f"{cohort.now_pct:.0f} %", f"{cohort.low_pct:.0f} %"
    if cohort.what == USE:
        title = f"Customers who began in {who} use less, all together"
        fell = f"Beside all others they do {now} of their usual; in the eight weeks before never under {low}."
    else:
        title = f"Customers who began in the week of {who} do not get started"
        fell = f"{now} of them came into use within seven days, in the eight weeks before at least {low}."
    return OperatorContent(
        title=title,
        what_happened=(
            f"{fell} That is more than chance among {_counted(cohort.accounts)}, and more likely one cause "
            "than many: alerts about single ones wait for as long."
        ),
        what_to_do=(
            "Ask what they have in common: the plan, who sold it, how they were set up, what was released.",
            "Talk to two or three of them before you write to all.",
            "Mend it where it began. Whoever still does badly afterwards is told one by one.",
        ),
    )


def no_longer(incident: Incident) -> OperatorContent:
    """Say that a cohort is within its range again, or that its range is as low by now."""
    return OperatorContent(
        title=f"Customers who began together ({incident.source}) are no longer below their range",
        what_happened="Whoever of them still does badly is told one by one.",
        what_to_do=(),
    )


def well(incident: Incident, today: date) -> OperatorContent:
    """Say that an incident is over, and what comes of what waited."""
    lasted = (
        f"on {_day(today)}" if incident.began == today else f"from {_day(incident.began)} to {_day(today)}"
    )
    many = incident.accounts
    waited = f" Alerts about {_counted(many)} waited; what is still true is told now." if many else ""
    return OperatorContent(
        title=f"{incident.source} is well again",
        what_happened=f"{_OVER[incident.kind]} It lasted {lasted}.{waited}",
        what_to_do=(),
    )


def unused(incident: Incident) -> OperatorContent:
    """Say that an incident is over because nobody reads the source any more."""
    return OperatorContent(
        title=f"{incident.source} is out of use",
        what_happened=(
            "Nothing is set of it any more, so nobody reads it, and no alert waits for it. What it told last "
            "counts until it is past its shelf life."
        ),
        what_to_do=(
            "Was that meant? seatsignal doctor says what of it still counts, and what is unknown for it.",
        ),
    )


def _began(cohort: Cohort) -> str:
    return f"{cohort.first:%B %Y}" if cohort.what == USE else _day(cohort.first)


def _waiting(accounts: int) -> str:
    return f"alerts about {_counted(accounts)} wait so far, and nobody is told meanwhile"


def _counted(accounts: int) -> str:
    return "1 account" if accounts == 1 else f"{accounts:,} accounts"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _instant(instant_ms: int) -> str:
    at = datetime.fromtimestamp(instant_ms / 1000, UTC)
    return f"{_day(at.date())}, {at:%H:%M} UTC"
