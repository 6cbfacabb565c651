"""Whose alerts wait for a source, and which source it is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from health.features import Freshness, Pulse
from health.held import Held, held
from health.nouns import Flag, Signal, Why
from tests.health.examples import AS_OF, KINDS, YESTERDAY, Weekends, account, assess, policy, series

USAGE, CHECKS = frozenset({"usage"}), frozenset({"validations", "licences"})
AT = Pulse(
    {
        "files": Freshness(KINDS - USAGE, YESTERDAY),
        "keygen": Freshness(CHECKS, YESTERDAY - timedelta(days=3)),
        "log": Freshness(USAGE, YESTERDAY - timedelta(days=4)),
        "posthog": Freshness(USAGE, YESTERDAY),
    },
    {"active_users": 0.5, "validations": 0.4},
    {"active_users": "posthog", "validations": "keygen"},
)


def waits(*gates: str, standing: tuple[Flag, ...] = (), at: Pulse = AT, **changes: object):
    row = account(**{"sources": ("files", "keygen", "posthog")} | changes)
    signals = tuple(Signal(f"signal {n}", "risk", "…", gate=gate) for n, gate in enumerate(gates))
    return held(row, replace(assess(row), signals=signals), standing, policy(), at, Weekends())


def flag(state: str, reason: str = "signal 0") -> Flag:
    return Flag(1, "at_risk", reason, "t", state, Why.FIRST)


@pytest.mark.parametrize(
    ("gates", "expected"),
    [
        ((), None),
        (("",), None),
        (("new", "trial", "volume", "chance", "growth_seats"), None),
        (("", "fleet"), Held("fleet", "posthog")),
        (("stale",), Held("stale", "posthog")),
        (("fleet", "stale"), Held("stale", "posthog")),
    ],
)
def test_only_gates_of_sources_count(gates, expected):
    assert waits(*gates) == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("firing", None),
        ("acknowledged", None),
        ("snoozed", None),
        ("ok", Held("fleet", "posthog")),
        ("resolved", Held("fleet", "posthog")),
    ],
)
def test_what_somebody_was_told_of_does_not_wait(state, expected):
    assert waits("fleet", standing=(flag(state),)) == expected
    assert waits("fleet", "fleet", standing=(flag(state),)) == Held("fleet", "posthog")


def test_it_is_the_source_that_tells_the_account_s_use():
    checked = series(validations=12.0)
    assert waits("fleet", series=checked) == Held("fleet", "keygen")
    assert waits("fleet", series=checked, sources=("files", "keygen")) == Held("fleet", "keygen")
    assert waits("stale", series=checked, sources=("files", "keygen")) == Held("stale", "keygen")
    assert waits("stale", sources=("files", "log", "posthog")) == Held("stale", "log")


def test_a_pulse_that_names_no_source_holds_for_none():
    assert waits("fleet", at=replace(AT, fleet_sources={})) is None
    assert waits("fleet", at=Pulse()) is None
    assert waits("stale", at=Pulse()) is None


def test_an_account_in_good_order_waits_for_nothing():
    assert held(account(), assess(account()), (), policy(), AT, Weekends()) is None
    assert assess(account()).as_of == AS_OF
