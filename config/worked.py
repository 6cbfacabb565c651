"""Worked: an example of the catalogue, computed by the very functions that the product computes with."""

from array import array
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from inspect import signature
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, TypeAdapter

from config.calendars import workdays
from config.metrics import Entry, scales
from config.policy import load as load_policy
from health.features import Cohort, Features, Freshness, Pulse, Series
from health.figures.reading import Scale
from health.figures.validations import NextStep
from health.measures import measures
from health.policy import RenewalRules
from health.records import SHAPES

_DIGITS = 2
_SOURCE = "files"
_OF_USE = ("active_users", "sign_ins", "events", "consumption", "validations")


class Setting(BaseModel):
    """What an example of a measure gives beside fields of the account's feature row.

    ``daily`` holds runs of [days, value] by metric, the last day being the one before ``as_of``. ``stated``
    are the kinds of fact that a source states, all by default. ``core_features`` are the policy's.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    as_of: date = date(2026, 6, 3)
    stated: tuple[str, ...] = tuple(SHAPES)
    complete_through: date | None = None
    fleet_trends: dict[str, float] = {}
    fleet_rests: dict[str, tuple[date, ...]] = {}
    fleet_depth: float | None = None
    cohorts: tuple[Cohort, ...] = ()
    core_features: tuple[str, ...] = ()
    daily: dict[str, tuple[tuple[int, float], ...]] = {}


def worked(name: str, entry: Entry) -> Any:  # noqa: ANN401 - whatever the example is of
    """Return what an entry's example gives, in plain values; numbers to two places.

    Raises `pydantic.ValidationError` for what is given and fits no parameter or fact.
    """
    if entry.function is None:
        return plain(_measured(name, entry.example.given))
    module, _, function = entry.function.partition(":")
    return plain(_called(getattr(import_module(module), function), entry))


def _called(function: Callable[..., object], entry: Entry) -> object:
    """Call a figure with what is given; rules, scales and next steps that are not are those that ship."""
    hints = get_type_hints(function)
    shipped = _shipped(entry)
    values: dict[str, object] = {}
    for parameter in signature(function).parameters:
        if parameter in entry.example.given:
            given = instants(entry.example.given[parameter])
            values[parameter] = TypeAdapter(_whole(hints[parameter])).validate_python(given)
        elif (stands := next((make for hint, make in shipped if hint == hints[parameter]), None)) is not None:
            values[parameter] = stands()
    unknown = entry.example.given.keys() - values.keys()
    if unknown:
        raise TypeError(f"{entry.function} has no parameter {', '.join(sorted(unknown))}")
    return function(**values)


def _shipped(entry: Entry) -> Sequence[tuple[object, Callable[[], object]]]:
    def next_steps() -> Mapping[str, NextStep]:
        return {name: NextStep(step.to_do, step.recipient) for name, step in entry.next_steps.items()}

    return [
        (RenewalRules, lambda: load_policy().renewals),
        (Scale, lambda: scales(entry)["default"]),
        (Mapping[str, Scale], lambda: scales(entry)),
        (Mapping[str, NextStep], next_steps),
    ]


def _whole(hint: Any) -> Any:  # noqa: ANN401 - a type
    """Return the type to read a value as: an iterable is read whole, so that it can be gone through twice."""
    origin = getattr(hint, "__origin__", None)
    return list[hint.__args__[0]] if origin in {Iterable, Collection, Sequence} else hint


def instants(given: Any) -> Any:  # noqa: ANN401 - a tree of plain values
    """Return what is given, with instants under names ending in ``_ms`` as records hold them."""
    if isinstance(given, Mapping):
        return {
            key: _ms(value) if str(key).endswith("_ms") else instants(value) for key, value in given.items()
        }
    return [instants(each) for each in given] if isinstance(given, list) else given


def _ms(value: object) -> object:
    if isinstance(value, str):
        return _ms(datetime.fromisoformat(value))
    if isinstance(value, datetime):
        return round(value.replace(tzinfo=value.tzinfo or UTC).timestamp() * 1000)
    if isinstance(value, date):
        return _ms(datetime(value.year, value.month, value.day, tzinfo=UTC))
    return value


def _measured(name: str, given: Mapping[str, Any]) -> object:
    known = {key: value for key, value in given.items() if key in Setting.model_fields}
    setting = Setting.model_validate(known)
    policy = load_policy()
    if setting.core_features:
        policy = replace(policy, core_features=setting.core_features)
    through = setting.complete_through or setting.as_of - timedelta(days=1)
    pulse = Pulse(
        {_SOURCE: Freshness(frozenset(setting.stated), through)},
        setting.fleet_trends,
        fleet_depth=setting.fleet_depth,
        fleet_rests=setting.fleet_rests,
        cohorts=setting.cohorts,
    )
    features = _features(_series(setting), {key: given[key] for key in given.keys() - known.keys()})
    found = measures(features, setting.as_of, policy, pulse, workdays())
    return next(getattr(family, name) for family in found if hasattr(family, name))


def _features(series: Series | None, given: Mapping[str, Any]) -> Features:
    """Return the feature row; first and last use are read from the series."""
    hints = get_type_hints(Features)
    unknown = given.keys() - hints.keys()
    if unknown:
        raise TypeError(f"a feature row has no {', '.join(sorted(unknown))}")
    same: dict[str, Any] = {
        key: TypeAdapter(hints[key]).validate_python(value) for key, value in given.items()
    }
    used = _days_used(series) if series is not None else []
    first, last = min(used, default=None), max(used, default=None)
    return Features(
        1, "acme", sources=(_SOURCE,), series=series, first_used_on=first, last_used_on=last, **same
    )


def _days_used(series: Series) -> list[date]:
    return [
        series.start + timedelta(days=day)
        for metric in _OF_USE
        for day, value in enumerate(series.values.get(metric, ()))
        if value
    ]


def _series(setting: Setting) -> Series | None:
    if not setting.daily:
        return None
    values = {
        metric: array("d", [value for days, value in runs for _ in range(days)])
        for metric, runs in setting.daily.items()
    }
    longest = max(map(len, values.values()))
    padded = {name: array("d", [0.0] * (longest - len(daily))) + daily for name, daily in values.items()}
    return Series(setting.as_of - timedelta(days=longest), padded)


def plain(value: Any) -> Any:  # noqa: ANN401 - a tree of values, made plain
    """Return a result in values that JSON has: numbers rounded, records as mappings, sets in order."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float)):
        return round(value, _DIGITS) if value != int(value) else int(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return plain(value._asdict())
    return _gathered(value)


def _gathered(value: Any) -> Any:  # noqa: ANN401 - see above
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(plain(each) for each in value)
    return [plain(each) for each in value] if isinstance(value, (list, tuple)) else str(value)


def agrees(gives: Any, found: Any) -> bool:  # noqa: ANN401 - two trees of plain values
    """Say whether what an example gives is what was found; a mapping may leave out what it is not about."""
    if isinstance(gives, Mapping) and isinstance(found, Mapping):
        return all(key in found and agrees(inner, found[key]) for key, inner in gives.items())
    if isinstance(gives, list) and isinstance(found, list):
        return len(gives) == len(found) and all(map(agrees, gives, found))
    return bool(gives == found)
