"""Every figure of the worked examples on docs/metrics.md, computed again from health/."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from operator import attrgetter

import pytest

from cli.explain import tell
from health.chance import chance
from health.features import Features
from health.nouns import NOT_APPLICABLE, Assessment, Input
from health.renewals import (
    Anchor,
    anchors,
    downsizing_risk_minor,
    nearness,
    revenue_at_risk_minor,
    window,
)
from store.verdicts import Verdict
from tests.docs.examples import (
    BASELINE,
    CALENDAR,
    METRICS,
    RENEWAL,
    WEIGHTED,
    account,
    cancelling,
    judged,
    measured,
    policy,
    terms,
)

FULL = 10_000


def figures(section: str) -> dict[str, str]:
    return METRICS.table(section, "figure").pairs("figure", "value")


def shown(value: Input) -> str:
    if value is None:
        return "unknown"
    return f"{value:.2f}" if isinstance(value, float) else "not applicable"


def block(section: str) -> str:
    (text,) = (found.text for found in METRICS.blocks if found.section == section)
    return text


def explained(assessment: Assessment, capsys: pytest.CaptureFixture[str]) -> str:
    """What `seatsignal explain` says, less its last line (run, policy, batches)."""
    tell(Verdict("acme", assessment, 1, "", "1", "{}"), [])
    return capsys.readouterr().out.strip().rpartition("\n")[0]


def test_baseline() -> None:
    use = measured().use
    names = ("recent_use", "expected_use", "trend_pct", "trend_beyond_fleet_pct")
    found = {name: shown(getattr(use, name)) for name in names}
    assert isinstance(use.recent_use, float)
    assert isinstance(use.expected_use, float)
    found["chance"] = f"{chance(use.recent_use, use.expected_use):.4f}"
    assert figures("Example: baseline") == found


@pytest.mark.parametrize("day", [date(2026, 5, 25), date(2026, 5, 14), date(2026, 5, 1)])
def test_the_holidays_of_the_baseline_are_holidays(day: date) -> None:
    assert not CALENDAR.is_workday(day, BASELINE["country"], "")


def test_arithmetic_of_the_weighted_score() -> None:
    assert list(METRICS.table("Example: weighted", "line").rows) == list(arithmetic())


def arithmetic() -> Iterator[tuple[str, ...]]:
    """The page's three steps in hundredths, line by line."""
    lines = [
        (it.name, it.points, value)
        for it, (value, _) in zip(policy().profiles["default"].weights, findings(), strict=True)
    ]
    known = sum(weight for _, weight, value in lines if isinstance(value, float))
    lost, left = 0.0, FULL
    for name, weight, value in lines:
        measure = shown(dict(zip(_measures(), _inputs(), strict=True))[name])
        if not isinstance(value, float):
            yield name, f"{weight:g}", measure, "", "", "" if value is NOT_APPLICABLE else "0.00"
            continue
        lost += weight * (100 - value) * 100
        now = FULL - round(lost / known)
        yield name, f"{weight:g}", measure, shown(value), f"{lost / known:.2f}", f"{(now - left) / 100:.2f}"
        left = now


def findings() -> tuple[tuple[Input, str], ...]:
    return policy().rules(measured()).lines


def _measures() -> list[str]:
    return METRICS.table("Score: weighted", "measure").column("line")


def _inputs() -> list[Input]:
    inputs = judged(account()).inputs
    return [inputs[name] for name in METRICS.table("Score: weighted", "measure").column("measure")]


@pytest.mark.parametrize(
    ("section", "engine"), [("Example: weighted", "weighted"), ("Example: deductions", "deductions")]
)
def test_what_explain_says(section: str, engine: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert explained(judged(account(), engine=engine), capsys) == block(section)


@pytest.mark.parametrize("features", [account(), cancelling()], ids=["account", "cancelling"])
@pytest.mark.parametrize("engine", ["weighted", "deductions"])
def test_lines_sum_to_the_score(features: Features, engine: str) -> None:
    score = judged(features, engine=engine).score
    assert FULL + sum(map(attrgetter("points"), score.contributions)) == score.points


def test_a_cap_is_a_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    said = words(explained(judged(cancelling()), capsys))
    before = words(explained(judged(account()), capsys))
    assert [line in said for line in words(block("Example: a cap"))] == [True] * 3
    assert [line in before for line in words(block("Example: a cap"))] == [False] * 3


def words(text: str) -> list[list[str]]:
    """The lines of a text, however their columns are spaced."""
    return [line.split() for line in text.splitlines()]


def test_known_weight_is_as_told() -> None:
    weights = list(zip(policy().profiles["default"].weights, (value for value, _ in findings()), strict=True))
    known = sum(weight.points for weight, value in weights if isinstance(value, float))
    unknown = sum(weight.points for weight, value in weights if value is None)
    assert f"K = {known:g}, known {known:g} of {known + unknown:g}." in METRICS.text


def workday(day: date) -> bool:
    return CALENDAR.is_workday(day, RENEWAL["country"], "")


def test_windows_open_as_shown() -> None:
    start = terms()[1].term_start
    anchor = first_anchor(start)
    opened: dict[str, str] = {}
    for day in (start + timedelta(days=ahead) for ahead in range((anchor.on - start).days)):
        found = window(anchor, day, policy().renewals, workday)
        if found is not None:
            opened.setdefault(str(found), day.isoformat())
    assert METRICS.table("Example: renewal", "window").pairs("window", "opens on") == opened


def first_anchor(day: date) -> Anchor:
    (found,) = anchors([terms()[1]], day)
    return found


def test_the_renewal_is_that_of_the_weighted_example() -> None:
    assessment = judged(account())
    assert RENEWAL["score"] == f"{assessment.score.points / 100:.2f}"
    assert RENEWAL["seats"] == str(assessment.facts["seats"])
    assert RENEWAL["active users"] == str(assessment.facts["active_users"])
    assert RENEWAL["mrr"] == WEIGHTED["mrr"]


def test_money_of_the_renewal() -> None:
    ((on, ahead),) = re.findall(r"On ([\d-]+), (\d+) days before the anchor:", METRICS.text)
    anchor = first_anchor(date.fromisoformat(on))
    assert f"The anchor is the {anchor.kind} date, {anchor.on}." in METRICS.words()
    assert (anchor.on - date.fromisoformat(on)).days == int(ahead)
    near = nearness(int(ahead), policy().renewals.nearness)
    day, users = date.fromisoformat(on), float(RENEWAL["active users"])
    revenue = revenue_at_risk_minor([anchor], anchor, day)
    unused = downsizing_risk_minor(terms()[1:], users, anchor.term.currency, day)
    assert figures("Example: renewal") == {
        "revenue at risk": f"{revenue / 100:.2f}",
        "downsizing risk": f"{unused / 100:.2f}",
        "nearness": f"{near:.2f}",
        "priority": str(priority(float(RENEWAL["score"]), int(ahead), revenue)),
    }


def priority(score: float, days: int, revenue_minor: int) -> int:
    """The page's formula."""
    return round((100 - score) / 100 * nearness(days, policy().renewals.nearness) * revenue_minor / 100)


def test_the_formula_of_the_priority_is_that_of_the_verdict() -> None:
    assessment = judged(account())
    days, revenue = assessment.facts["days_to_anchor"], assessment.facts["revenue_at_risk_minor"]
    assert isinstance(days, int)
    assert isinstance(revenue, int)
    assert assessment.facts["priority"] == priority(assessment.score.points / 100, days, revenue)
