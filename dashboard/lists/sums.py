"""What lists of accounts add up to, above them: renewals by window, revenue at risk by reason."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from babel.numbers import get_currency_precision

from dashboard.access import Viewer
from dashboard.pictures import picture
from health.review import RiskReason
from store import book
from store.book import Ahead
from store.installation import business_day
from templates import charts
from templates.charts import Spec
from templates.views import Bar, Bars, Cell, Column, Part, Picture, Row, Table
from worker.deployment import Deployment
from worker.reviewed import Risks, risks

PAYMENT = "payment"
"""The family of signals that say that money is owed to us."""


def renewals_by_window(deployment: Deployment, viewer: Viewer) -> Sequence[Part]:
    """Return the accounts of which somebody must act, by the window that their day is in."""
    windows = _all_windows(deployment)
    today, found = _ahead(deployment, viewer)
    labels = ("Accounts", "With a failed payment")
    return [
        Table(
            title="By window",
            picture=_picture(found, windows, today),
            about="The days that are left; an account stands in the nearest window that its day is in.",
            columns=(
                Column(label="Days left"),
                *(Column(label=each, is_number=True) for each in labels),
                _AT_RISK,
            ),
            rows=tuple(map(_window, _in_windows(found, windows, today))),
            empty="Nobody has to act in these days.",
        )
    ]


_AT_RISK = Column(label="Revenue at risk a year", is_number=True, explained="/metrics/revenue_at_risk")


def windows_spec(deployment: Deployment, viewer: Viewer, of: str) -> Spec | None:
    """Return revenue at risk by window in a currency as a chart."""
    today, found = _ahead(deployment, viewer)
    return _bars(found, _all_windows(deployment), today, of)


def _bars(found: Sequence[Ahead], windows: Sequence[int], today: date, currency: str) -> Spec | None:
    whole = 10 ** get_currency_precision(currency) if currency else 1
    own = [each for each in _in_windows(found, windows, today) if each.currency == currency]
    values = {each.label: sum(one.at_risk_minor for one in each.own) / whole for each in own}
    return charts.bars(values) if any(values.values()) else None


def _picture(found: Sequence[Ahead], windows: Sequence[int], today: date) -> Picture | None:
    """Return the windows as a chart, in the currency in which there is the most."""
    at_risk = Counter[str]()
    for each in found:
        at_risk[each.currency] += each.at_risk_minor if each.currency else 0
    currency = next((name for name, _ in at_risk.most_common(1)), "")
    if not currency or _bars(found, windows, today, currency) is None:
        return None
    words = f"Bars, as the table says: revenue at risk in {currency} by the days that are left."
    return picture("/charts/windows.svg", words, currency)


def _all_windows(deployment: Deployment) -> Sequence[int]:
    return sorted(deployment.policy.renewals.windows)


def _ahead(deployment: Deployment, viewer: Viewer) -> tuple[date, Sequence[Ahead]]:
    """Return today, and what is ahead of it up to the last window."""
    unpaid = [name for name, rule in deployment.policy.signals.items() if rule.family == PAYMENT]
    with deployment.database.read() as connection:
        today = business_day(connection)
        last = today + timedelta(days=_all_windows(deployment)[-1])
        return today, book.ahead(connection, today, last, unpaid, viewer.owners)


class _Window(NamedTuple):
    """What is ahead within a window, in one currency."""

    label: str
    first: date
    last: date
    currency: str
    own: Sequence[Ahead]


def _in_windows(found: Sequence[Ahead], windows: Sequence[int], today: date) -> Iterator[_Window]:
    """Yield each window and currency of which there is any account, the nearest first."""
    after = -1
    for window in windows:
        first, last = today + timedelta(days=after + 1), today + timedelta(days=window)
        own = [each for each in found if first <= each.on <= last]
        for currency in sorted({each.currency for each in own}):
            of = [each for each in own if each.currency == currency]
            yield _Window(f"{after + 1} to {window}", first, last, currency, of)
        after = window


def _window(window: _Window) -> Row:
    currency, own = window.currency, window.own
    minor = sum(each.at_risk_minor for each in own)
    amount = Cell(kind="money", number=minor, currency=currency) if currency else Cell(note="no currency")
    return Row(
        cells=(
            Cell(text=window.label, href=_rows_of(window)),
            Cell(kind="number", number=sum(each.accounts for each in own)),
            Cell(kind="number", number=sum(each.unpaid for each in own)),
            amount,
        )
    )


def _rows_of(window: _Window) -> str:
    asked = {"from": window.first, "until": window.last} | (
        {"currency": window.currency} if window.currency else {}
    )
    return f"/renewals?{urlencode(asked)}"


def risk_by_reason(deployment: Deployment, viewer: Viewer) -> Sequence[Part]:
    """Return revenue at risk by the line of the score that takes most off."""
    found = risks(deployment, viewer.owners)
    if not found.reasons:
        return []
    top = max((each.minor or 0 for each in found.reasons), default=0) or 1
    return [
        Bars(
            title="Revenue at risk by reason",
            explained="/metrics/revenue_at_risk",
            about=f"As of {found.as_of}, a year. An account counts once, under its largest reason.",
            items=tuple(_bar(each, found, top) for each in found.reasons),
            total=_total(found),
        )
    ]


def _bar(each: RiskReason, of: Risks, top: int) -> Bar:
    accounts = f"{each.accounts} account{'' if each.accounts == 1 else 's'}"
    cell = Cell(kind="money", number=each.minor, currency=of.currency) if of.currency else Cell(text="none")
    width = round(100 * (each.minor or 0) / top, 1)
    href = f"/risk?{urlencode({'main_reason': each.reason})}" if each.reason else ""
    label = each.reason or "not known before the next assessment"
    return Bar(label=f"{label}, {accounts}", value=cell, width=width, is_loss=True, href=href)


def _total(found: Risks) -> str:
    counted = Counter({each.reason: each.accounts for each in found.reasons}).total()
    return f"{counted} account{'' if counted == 1 else 's'} at risk in all."
