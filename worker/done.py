"""Done: somebody has done the play of an open alert and says what came of it."""

from collections.abc import Sequence

from config.errors import Actionable
from config.files import nearest
from health.alerts import OPEN
from health.done import Done
from health.nouns import Flag
from store import audit, flags, verdicts
from store import done as outcomes
from store.database import Connection
from store.installation import business_day
from worker.deployment import Deployment
from worker.plays import by_weight, play_of, signal_of


class NoPlay(Actionable):
    """No flag of the account that stands has a play, or none of the name that was given."""


def done(
    deployment: Deployment,
    connection: Connection,
    key: str,
    outcome: str,
    *,
    signal: str = "",
    note: str = "",
    actor: str,
) -> Done:
    """Record what came of the play of an account's weightiest open flag, or of the flag of a signal.

    The flag stands on: its signal ends it. Raises `NoPlay`.
    """
    found = verdicts.verdict(connection, key)
    if found is None:
        raise NoPlay(f"No verdict on {key!r}: is the key right, and has `seatsignal assess` run?")
    now = found.assessment
    standing = flags.standing(connection, now.account, now.account).get(now.account, ())
    flag = _chosen(deployment, standing, key, signal)
    name = signal_of(flag)
    play = play_of(connection, deployment.plays[name], now)
    made = Done(name, play.title, outcome, flag.since, business_day(connection))
    outcomes.record(connection, now.account, made, term=flag.term, note=note, actor=actor)
    audit.record(connection, "play_done", key, f"{name}: {outcome}", actor)
    return made


def _chosen(deployment: Deployment, standing: Sequence[Flag], key: str, signal: str) -> Flag:
    plays = deployment.plays
    flags = by_weight(flag for flag in standing if flag.state in OPEN and signal_of(flag) in plays)
    named = [flag for flag in flags if signal in {"", signal_of(flag)}]
    if named:
        return named[0]
    if not flags:
        raise NoPlay(f"No alert of {key!r} that has a play is open.")
    known = [signal_of(flag) for flag in flags]
    raise NoPlay(f"No open alert of {key!r} is {signal!r}{nearest(signal, known)}; open: {', '.join(known)}.")
