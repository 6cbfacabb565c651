"""Which play an account's flag has: by its signal, and by the segment that the account is in."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

from config.files import ConfigError, nearest
from config.plays import PROFILE, Play, PlayRule, Segment, load_plays
from health.alerts import HIGH, WINDOW
from health.expansion import GROUP as EXPANSION
from health.figures.days import Span
from health.judge import SCORE
from health.nouns import Assessment, Flag
from store import figures
from store.database import Connection
from templates.payload import TEMPLATES

_NO_DAYS = Span(date.min, date.min)


def checked_plays(path: Path | None) -> Mapping[str, PlayRule]:
    """Return the plays, each of whose letters there is. Raises `config.files.ConfigError`."""
    plays = load_plays(path)
    letters = [name for name, template in TEMPLATES.items() if template.medium == "mail"]
    file = path.name if path else "plays.yaml"
    problems = [
        f"{file}: {place}.template: {play.template!r} is no letter{nearest(play.template, letters)}"
        for name, rule in plays.items()
        for place, play in _each(name, rule)
        if play.template and play.template not in letters
    ]
    if problems:
        raise ConfigError(problems)
    return plays


def _each(name: str, rule: PlayRule) -> Iterator[tuple[str, Play]]:
    """Yield the play of a signal and those of its segments, each with its place in the file."""
    yield name, rule
    for at, play in enumerate(rule.segments):
        yield f"{name}.segments.{at}", play


def play_of(connection: Connection, rule: PlayRule, now: Assessment) -> Play:
    """Return the play for an account; of its own record nothing is read where no segment is named."""
    return rule.of(segment(connection, now)) if rule.segments else rule


def segment(connection: Connection, now: Assessment) -> Segment:
    """Return what conditions may name of an account: its measures and traits, and its own record."""
    numbers = {name: value if isinstance(value, float) else None for name, value in now.inputs.items()}
    (known,) = figures.known(connection, ("accounts",), _NO_DAYS, now.account, now.account)
    profile = {name: getattr(each, name) for each in known.accounts for name in PROFILE}
    return {**numbers, **now.traits, **profile}


def by_weight(flags: Iterable[Flag]) -> list[Flag]:
    """Return flags, what weighs most first; the score's own comes after what it rests on."""
    return sorted(
        flags, key=lambda flag: (flag.severity != HIGH, flag.reason == SCORE, flag.kind, flag.reason)
    )


def signal_of(flag: Flag) -> str:
    """Return the signal that a flag's play goes by: windows and expansions have one for all their reasons."""
    return flag.kind if flag.kind in {WINDOW, EXPANSION} else flag.reason
