"""Every filter a template may use: figures, money and days as people of its language write them."""

import re
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from babel.dates import format_date, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_precision

from health.languages import DEFAULT
from templates.plain import TEXT_LIMIT, shortened
from templates.rendering import CURRENT

MINUS = "\N{MINUS SIGN}"
TENTH = Decimal("0.1")
_CODE_THEN_DIGIT = re.compile(r"(?<=[A-Z])(?=\d)")
_DAY = re.compile(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b")
FAR = 1_000_000
"""No count of days is large enough to be told in weeks."""


def money(minor: int, currency: str) -> str:
    """An amount of minor units, exactly: ``€1,234.50``."""
    return _spaced(format_currency(_major(minor, currency), currency, locale=CURRENT.get().locale))


def whole_money(minor: int, currency: str) -> str:
    """An amount of minor units to the whole unit, for figures that are estimates: ``€1,235``."""
    locale = CURRENT.get().locale
    pattern = copy(locale.currency_formats["standard"])
    pattern.frac_prec = (0, 0)
    amount = _major(minor, currency)
    return _spaced(pattern.apply(amount, locale, currency=currency, currency_digits=False))


def _spaced(amount: str) -> str:
    return _CODE_THEN_DIGIT.sub("\N{NO-BREAK SPACE}", amount)


def _major(minor: int, currency: str) -> Decimal:
    return Decimal(minor).scaleb(-get_currency_precision(currency))


def day(value: date) -> str:
    """A day in full: ``March 3, 2027``. French counts the first of a month, which Babel does not know."""
    locale = CURRENT.get().locale
    written = format_date(value, "long", locale=locale)
    return f"1er{written[1:]}" if locale.language == "fr" and value.day == 1 else written


def short_day(value: date) -> str:
    """A day in few letters: ``Mar 3, 2027``."""
    return format_date(value, "medium", locale=CURRENT.get().locale)


def dated(text: str) -> str:
    """A sentence of ours, its days as people write them: ``by 2027-03-03`` is ``by Mar 3, 2027``."""
    return _DAY.sub(_dated, text)


def _dated(found: re.Match[str]) -> str:
    try:
        return short_day(date.fromisoformat(found[0]))
    except ValueError:  # no day of the calendar
        return found[0]


def unbroken(text: str) -> str:
    """Text that stays on one line."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def fitted(amount: str, limit: int) -> str:
    """An amount that may leave its currency to the next line if it has more characters than fit."""
    return amount if len(amount) <= limit else amount.replace("\N{NO-BREAK SPACE}", " ")


def away(days: int) -> str:
    """How far off a day is: ``in 12 days``, ``3 days ago``."""
    locale = CURRENT.get().locale
    return format_timedelta(
        timedelta(days=days), granularity="day", threshold=FAR, add_direction=True, locale=locale
    )


def number(value: float) -> str:
    """A count with separators: ``12,400``."""
    return format_decimal(value, locale=CURRENT.get().locale)


def percent(value: float) -> str:
    """A percentage given as such, without decimals: 38.4 is ``38%``."""
    return format_percent(Decimal(str(value)) / 100, locale=CURRENT.get().locale)


def tenths(value: float) -> str:
    """A figure to a tenth at most: ``86.4``, ``12,400``."""
    return format_decimal(Decimal(str(value)), "#,##0.#", locale=CURRENT.get().locale)


def spoken(name: str) -> str:
    """A name of ours as people say it: ``at_risk`` is ``at risk``."""
    return name.replace("_", " ")


def worded(words: Mapping[str, str]) -> str:
    """What a company says in its own words, in the language that is written; in English without it."""
    return words.get(CURRENT.get().locale.language) or words[DEFAULT]


def points(value: float) -> str:
    """A score to a tenth, cut and not rounded, so that 49.96 never reads as the next band's 50."""
    tenths = Decimal(str(value)).quantize(TENTH, ROUND_FLOOR)
    return format_decimal(tenths, locale=CURRENT.get().locale)


def change(value: float) -> str:
    """A difference with its sign: ``+3``, or minus twelve with a real minus sign."""
    tenths = Decimal(str(value)).quantize(TENTH)
    sign = "±" if not tenths else MINUS if tenths < 0 else "+"
    return sign + format_decimal(abs(tenths), locale=CURRENT.get().locale)


def shift(value: float) -> str:
    """A percentage that is a change, with its sign: 3.4 is ``+3%``."""
    whole = round(value)
    sign = "±" if not whole else MINUS if whole < 0 else "+"
    return sign + percent(abs(whole))


def counted(value: int, one: str, many: str) -> str:
    """A count and its noun: ``1 day``, ``12 days``."""
    return f"{number(value)} {one if value == 1 else many}"


def sparkline(values: Sequence[float | None]) -> str:
    """A bar for each value, from nothing to the highest: ``▂▅█``; a dot where there is none."""
    top = max((value for value in values if value is not None), default=0) or 1
    heights = (None if value is None else round(value / top * (len(BARS) - 1)) for value in values)
    return "".join("·" if height is None else BARS[height] for height in heights)


def heights(values: Sequence[float], most: int) -> tuple[int, ...]:
    """Heights in pixels from nothing to the highest value's; what is nothing is a line of one."""
    top = max(values, default=0) or 1
    return tuple(max(1, round(value / top * most)) for value in values)


def length(items: Sequence[object]) -> int:
    """How many items there are."""
    return len(items)


def joined(items: Sequence[str], between: str = ", ") -> str:
    """Items in one line."""
    return shortened(str(between).join(items), TEXT_LIMIT)


def cut(text: str, limit: int) -> str:
    """Text of at most so many characters."""
    return shortened(text, limit)


BARS = "▁▂▃▄▅▆▇█"
FILTERS: Mapping[str, Callable[..., Any]] = {
    "away": away,
    "change": change,
    "shift": shift,
    "counted": counted,
    "cut": cut,
    "dated": dated,
    "day": day,
    "fitted": fitted,
    "heights": heights,
    "joined": joined,
    "length": length,
    "money": money,
    "number": number,
    "percent": percent,
    "points": points,
    "short_day": short_day,
    "sparkline": sparkline,
    "spoken": spoken,
    "tenths": tenths,
    "unbroken": unbroken,
    "whole_money": whole_money,
    "worded": worded,
}
