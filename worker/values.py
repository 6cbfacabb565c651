"""Values: what a figure or a measure comes to on the business day, over all accounts or by segment."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from config.metrics import scales
from config.targets import TargetRule, load_targets
from health.features import Pulse
from health.figures.book import ALL, Known, Moment
from health.figures.days import Span, last_days
from health.figures.parts import Parts
from health.figures.present import PRESENT
from health.figures.reading import Target
from health.figures.share import share
from health.measures import measures
from health.nouns import NOT_APPLICABLE, Input
from health.policy import Policy
from health.records import Rate
from store import features, figures, reviews, sources
from store.database import Connection
from store.installation import business_day
from store.recent import AHEAD
from worker.deployment import Deployment
from worker.gathered import Asked, Gathered, Telling, Told, segment
from worker.pulse import last_pulse
from worker.review import digits

ONE_OR_NONE = "0 or 1"
"""The unit of a measure that is a yes or no of an account."""


def value(deployment: Deployment, asked: Asked) -> Told:
    """Return what a figure or a measure comes to on the business day."""
    with deployment.database.read() as connection:
        return values(deployment, connection, [asked])[0]


def values(
    deployment: Deployment,
    connection: Connection,
    asked: Sequence[Asked],
    only: Collection[int] | None = None,
) -> list[Told]:
    """Return what figures and measures come to on the business day, in the order in which they are asked.

    What looks equally far back is told in one reading of the book; with ``only`` of these accounts alone.
    """
    ground = _ground(deployment, connection)
    telling = [_telling(ground, each) for each in asked]
    measured = [each for each in telling if each.figure is None]
    if measured:
        _measure(deployment, connection, measured, ground.as_of, only)
    for days in sorted({each.figure.days for each in telling if each.figure}):
        together = [each for each in telling if each.figure and each.figure.days == days]
        _figure(connection, together, last_days(ground.as_of, days), only)
    return [each.told() for each in telling]


def _telling(ground: "_Ground", asked: Asked) -> Telling:
    figure = PRESENT[asked.name] if asked.entry.function else None
    by = asked.by or (figure.by if figure else "")
    states = {} if figure else {"unknown": 0, "not applicable": 0}
    gathered = Gathered(asked.entry.worse, asked.worst)
    return Telling(asked, figure, by, _moment(ground, asked, by), gathered, states)


def _figure(
    connection: Connection,
    telling: Sequence[Telling],
    days: Span,
    only: Collection[int] | None,
) -> None:
    kinds = set[str]().union(*(each.kinds for each in telling))
    bys = {each.by for each in telling}
    for account in figures.known(connection, kinds, days, only=only):
        parts: dict[str, Parts] = {}
        splits = {by: segment(account, by) for by in bys}
        for each in telling:
            each.gathered.accounts += 1
            figure, name = each.figure, each.asked.name
            if figure and figure.told_of(account):
                if name not in parts:
                    parts[name] = figure.of(account, each.moment)
                each.add(splits[each.by], account, parts[name])


class _Ground(NamedTuple):
    """What every figure of a day goes by."""

    as_of: date
    policy: Policy
    rates: Sequence[Rate]
    currency: str
    targets: Sequence[TargetRule]


def _ground(deployment: Deployment, connection: Connection) -> _Ground:
    return _Ground(
        business_day(connection),
        deployment.policy,
        reviews.rates(connection),
        reviews.commonest_currency(connection),
        load_targets(deployment.settings.targets),
    )


def _moment(ground: _Ground, asked: Asked, by: str) -> Moment:
    return Moment(
        ground.as_of,
        ground.policy.renewals,
        ground.policy.core_features,
        scales(asked.entry),
        ground.currency,
        ground.rates,
        digits(ground.rates, ground.currency),
        {
            each.segment or ALL: Target(each.value, each.tolerance_pct)
            for each in ground.targets
            if each.figure == "active_licences" and each.by == by
        },
    )


# -- measures ----------------------------------------------------------------------------------------


def _measure(
    deployment: Deployment,
    connection: Connection,
    telling: Sequence[Telling],
    as_of: date,
    only: Collection[int] | None,
) -> None:
    """Tell measures as they lie over accounts; of a yes or no, how many there are."""
    kinds = set[str]().union(*(each.kinds for each in telling))
    for account, found in _measured(deployment, connection, as_of, kinds, only):
        for each in telling:
            _add(each, account, found[each.asked.name])


def _add(telling: Telling, account: Known, found: Input) -> None:
    telling.gathered.accounts += 1
    if found is None or found is NOT_APPLICABLE:
        telling.states["unknown" if found is None else "not applicable"] += 1
        return
    yes_or_no = telling.asked.entry.unit == ONE_OR_NONE
    telling.add(
        segment(account, telling.by),
        account,
        {"": share(int(bool(found)), 1) if yes_or_no else (float(found),)},
    )


def _measured(
    deployment: Deployment,
    connection: Connection,
    as_of: date,
    kinds: Collection[str],
    only: Collection[int] | None,
) -> Iterator[tuple[Known, Mapping[str, Input]]]:
    """Yield every account with its measures, by its facts as they are known now."""
    policy = deployment.policy
    pulse: Pulse = replace(last_pulse(connection), freshness=sources.freshness(connection))
    at_once = figures.known(connection, kinds, last_days(as_of, 1), only=only)
    for rows in features.all_rows(connection, policy.metrics, as_of + AHEAD, only):
        for row in rows:
            found = measures(row, as_of, policy, pulse, deployment.workdays)
            yield next(at_once), found.numbers()
