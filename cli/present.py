"""``seatsignal metrics NAME --value``: what a figure comes to today, over all accounts or by segment."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import typer
from babel.numbers import get_currency_precision

from cli.opened import opened
from cli.output import answer, complain, table, wants_json
from config.metrics import Entry
from config.worked import plain
from health.figures.parts import Sum, over_accounts
from health.figures.present import NO_CURRENCY, PRESENT, Known, Moment, Present
from health.figures.segments import BY_ACCOUNT, BY_TERM, SEGMENTS, UNKNOWN, segments
from health.figures.share import Share
from health.figures.spread import Spread
from health.nouns import NOT_APPLICABLE, Input
from store.figures import known
from store.installation import business_day
from worker.deployment import Deployment

ALL = "all"
MINOR = "minor units "
Found = Mapping[str, Mapping[str, Share | int | Spread]]
"""By segment and part."""


class Told(NamedTuple):
    """A figure on a day, and over how many accounts."""

    as_of: date
    accounts: int
    found: Found


def tell(name: str, entry: Entry, by: str, *, spread: bool) -> None:
    """Print what a figure comes to on the business day. Ends with 1 for one that is not told this way."""
    if name not in PRESENT:
        complain(f"{name} is not computed over all accounts yet; these are: {', '.join(PRESENT)}")
        raise typer.Exit(1)
    if by and by not in SEGMENTS:
        raise typer.BadParameter(f"{by!r} is none of {', '.join(SEGMENTS)}", param_hint="--by")
    with opened() as deployment:
        told = present(deployment, PRESENT[name], by, spread=spread)
    if wants_json():
        values = plain(told.found)
        answer({"name": name, "unit": entry.unit, "by": by or None, **told._asdict(), "found": values})
        return
    unit = entry.unit.removeprefix(MINOR)
    print(f"{entry.title} as of {told.as_of}, {told.accounts} accounts ({unit})")
    table(
        (by or "of", "part", "value", "from", "to", "part of", "whole"),
        [
            (segment, part or "-", *_cells(part, value, minor=unit != entry.unit))
            for segment, parts in told.found.items()
            for part, value in parts.items()
        ],
    )


def present(deployment: Deployment, figure: Present, by: str, *, spread: bool) -> Told:
    """Return a figure over all accounts on the business day, by segment if one is named.

    Added up, or as it lies over accounts with ``spread``.
    """
    sums: dict[str, Sum] = defaultdict(Sum)
    count = 0
    with deployment.database.read() as connection:
        moment = Moment(business_day(connection), deployment.policy.renewals)
        for account in known(connection, _kinds(figure, by), moment.last(figure.days)):
            parts = figure.of(account, moment)
            sums[_segment(account, by)].add(over_accounts(parts) if spread else parts)
            count += 1
    return Told(moment.as_of, count, {name: sums[name].result() for name in sorted(sums)})


def _kinds(figure: Present, by: str) -> set[str]:
    profile = {"accounts"} if by and by not in BY_TERM else set()
    terms = {"subscriptions"} if by and by not in BY_ACCOUNT else set()
    return {*figure.kinds, *profile, *terms}


def _segment(account: Known, by: str) -> str:
    if not by:
        return ALL
    return segments(by, account.accounts, account.subscriptions).get(account.account, UNKNOWN)


def _cells(part: str, value: Share | int | Spread, *, minor: bool) -> tuple[object, ...]:
    """Return value, range, and what a share is of; of a spread the median, the quartiles and how many."""
    if isinstance(value, Share):
        cells: tuple[Input, ...] = (value.pct, value.low_pct, value.high_pct, value.part, value.whole)
        return (*map(_cell, cells),)
    if isinstance(value, Spread):
        cells = (value.median, value.quartile_1, value.quartile_3, None, value.size)
        return (*map(_cell, cells),)
    return _major(value, part) if minor else value, None, None, None, None


def _cell(value: Input) -> object:
    return None if value is NOT_APPLICABLE else plain(value)


def _major(minor: int, currency: str) -> str:
    """Return an amount in the currency's whole units; as it is where no currency is stated."""
    if currency == NO_CURRENCY:
        return f"{minor} minor units"
    return f"{minor / 10 ** get_currency_precision(currency):,.0f}"
