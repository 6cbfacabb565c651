"""The desk: what happens when a colleague presses a button under an alert, or fills in a form."""

from collections.abc import Mapping
from datetime import date, timedelta

from config.errors import Actionable
from health.answers import (
    ACKNOWLEDGE,
    Answer,
    Refused,
    before_window,
)
from health.done import OUTCOMES
from integrations.desk import OWN_PAGE, Field, Form, Press, Question
from store import answers, verdicts
from store.answers import Pointed
from store.database import Connection
from store.installation import business_day
from worker import deciding
from worker.answers import Given, answer
from worker.deciding import Faulty
from worker.deployment import Deployment
from worker.shown import standing

__all__ = ["Faulty", "filled", "pressed"]

OLD = "This is no alert that is still open: it was closed, or it goes on in a newer message."
_REASON = Field("reason", "Why?")
_UNTIL_WINDOW = "window"
_DAYS = {"1": "1 day", "7": "1 week"}
_OUTCOMES = {
    "kept": "They stay",
    "grown": "They pay more",
    "reduced": "They pay less",
    "lost": "They go",
    "no_answer": "Nobody answered",
    "not_needed": "It was not needed",
}
assert tuple(_OUTCOMES) == OUTCOMES  # noqa: S101 - as it is imported: an outcome without words


def pressed(deployment: Deployment, name: str, press: Press) -> Question | str:
    """Take what a button says, and return what to tell whoever pressed it; or what to ask back first."""
    if number := deciding.number(press.answer):
        return deciding.asked(deployment, name, press, number)
    if press.answer == ACKNOWLEDGE:
        return _acknowledged(deployment, name, press)
    with deployment.database.read() as connection:  # whoever writes meanwhile: a form must open within 3 s
        found = _pointed(connection, name, press.remote)
        return _question(deployment, connection, found.key, press.answer) if found else OLD


def _acknowledged(deployment: Deployment, name: str, press: Press) -> str:
    with deployment.database.write() as connection:
        found = _pointed(connection, name, press.remote)
        if found is None:
            return OLD
        said = Answer(ACKNOWLEDGE, press.actor, business_day(connection))
        try:
            given = answer(deployment, connection, found.key, said, found.matter, call=press.call)
        except Actionable:
            return OLD
    deployment.bell.deliver(name)
    return _already(given, press.actor)


def _already(given: Given, actor: str) -> str:
    if given.before is None:
        return ""
    who = "You have" if given.before.actor == actor else f"<@{given.before.actor}> has"
    return f"{who} taken it on already, on {given.before.on:%b %-d, %Y}."


def filled(deployment: Deployment, name: str, form: Form) -> None:
    """Take what a form says. Raises `Faulty` where it cannot be taken as it was filled in."""
    if number := deciding.number(form.answer):
        deciding.decided(deployment, name, form, number)
        return
    first = next(iter(form.values), "reason")
    with deployment.database.write() as connection:
        found = _pointed(connection, name, form.remote)
        if found is None:
            raise Faulty({first: OLD})
        key, matter = found.key, found.matter
        said = _said(deployment, connection, key, form)
        try:
            answer(deployment, connection, key, said, matter, call=form.call)
        except (Actionable, Refused) as error:
            raise Faulty({first: str(error)}) from None
    deployment.bell.deliver(name)


def _pointed(connection: Connection, name: str, remote: str) -> Pointed | None:
    """Return the alert that a message is, if it still stands there; or that a button on an own page means."""
    if remote.startswith(OWN_PAGE):
        account = remote.removeprefix(OWN_PAGE)
        return answers.risk_of(connection, int(account)) if account.isdecimal() else None
    found = answers.pointed_at(connection, name, remote)
    if found is None:
        return None
    places = standing(connection, found.account, found.matter)
    return found if found.thread in {each.thread for each in places} else None


# -- questions ---------------------------------------------------------------------------------------


def _question(deployment: Deployment, connection: Connection, key: str, kind: str) -> Question | str:
    match kind:
        case "snooze":
            days = dict(_DAYS)
            if _window(deployment, connection, key):
                days[_UNTIL_WINDOW] = "Until the next renewal window"
            choices = tuple(days.items())
            return Question("Snooze", (Field("for", "For how long?", choices), _REASON), "Snooze")
        case "dismiss":
            return Question("Not a risk", (_REASON,), "Close the alert")
        case "done":
            outcome = Field("outcome", "What came of it?", tuple(_OUTCOMES.items()))
            return Question("Done", (outcome,), "Done")
        case "assign":
            return Question("Assign", (Field("to", "To whom?", person=True),), "Assign")
        case _:
            return ""


def _said(deployment: Deployment, connection: Connection, key: str, form: Form) -> Answer:
    """Return a form's answer. Raises `Faulty`."""
    values, today = form.values, business_day(connection)
    said = Answer(form.answer, form.actor, today)
    match form.answer:
        case "snooze":
            until = _until(deployment, connection, key, values.get("for", ""), today)
            return said._replace(until=until, detail=_words(values, "reason"))
        case "dismiss":
            return said._replace(detail=_words(values, "reason"))
        case "done":
            if values.get("outcome") not in OUTCOMES:
                raise Faulty({"outcome": "Choose one."})
            return said._replace(detail=values["outcome"])
        case "assign":
            return said._replace(detail=_words(values, "to"))
        case _:
            raise Faulty({next(iter(values), "reason"): OLD})


def _words(values: Mapping[str, str], name: str) -> str:
    """Return a line that somebody wrote. Raises `Faulty` without one."""
    words = " ".join(values.get(name, "").split())
    if not words:
        raise Faulty({name: "Say it in a few words: others read it."})
    return words


def _until(deployment: Deployment, connection: Connection, key: str, chosen: str, today: date) -> date:
    if chosen in _DAYS:
        return today + timedelta(days=int(chosen))
    window = _window(deployment, connection, key) if chosen == _UNTIL_WINDOW else None
    if window is None:
        raise Faulty({"for": "Choose one."})
    return window


def _window(deployment: Deployment, connection: Connection, key: str) -> date | None:
    """Return the day of the account's next renewal window, if an alert may be silent as long as that."""
    found = verdicts.verdict(connection, key)
    days = found.assessment.facts.get("days_to_anchor") if found else None
    if found is None or not isinstance(days, int):
        return None
    anchor_on = found.assessment.as_of + timedelta(days=days)
    return before_window(anchor_on, business_day(connection), deployment.policy.renewals.windows)
