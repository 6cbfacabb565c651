"""``seatsignal metrics NAME --value``: what it comes to today, over all accounts or by segment."""

from collections.abc import Iterator

import typer
from babel.numbers import get_currency_precision

from cli.opened import opened
from cli.output import answer, complain, say, table, wants_json
from config.worked import plain
from health.figures.book import NO_CURRENCY
from health.figures.parts import Result
from health.figures.reading import Aim
from health.figures.segments import SEGMENTS
from health.figures.share import Mean, Share
from health.figures.spread import Spread
from health.nouns import NOT_APPLICABLE, Input
from worker.gathered import Asked, Told, document
from worker.values import value

MINOR = "minor units"
HEADINGS = ("part", "value", "from", "to", "part of", "whole")


def tell(asked: Asked) -> None:
    """Print what a figure comes to on the business day. Ends with 1 for one that has none, and says why."""
    entry = asked.entry
    if entry.no_value:
        complain(f"{asked.name} has no value for the book: {entry.no_value}")
        raise typer.Exit(1)
    if asked.by and asked.by not in SEGMENTS:
        raise typer.BadParameter(f"{asked.by!r} is none of {', '.join(SEGMENTS)}", param_hint="--by")
    with opened() as deployment:
        told = value(deployment, asked)
    if wants_json():
        answer(document(asked, told))
        return
    minor = entry.unit.startswith(MINOR)
    unit = entry.unit.removeprefix(MINOR).strip() or "amounts"
    print(f"{entry.title} as of {told.as_of}, {_covered(told)} ({unit})")
    rows = list(_rows(told, minor=minor))
    if rows:
        table((told.by or "of", *HEADINGS), rows)
    else:
        say(f"Nothing is known of it: it needs {told.needs}." if told.needs else "Nothing is known of it.")
    _print_bands(told)
    _print_worst(told, minor=minor)


def _covered(told: Told) -> str:
    """Say how many accounts there are, how many tell anything of it, and why the others do not."""
    others = ", ".join(f"{count} {state}" for state, count in told.states.items() if count)
    known = "all" if told.covered == told.accounts else str(told.covered)
    return f"{told.accounts} accounts, {known} covered" + (f", {others}" if others else "")


def _rows(told: Told, *, minor: bool) -> Iterator[tuple[object, ...]]:
    for segment, parts in told.found.items():
        for part, result in parts.items():
            yield segment, part or "-", *_cells(part, result, minor=minor)


def _print_bands(told: Told) -> None:
    rows = [
        (segment, part or "-", word, *_cells("", share, minor=False)[:1], share.part, share.whole)
        for segment, parts in told.bands.items()
        for part, words in parts.items()
        for word, share in words.items()
    ]
    if rows:
        print()
        table((told.by or "of", "part", "reads", "%", "part of", "whole"), rows)


def _print_worst(told: Told, *, minor: bool) -> None:
    if told.worst:
        print()
        rows = [
            (part or "-", account, name, _amount(amount, part) if minor else _cell(amount))
            for part, account, name, amount in told.worst
        ]
        table(("part", "account", "name", "value"), rows)


def _cells(part: str, result: Result, *, minor: bool) -> tuple[object, ...]:
    """Return value, range, and what a share is of; of a spread the median, the quartiles and how many."""
    cells: tuple[Input, ...]
    match result:
        case Aim():
            return f"{result.standing} by {result.difference:+g}", None, None, None, None
        case Share():
            cells = (result.pct, result.low_pct, result.high_pct, result.part, result.whole)
        case Mean():
            cells = (result.mean, None, None, result.total, result.over)
        case Spread() if minor and result.size:
            middle = (_amount(each, part) for each in (result.median, result.quartile_1, result.quartile_3))
            return (*middle, None, result.size)
        case Spread():
            cells = (result.median, result.quartile_1, result.quartile_3, None, result.size)
        case _:
            return _amount(result, part) if minor else result, None, None, None, None
    return (*map(_cell, cells),)


def _cell(value: Input) -> object:
    return None if value is NOT_APPLICABLE else plain(value)


def _amount(minor: Input, part: str) -> object:
    """Return an amount in the currency's whole units; as it is where no currency is stated."""
    if not isinstance(minor, (int, float)):
        return _cell(minor)
    code = part.rpartition(" ")[2]
    if NO_CURRENCY in part or not code:
        return f"{minor:g} minor units"
    return f"{minor / 10 ** get_currency_precision(code):,.0f}"
