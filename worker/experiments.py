"""Experiments at work: who is held out of a nudge, or gets a variant of it, and what the experiment told.

What runs goes by what was frozen when it started; the file is for people, and for the next start.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta

import msgspec

from config.errors import Actionable
from health.backtest import Horizon
from health.experiments import (
    ACTIVATED,
    HELD_OUT,
    WRITTEN,
    Experiment,
    Followed,
    Reading,
    Sample,
    Variant,
    arm,
    enough,
    read,
    sample,
)
from health.letters import LETTERS, NUDGE
from health.nouns import Notice
from store import audit, experiments, history, outbox, sources
from store.among import parts
from store.database import Connection
from store.experiments import Begun, Drawn
from store.installation import business_day, is_live
from worker import operators
from worker.deployment import Deployment
from worker.letters import Verdict
from worker.plays import segment

_DAY = timedelta(days=1)
_UNKNOWN = "unknown"


class Refused(Actionable):
    """An experiment cannot be started, stopped or read as it is."""


# -- as a letter comes to be owed --------------------------------------------------------------------


def drawn(connection: Connection, verdict: Verdict, letter: Notice) -> Notice:
    """Return a letter as it is, withheld where its account is held out, or as the variant that is tried.

    An account is drawn into an arm with the first letter that it is owed while an experiment runs. It stays
    there, and a letter that was withheld is not sent later.
    """
    if LETTERS[letter.template] != NUDGE:
        return letter
    begun = experiments.running(connection, letter.template)
    if begun is None:
        return letter
    into, variant = _arm(connection, begun, verdict, letter), planned_of(begun).variant
    if variant is None:
        return replace(letter, withheld=HELD_OUT) if into == HELD_OUT else letter
    return replace(letter, payload=varied(letter.payload, variant)) if into == WRITTEN else letter


def varied(payload: str, variant: Variant) -> str:
    """Return what a letter says in the words of a variant."""
    content = msgspec.json.decode(payload)
    wording = {"subject": variant.subject, "note": variant.note}
    return msgspec.json.encode(content | {"wording": wording}).decode()


def cadences(connection: Connection, first: int, last: int) -> Mapping[int, Mapping[str, int]]:
    """Return for accounts of a key range the days between two of a letter, where they try other ones."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for begun in experiments.begun(connection).values():
        variant = planned_of(begun).variant
        if variant and variant.every_days and not begun.stopped_on:
            for account in experiments.of_arm(connection, begun.name, WRITTEN, first, last):
                found[account][begun.letter] = variant.every_days
    return found


def _arm(connection: Connection, begun: Begun, verdict: Verdict, letter: Notice) -> str:
    """Return the arm of an account, drawn now if it is in none; empty once nobody is drawn any more.

    Whoever was owed the very same letter before is not drawn: it is not sent again.
    """
    kept = experiments.arm(connection, begun.name, letter.account)
    if kept or begun.reading or outbox.is_known(connection, letter.key):
        return kept
    planned = planned_of(begun)
    found = Drawn(
        account=letter.account,
        arm=arm(planned, verdict.features.key),
        stratum=_stratum(connection, planned, verdict),
        drawn_on=verdict.assessment.as_of,
    )
    experiments.draw(connection, begun.name, found, verdict.run)
    return found.arm


def _stratum(connection: Connection, planned: Experiment, verdict: Verdict) -> str:
    """Return what an account is by the traits of the strata, in one text."""
    known = segment(connection, verdict.assessment) if planned.strata else {}
    return " / ".join(str(known.get(name) or _UNKNOWN) for name in planned.strata)


# -- what a person does ------------------------------------------------------------------------------


def start(connection: Connection, planned: Experiment, actor: str) -> Begun:
    """Freeze an experiment as it is planned, and let it run. Raises `Refused`."""
    if not is_live(connection):
        raise Refused("Nothing leaves before `seatsignal go-live`, so that nothing can be tried.")
    begun = Begun(
        name=planned.name,
        letter=planned.letter,
        hash=planned.hash,
        planned=msgspec.json.encode(planned).decode(),
        actor=actor,
        started_on=business_day(connection),
        stopped_on=None,
        stop_reason="",
        read_on=None,
        reading="",
    )
    if not experiments.start(connection, begun):
        raise Refused(_why_not(experiments.begun(connection), planned))
    audit.record(connection, "experiment_started", planned.name, planned.hash, actor)
    return begun


def _why_not(there: Mapping[str, Begun], planned: Experiment) -> str:
    same = there.get(planned.name)
    if same is None:
        other = next(each for each in there.values() if each.letter == planned.letter and not each.stopped_on)
        return f"{other.name!r} runs with the letter {planned.letter}: stop it first."
    unchanged(same, planned)
    return f"{planned.name!r} was started on {same.started_on}: a name is used once, plan under another."


def unchanged(begun: Begun, planned: Experiment) -> None:
    """Raise `Refused` where an experiment is no longer planned as it was started, with what changed."""
    if begun.hash == planned.hash:
        return
    was, now = asdict(planned_of(begun)), asdict(planned)
    changed = [
        f"  {name}: started with {was[name]!r}, now {now[name]!r}" for name in was if was[name] != now[name]
    ]
    raise Refused(
        f"{planned.name!r} was started on {begun.started_on} and is no longer planned as it was:\n"
        + "\n".join(changed)
        + "\nPut it back, or plan under another name: what runs goes by what it was started with."
    )


def stop(connection: Connection, name: str, reason: str, actor: str) -> None:
    """End an experiment: nobody is held out any more. Raises `Refused`."""
    begun = _found(connection, name)
    if not experiments.stop(connection, name, business_day(connection), reason):
        raise Refused(f"{name!r} was stopped on {begun.stopped_on}: {begun.stop_reason}")
    audit.record(connection, "experiment_stopped", name, reason, actor)


def _found(connection: Connection, name: str) -> Begun:
    begun = experiments.found(connection, name)
    if begun is None:
        raise Refused(f"{name!r} was never started.")
    return begun


def planned_of(begun: Begun) -> Experiment:
    """Return an experiment as it was planned when it started."""
    return msgspec.json.decode(begun.planned, type=Experiment)


# -- what it told ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """How far an experiment is: accounts drawn and those whose days are over, by arm, and what is needed.

    Outcomes are known through ``through``. ``reading`` is `None` as long as there are too few: until then no
    outcome is looked at.
    """

    begun: Begun
    planned: Experiment
    needed: Sample
    drawn: Mapping[str, int]
    over: Mapping[str, int]
    through: date | None
    reading: Reading | None


def told(connection: Connection, name: str, planned_now: Experiment | None, actor: str) -> Told:
    """Return what an experiment tells: once there are enough it is read, and kept for good.

    Raises `Refused` of one that was never started, or is ``planned_now`` in another way than it was.
    """
    begun = _found(connection, name)
    if planned_now:
        unchanged(begun, planned_now)
    planned = planned_of(begun)
    through = _through(connection, begun, planned.metric)
    over = _over(experiments.drawn(connection, name), planned, through)
    counts = Counter(each.arm for each in over)
    if not begun.reading and enough(planned, counts):
        begun = _read(connection, begun, planned, over, actor)
    return Told(
        begun=begun,
        planned=planned,
        needed=sample(planned),
        drawn=experiments.in_arms(connection, name),
        over=counts,
        through=through,
        reading=msgspec.json.decode(begun.reading, type=Reading) if begun.reading else None,
    )


def tell_of_enough(deployment: Deployment, connection: Connection) -> None:
    """Owe the operators one message for each experiment that has come to be read, and is not read yet."""
    for begun in experiments.begun(connection).values():
        planned = planned_of(begun)
        if not begun.reading and _is_enough(connection, begun, planned):
            outbox.plan(connection, None, [operators.can_be_read(deployment, planned)])
    outbox.make_due(connection, None)


def _is_enough(connection: Connection, begun: Begun, planned: Experiment) -> bool:
    if not enough(
        planned, experiments.in_arms(connection, begun.name)
    ):  # so it is mostly: one small question
        return False
    through = _through(connection, begun, planned.metric)
    over = _over(experiments.drawn(connection, begun.name), planned, through)
    return enough(planned, Counter(each.arm for each in over))


def _through(connection: Connection, begun: Begun, metric: str) -> date | None:
    """Return the last day of which it is known what became of accounts, and on which the experiment ran."""
    known = (
        sources.through(connection, "licences") if metric == ACTIVATED else history.last_outcome(connection)
    )
    ran = min(filter(None, (business_day(connection), begun.stopped_on))) - _DAY
    return min(known, ran) if known else None


def _over(of: list[Drawn], planned: Experiment, through: date | None) -> list[Drawn]:
    """Return the accounts of which all days that count are known."""
    if through is None:
        return []
    return [each for each in of if _days(each, planned).last <= through]


def _days(each: Drawn, planned: Experiment) -> Horizon:
    return Horizon(each.drawn_on, planned.within_days)


def _read(connection: Connection, begun: Begun, planned: Experiment, over: list[Drawn], actor: str) -> Begun:
    """Read an experiment for the first time and keep what it told, if any stratum is in both arms."""
    reading = read(planned, _followed(connection, planned, over))
    if reading is None:
        return begun
    made = begun._replace(read_on=business_day(connection), reading=msgspec.json.encode(reading).decode())
    experiments.keep_reading(connection, made)
    audit.record(connection, "experiment_read", begun.name, reading.verdict, actor)
    return made


def _followed(connection: Connection, planned: Experiment, over: list[Drawn]) -> Iterator[Followed]:
    for some in parts(over):
        happened = _happened(connection, planned.metric, [each.account for each in some])
        for each in some:
            days = _days(each, planned)
            met = any(on in days for on in happened.get(each.account, ()))
            yield Followed(each.arm, each.stratum, met)


def _happened(connection: Connection, metric: str, ids: Sequence[int]) -> Mapping[int, Sequence[date]]:
    """Return by account the days on which it met what an experiment is about."""
    if metric == ACTIVATED:
        return history.activations(connection, ids)
    found = history.outcomes(connection, ids)
    return {account: [on for on, kind in each if kind == metric] for account, each in found.items()}
