"""The activation funnel: named steps in order, and where accounts stay behind."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from health.figures.days import hours, start_ms
from health.figures.share import Mean, Share, mean, share
from health.figures.spread import spread
from health.nouns import Input
from health.records import ActivationStep

_FAILED = "failed"


class FunnelStep(NamedTuple):
    """One step: accounts that did it (``reached``), and that tried and never did (``failed``).

    ``drop_off`` is the share of those at the step before that did not get here; ``median_hours`` is the time
    from the step before to here; ``errors`` are failed attempts per attempt's account.
    """

    step: str
    reached: int
    failed: int
    drop_off: Share
    median_hours: Input
    errors: Mean


def funnel(steps: Iterable[ActivationStep], order: Sequence[str], as_of: date) -> list[FunnelStep]:
    """Return the funnel over the accounts that did the first step; steps not in ``order`` count nowhere.

    Nobody reaches a step without those before it: what is done out of turn counts once these are done too.
    """
    done: dict[str, dict[str, int]] = defaultdict(dict)
    errors: dict[str, list[str]] = defaultdict(list)
    for each in sorted(steps, key=lambda step: step.at_ms):
        if each.at_ms < start_ms(as_of):
            if each.outcome == _FAILED:
                errors[each.step].append(each.account_id)
            else:
                done[each.step].setdefault(each.account_id, each.at_ms)
    found: list[FunnelStep] = []
    before = done[order[0]] if order else {}
    for name in order:
        here = {account: at for account, at in done[name].items() if account in before}
        found.append(_step(name, before, here, errors[name]))
        before = here
    return found


def _step(name: str, before: Mapping[str, int], here: Mapping[str, int], errors: Sequence[str]) -> FunnelStep:
    tried = set(errors) | set(here)
    return FunnelStep(
        name,
        len(here),
        len(set(errors) - set(here)),
        share(len(before) - len(here), len(before)),
        spread(max(0.0, hours(before[account], at)) for account, at in here.items()).median,
        mean(len(errors), len(tried)),
    )
