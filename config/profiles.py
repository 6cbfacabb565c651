"""Profiles: for each of them what it judges by, once its changes are laid over the engines."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from config.files import nearest
from config.schema import PolicyData
from config.scoring import CapData, DeductionData, LineChange, MatrixPreset, MeasureData, ProfileData

Lines = tuple[tuple[str, str, MeasureData], ...]
"""Lines of the weighted score in order: key path, name, line."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """One profile: its engine, and what that engine judges by. ``when`` is `None` for the last one.

    ``preset`` is the key path of the deductions or of the matrix.
    """

    path: str
    name: str
    when: str | None
    engine: str
    lines: Lines
    caps: Mapping[str, CapData]
    preset: str
    deductions: Mapping[str, DeductionData]
    matrix: MatrixPreset | None


def resolved(policy: PolicyData) -> list[Resolved]:
    """Return the profiles in order. What does not exist is left out; `faults` says so."""
    return [_resolved(policy, profile) for profile in policy.profiles]


def _resolved(policy: PolicyData, profile: ProfileData) -> Resolved:
    engine = profile.engine or policy.engine
    weighted = engine == "weighted"
    preset = _preset(policy, profile, engine)
    return Resolved(
        path=f"profiles.{profile.name}",
        name=profile.name,
        when=profile.when,
        engine=engine,
        lines=tuple(_lines(policy, profile)) if weighted else (),
        caps=policy.weighted.caps if weighted else {},
        preset=f"{engine}.presets.{preset}",
        deductions=policy.deductions.presets.get(preset, {}) if engine == "deductions" else {},
        matrix=policy.matrix.presets.get(preset) if engine == "matrix" else None,
    )


def _preset(policy: PolicyData, profile: ProfileData, engine: str) -> str:
    if engine == "deductions":
        return profile.deductions or policy.deductions.preset
    return profile.matrix or policy.matrix.preset


def _lines(policy: PolicyData, profile: ProfileData) -> Iterator[tuple[str, str, MeasureData]]:
    for path, name, line in weighted_lines(policy):
        change = profile.lines.get(name)
        if change is None:
            yield path, name, line
        elif change.weight != 0:
            changed = {key: value for key, value in change if value is not None}
            if change.measure is not None:
                changed["stricter"] = None  # a curve of another measure
            yield f"profiles.{profile.name}.lines.{name}", name, line.model_copy(update=changed)
    for name, change in _own(policy, profile).items():
        own = MeasureData.model_validate({key: value for key, value in change if value is not None})
        yield f"profiles.{profile.name}.lines.{name}", name, own


def _own(policy: PolicyData, profile: ProfileData) -> Mapping[str, LineChange]:
    """Return the lines that a profile has of its own."""
    known = {name for _, name, _ in weighted_lines(policy)}
    return {
        name: change
        for name, change in profile.lines.items()
        if name not in known
        and change.weight
        and None not in {change.measure, change.reason}
        and change.curve is not None
    }


def weighted_lines(policy: PolicyData) -> Lines:
    """Return the lines of the weighted score before any profile changes them."""
    return tuple(
        (f"weighted.groups.{group}.{name}", name, line)
        for group, lines in policy.weighted.groups
        for name, line in lines.items()
    )


def lives(policy: PolicyData) -> Mapping[str, int]:
    """Return by measure the shortest life in days that a line of any profile gives it."""
    found: dict[str, int] = {}
    for profile in resolved(policy):
        for _, _, line in profile.lines:
            if (days := line.stale_after_days) is not None:
                found[line.measure] = min(days, found.get(line.measure, days))
    return found


def faults(policy: PolicyData) -> Iterator[str]:
    """Yield what is wrong with the profiles, each with its key path; conditions are looked at elsewhere."""
    yield from _twice("profiles", [profile.name for profile in policy.profiles])
    yield from _twice("weighted.groups", [name for _, name, _ in weighted_lines(policy)])
    for profile, after in pairwise(policy.profiles):
        if profile.when is None:
            yield f"profiles.{profile.name}: judges all, having no condition: {after.name!r} is never reached"
    last = policy.profiles[-1]
    if last.when is not None:
        yield f"profiles.{last.name}.when: the last profile has none: it judges whom no other does"
    for profile in policy.profiles:
        yield from _missing(policy, profile)
    for found in resolved(policy):
        yield from _empty(policy, found)


def _twice(path: str, names: list[str]) -> Iterator[str]:
    return (f"{path}: {name!r} is there {count} times" for name, count in Counter(names).items() if count > 1)


def _missing(policy: PolicyData, profile: ProfileData) -> Iterator[str]:
    """Yield what a profile names and the file does not have."""
    lines = [name for _, name, _ in weighted_lines(policy)]
    for name in profile.lines.keys() - {*lines, *_own(policy, profile)}:
        yield (
            f"profiles.{profile.name}.lines: {name!r} is no line{nearest(name, lines)}; "
            "one of its own needs measure, weight, curve and reason"
        )
    presets = (
        ("deductions", profile.deductions, tuple(policy.deductions.presets)),
        ("matrix", profile.matrix, tuple(policy.matrix.presets)),
    )
    for engine, preset, known in presets:
        if preset is not None and preset not in known:
            yield f"profiles.{profile.name}.{engine}: {preset!r} is no preset{nearest(preset, known)}"


def _empty(policy: PolicyData, profile: Resolved) -> Iterator[str]:
    """Yield a line if nothing can come of a profile's engine."""
    if profile.engine == "weighted" and not profile.lines:
        yield f"{profile.path}: no line has a weight: nothing to judge by"
    known = profile.preset in {f"deductions.presets.{name}" for name in policy.deductions.presets}
    if known and not profile.deductions:
        yield f"{profile.preset}: takes nothing off: nothing to judge by"
