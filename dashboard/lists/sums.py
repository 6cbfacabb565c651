"""What lists of accounts add up to, above them: renewals by window, revenue at risk by reason."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from dashboard.access import Viewer
from health.review import RiskReason
from store import book
from store.book import Ahead
from store.installation import business_day
from templates.views import Bar, Bars, Cell, Column, Lines, Part, Row, Table
from worker.deployment import Deployment
from worker.reviewed import Risks, risks

PAYMENT = "payment"
"""The family of signals that say that money is owed to us."""


def renewals_by_window(deployment: Deployment, viewer: Viewer) -> Sequence[Part]:
    """Return the accounts of which somebody must act, by the window that their day is in."""
    policy = deployment.policy
    windows = sorted(policy.renewals.windows)
    unpaid = [name for name, rule in policy.signals.items() if rule.family == PAYMENT]
    with deployment.database.read() as connection:
        today = business_day(connection)
        last = today + timedelta(days=windows[-1])
        found = book.ahead(connection, today, last, unpaid, viewer.owners)
    labels = ("Accounts", "With a failed payment", "Revenue at risk a year")
    return [
        Table(
            title="By window",
            about="The days that are left; an account stands in the nearest window that its day is in.",
            columns=(Column(label="Days left"), *(Column(label=each, is_number=True) for each in labels)),
            rows=tuple(_windows(found, windows, today)),
            empty="Nobody has to act in these days.",
        )
    ]


def _windows(found: Sequence[Ahead], windows: Sequence[int], today: date) -> Iterator[Row]:
    """Yield a row for each window and currency of which there is any account, the nearest first."""
    after = -1
    for window in windows:
        first, last = today + timedelta(days=after + 1), today + timedelta(days=window)
        own = [each for each in found if first <= each.on <= last]
        for currency in sorted({each.currency for each in own}):
            yield _window(
                f"{after + 1} to {window}", first, last, [each for each in own if each.currency == currency]
            )
        after = window


def _window(label: str, first: date, last: date, own: Sequence[Ahead]) -> Row:
    currency, minor = own[0].currency, sum(each.at_risk_minor for each in own)
    amount = Cell(kind="money", number=minor, currency=currency) if currency else Cell(note="no currency")
    return Row(
        cells=(
            Cell(text=label, href=f"/renewals?from={first}&until={last}"),
            Cell(kind="number", number=sum(each.accounts for each in own)),
            Cell(kind="number", number=sum(each.unpaid for each in own)),
            amount,
        )
    )


def risk_by_reason(deployment: Deployment, viewer: Viewer) -> Sequence[Part]:
    """Return revenue at risk by the line of the score that takes most off."""
    found = risks(deployment, viewer.owners)
    if found is None:
        said = "It is not told yet: of so many accounts it is told by itself, some times a day."
        return [Lines(title=_BY_REASON, lines=(said,))]
    if not found.reasons:
        return []
    top = max((each.minor or 0 for each in found.reasons), default=0) or 1
    return [
        Bars(
            title=_BY_REASON,
            about=f"As of {found.as_of:%-d %B %Y}, a year. An account counts once, under its largest reason.",
            items=tuple(_bar(each, found, top) for each in found.reasons),
            total=_total(found),
        )
    ]


_BY_REASON = "Revenue at risk by reason"


def _bar(each: RiskReason, of: Risks, top: int) -> Bar:
    accounts = f"{each.accounts} account{'' if each.accounts == 1 else 's'}"
    cell = Cell(kind="money", number=each.minor, currency=of.currency) if of.currency else Cell(text="none")
    width = round(100 * (each.minor or 0) / top, 1)
    return Bar(label=f"{each.reason}, {accounts}", value=cell, width=width, is_loss=True)


def _total(found: Risks) -> str:
    counted = Counter({each.reason: each.accounts for each in found.reasons}).total()
    return f"{counted} account{'' if counted == 1 else 's'} at risk, by the score as it was computed."
