"""Answers: what a person says to an open alert, and what that makes of the flags it lists.

An answer to what is closed changes nothing: whoever gives it is told so.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from health.alerts import LICENSING, OPEN
from health.expansion import GROUP as EXPANSION
from health.nouns import Flag

ACKNOWLEDGE, SNOOZE, DISMISS, DONE, ASSIGN = "acknowledge", "snooze", "dismiss", "done", "assign"
WAKE = "wake"
ANSWERS = (ACKNOWLEDGE, SNOOZE, DISMISS, DONE, ASSIGN, WAKE)
SNOOZE_DAYS_MAX = 90
"""Longer than that nobody postpones an alert: they say that it is no risk."""


class Answer(NamedTuple):
    """What a person says to an alert, and on which day.

    ``until`` is the day on which a snooze is over. ``detail`` is the reason of a snooze or of a dismissal,
    the outcome of a play (`health.done.OUTCOMES`), or whom the alert is assigned to.
    """

    kind: str
    actor: str
    on: date
    until: date | None = None
    detail: str = ""


class Refused(ValueError):  # noqa: N818 - named by what happened
    """An answer that cannot be taken; its text says why, to the person who gave it."""


def listed(flags: Sequence[Flag], *, expansion: bool) -> list[Flag]:
    """Return the open flags that an alert lists: of room to grow, or of all that may cost the account."""
    kinds = {EXPANSION} if expansion else {flag.kind for flag in flags} - {EXPANSION, LICENSING}
    return [flag for flag in flags if flag.kind in kinds and flag.state in OPEN]


def answered(flags: Sequence[Flag], answer: Answer) -> list[Flag]:
    """Return those of an alert's open flags that an answer changes, as they are then.

    Whoever acknowledges takes it on: it repeats no more, and it is escalated to nobody. Whoever has done the
    play has done at least that. A snooze ends by itself, sooner if it gets worse (`health.decide`) or if
    somebody wakes it. What is dismissed does not open again in its term. Raises `Refused`.
    """
    match answer.kind:
        case "acknowledge" | "done":
            return [_taken(flag) for flag in flags if flag.state != "acknowledged"]
        case "snooze":
            until = _end(answer)
            return [replace(flag, state="snoozed", until=until) for flag in flags]
        case "wake":
            return [replace(flag, state="firing", until=None) for flag in flags if flag.state == "snoozed"]
        case "dismiss":
            return [replace(flag, state="resolved", until=None, since=answer.on) for flag in flags]
        case _:
            return []


def _taken(flag: Flag) -> Flag:
    return replace(flag, state="acknowledged", until=None)


def _end(answer: Answer) -> date:
    days = (answer.until - answer.on).days if answer.until else 0
    if not 0 < days <= SNOOZE_DAYS_MAX:
        raise Refused(f"An alert is snoozed for 1 to {SNOOZE_DAYS_MAX} days.")
    assert answer.until is not None  # noqa: S101 - days would be 0
    return answer.until


def state(flags: Sequence[Flag]) -> str:
    """Return the state of an alert by its flags: what nobody has answered outweighs what somebody has."""
    states = {flag.state for flag in flags}
    return next((each for each in ("firing", "acknowledged", "snoozed") if each in states), "resolved")


def snoozed_until(flags: Sequence[Flag], kind: str, as_of: date) -> date | None:
    """Return the day until which an alert's flags of a kind are silent; `None` if they are not."""
    of_kind = [flag for flag in flags if flag.kind == kind and flag.state in OPEN]
    ends = [flag.until for flag in of_kind if flag.state == "snoozed" and flag.until is not None]
    if not of_kind or len(ends) < len(of_kind):
        return None
    return max(ends) if max(ends) > as_of else None


def before_window(anchor_on: date, as_of: date, windows: Sequence[int]) -> date | None:
    """Return the day of the next renewal window before an anchor; `None` if a snooze may not be as long."""
    ahead = [anchor_on - timedelta(days=days) for days in windows]
    day = min((day for day in ahead if day > as_of), default=None)
    return day if day is not None and (day - as_of).days <= SNOOZE_DAYS_MAX else None
