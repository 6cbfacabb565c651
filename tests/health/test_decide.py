from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.files import SHIPPED, read
from config.schema import PolicyData
from health.decide import OPEN, Decision, Previous, decide
from health.judge import COVERAGE
from health.nouns import Assessment, Flag, Inputs, Score, Signal, Why
from tests.health.examples import AS_OF, policy

GATES = read(PolicyData, SHIPPED / "policy.yaml").gates
TERM = "sub-1@2025-01-01"
GOOD, BAD = Previous("healthy", 8_000), Previous("at_risk", 4_000)
INTENT = Signal("cancel_ticket", "risk", "a ticket speaks of cancelling", "high")
FAILED = Signal("failed_payment", "risk", "failed payments: 1", "high")
DROP = Signal("use_drop", "risk", "use down 70 %")
IDLE = Signal("idle_7", "risk", "no use for 9 days")
BAND = Signal("band", "risk", "health 40: utilisation 20 %")
CAPACITY, HITS = Signal("capacity", "expansion", "95 %"), Signal("throughput", "expansion", "11 hits")


def verdict(*signals, points=8_000, band="healthy", window=None, term=TERM, undecided=()):
    facts = {"window": window, "days_to_anchor": window, "anchor_kind": "notice"}
    score = Score(points, points, points, 1.0, ())
    return Assessment(1, AS_OF, score, band, Inputs((), ()), signals, facts, term, undecided)


def flag(reason, state="firing", *, kind="at_risk", days=3, why=Why.FIRST, **changes):
    since = AS_OF - timedelta(days=days)
    made = Flag(1, kind, reason, TERM, state, why, since=since)
    return replace(made, **changes)


def decided(assessment, *standing, previous=GOOD, first_run=False, as_of=AS_OF):
    return decide(assessment, previous, standing, policy(), as_of, first_run)


def flags(decision):
    return [(each.reason, each.state, each.why) for each in decision.flags]


def alerts(decision):
    return [(each.audience, each.kind, each.why) for each in decision.alerts]


# -- the table ---------------------------------------------------------------------------------------

AT_RISK = verdict(BAND, points=4_000, band="at_risk")


@pytest.mark.parametrize(
    ("assessment", "standing", "previous", "changed", "told"),
    [
        # nothing is said while nothing changed
        (verdict(), [], GOOD, [], []),
        (verdict(DROP), [flag("use_drop")], GOOD, [], []),
        (verdict(DROP), [flag("use_drop", "acknowledged")], GOOD, [], []),
        (verdict(DROP), [flag("use_drop", "snoozed")], GOOD, [], []),
        (AT_RISK, [flag("band")], BAD, [], []),
        # first
        (verdict(DROP), [], GOOD, [("use_drop", "firing", Why.FIRST)], [("csm", "at_risk", Why.FIRST)]),
        (AT_RISK, [], None, [("band", "firing", Why.FIRST)], [("csm", "at_risk", Why.FIRST)]),
        (
            verdict(FAILED),
            [],
            GOOD,
            [("failed_payment", "firing", Why.FIRST)],
            [("csm", "at_risk", Why.FIRST), ("customer", "failed_payment", Why.FIRST)],
        ),
        (
            verdict(DROP),
            [flag("use_drop", "resolved", why=Why.RECOVERED)],
            GOOD,
            [("use_drop", "firing", Why.FIRST)],
            [("csm", "at_risk", Why.FIRST)],
        ),
        # worsened: the score fell into the band, news beside an open flag, a graver severity
        (AT_RISK, [], GOOD, [("band", "firing", Why.WORSENED)], [("csm", "at_risk", Why.WORSENED)]),
        (
            verdict(DROP, IDLE),
            [flag("use_drop")],
            GOOD,
            [("idle_7", "firing", Why.FIRST)],
            [("csm", "at_risk", Why.WORSENED)],
        ),
        (
            verdict(replace(DROP, severity="high")),
            [flag("use_drop", "snoozed")],
            GOOD,
            [("use_drop", "firing", Why.WORSENED)],
            [("csm", "at_risk", Why.WORSENED)],
        ),
        # repeat due
        (
            verdict(DROP),
            [flag("use_drop", days=14)],
            GOOD,
            [("use_drop", "firing", Why.REPEAT_DUE)],
            [("csm", "at_risk", Why.REPEAT_DUE)],
        ),
        (verdict(DROP), [flag("use_drop", days=13)], GOOD, [], []),
        (verdict(DROP), [flag("use_drop", "acknowledged", days=99)], GOOD, [], []),
        # suppressed, once per gate; an open flag stays
        (verdict(replace(DROP, gate="fleet")), [], GOOD, [("use_drop", "ok", Why.SUPPRESSED)], []),
        (
            verdict(replace(DROP, gate="fleet")),
            [flag("use_drop", "ok", why=Why.SUPPRESSED, gate="fleet")],
            GOOD,
            [],
            [],
        ),
        (
            verdict(replace(DROP, gate="stale")),
            [flag("use_drop", "ok", why=Why.SUPPRESSED, gate="fleet")],
            GOOD,
            [("use_drop", "ok", Why.SUPPRESSED)],
            [],
        ),
        (verdict(replace(DROP, gate="fleet")), [flag("use_drop")], GOOD, [], []),
        # the gate opened: the real ones come out
        (
            verdict(DROP),
            [flag("use_drop", "ok", why=Why.SUPPRESSED, gate="fleet")],
            GOOD,
            [("use_drop", "firing", Why.FIRST)],
            [("csm", "at_risk", Why.FIRST)],
        ),
        # recovered: all of it is told, a part is not
        (
            verdict(),
            [flag("use_drop")],
            GOOD,
            [("use_drop", "resolved", Why.RECOVERED)],
            [("csm", "recovered", Why.RECOVERED)],
        ),
        (
            verdict(DROP),
            [flag("use_drop"), flag("idle_7")],
            GOOD,
            [("idle_7", "resolved", Why.RECOVERED)],
            [],
        ),
        (
            verdict(),
            [flag("use_drop", "snoozed"), flag("idle_7", "acknowledged")],
            GOOD,
            [("use_drop", "resolved", Why.RECOVERED), ("idle_7", "resolved", Why.RECOVERED)],
            [("csm", "recovered", Why.RECOVERED)],
        ),
        (verdict(), [flag("use_drop", "resolved", why=Why.RECOVERED)], GOOD, [], []),
        (verdict(), [flag("use_drop", "ok", why=Why.SUPPRESSED, gate="fleet")], GOOD, [], []),
        # what is undecided neither opens nor closes
        (verdict(undecided=("use_drop",)), [flag("use_drop")], GOOD, [], []),
        (verdict(undecided=("use_drop",)), [], GOOD, [], []),
        # what a person closed is not opened again in the term
        (verdict(DROP), [flag("use_drop", "resolved")], GOOD, [], []),
        (
            verdict(DROP, term="sub-1@2026-01-01"),
            [flag("use_drop", "resolved")],
            GOOD,
            [("use_drop", "firing", Why.FIRST)],
            [("csm", "at_risk", Why.FIRST)],
        ),
        # a risk that stands from the term before is no news in the new one
        (verdict(DROP, term="sub-1@2026-01-01"), [flag("use_drop")], GOOD, [], []),
        # the band leaves later than it came
        (verdict(points=5_000, band="watch"), [flag("band")], BAD, [], []),
        (verdict(points=5_499, band="watch"), [flag("band")], BAD, [], []),
        (
            verdict(points=5_500, band="watch"),
            [flag("band")],
            BAD,
            [("band", "resolved", Why.RECOVERED)],
            [("csm", "recovered", Why.RECOVERED)],
        ),
        (verdict(points=9_000, band="unknown"), [flag("band")], BAD, [], []),
        # expansion
        (
            verdict(CAPACITY, HITS),
            [],
            GOOD,
            [("capacity", "firing", Why.FIRST), ("throughput", "firing", Why.FIRST)],
            [("sales", "expansion", Why.FIRST), ("customer", "expansion", Why.FIRST)],
        ),
        (
            verdict(CAPACITY, HITS),
            [flag("capacity", kind="expansion")],
            GOOD,
            [("throughput", "firing", Why.FIRST)],
            [],
        ),
        (
            verdict(CAPACITY, HITS),
            [flag("capacity", kind="expansion", days=99), flag("throughput", kind="expansion")],
            GOOD,
            [],
            [],
        ),
        (
            verdict(replace(CAPACITY, gate="failed_payment")),
            [flag("capacity", kind="expansion")],
            GOOD,
            [("capacity", "ok", Why.SUPPRESSED)],
            [],
        ),
        (
            verdict(),
            [flag("capacity", kind="expansion")],
            GOOD,
            [("capacity", "resolved", Why.RECOVERED)],
            [],
        ),
    ],
)
def test_decisions(assessment, standing, previous, changed, told):
    decision = decided(assessment, *standing, previous=previous)
    assert flags(decision) == changed
    assert alerts(decision) == told


def test_an_expansion_of_the_term_before_ends_when_something_forbids_it():
    """Else it would stand for ever, and no other of its group be told."""
    blocked = [replace(each, gate="failed_payment") for each in (CAPACITY, HITS)]
    stood = [flag(each.kind, kind="expansion", term="sub-1@2024-01-01") for each in (CAPACITY, HITS)]
    ended = decided(verdict(*blocked), *stood)
    assert [(each.term, each.state) for each in ended.flags] == [("sub-1@2024-01-01", "ok")] * 2
    again = decided(verdict(CAPACITY, HITS), *ended.flags)
    assert alerts(ended) == []
    assert alerts(again) == [("sales", "expansion", Why.FIRST), ("customer", "expansion", Why.FIRST)]


def test_what_a_person_closed_stays_closed_after_a_gate_has_held():
    closed = flag("use_drop", "resolved", why=Why.FIRST)
    held = decided(verdict(replace(DROP, gate="fleet")), closed)
    after = [*held.flags] or [closed]
    assert flags(decided(verdict(DROP), *after)) == []


def test_every_reason_is_reached():
    reached = (
        decided(verdict(DROP)),
        decided(AT_RISK),
        decided(verdict(window=30)),
        decided(verdict(DROP), flag("use_drop", days=14)),
        decided(verdict(), flag("use_drop")),
        decided(verdict(replace(DROP, gate="fleet"))),
    )
    assert [each.why for decision in reached for each in decision.flags] == [
        Why.FIRST,
        Why.WORSENED,
        Why.WINDOW_OPENED,
        Why.REPEAT_DUE,
        Why.RECOVERED,
        Why.SUPPRESSED,
    ]


def test_deciding_twice_says_nothing_more():
    assessment = verdict(BAND, DROP, FAILED, points=4_000, band="at_risk", window=30)
    once = decided(assessment)
    assert decided(assessment, *once.flags, previous=BAD) == Decision()


def test_the_csm_gets_one_alert_that_lists_everything():
    assessment = verdict(DROP, FAILED, window=30, undecided=("idle_7",))
    decision = decided(assessment, flag("idle_7", "acknowledged"))
    (csm,) = [alert for alert in decision.alerts if alert.audience == "csm"]
    assert (csm.kind, csm.why, csm.severity) == ("at_risk", Why.WORSENED, "high")
    assert {each.reason for each in csm.flags} == {"use_drop", "failed_payment", "30", "idle_7"}


def test_a_flag_of_the_score_says_what_it_was():
    (found,) = decided(AT_RISK).flags
    assert found.evidence == "health 40: utilisation 20 % (health was 80)"


# -- the first run -----------------------------------------------------------------------------------


def test_the_first_run_records_all_and_alerts_explicit_intent_alone():
    assessment = verdict(BAND, DROP, FAILED, INTENT, CAPACITY, points=4_000, band="at_risk", window=30)
    decision = decided(assessment, previous=None, first_run=True)
    assert {(each.state, each.why) for each in decision.flags} == {("firing", Why.FIRST)}
    (only,) = decision.alerts
    assert (only.audience, only.kind, only.severity) == ("csm", "at_risk", "high")
    assert [each.reason for each in only.flags] == ["cancel_ticket"]
    assert decided(verdict(BAND, DROP, FAILED), previous=None, first_run=True).alerts == ()


def test_the_day_after_the_first_run_says_nothing_of_what_it_recorded():
    assessment = verdict(DROP, INTENT, CAPACITY, window=30)
    first = decided(assessment, previous=None, first_run=True)
    assert decided(assessment, *first.flags) == Decision()


# -- renewal windows ---------------------------------------------------------------------------------


def window_flag(days, state="firing", term=TERM):
    return flag(str(days), state, kind="renewal_window", why=Why.WINDOW_OPENED, term=term)


@pytest.mark.parametrize(
    ("window", "standing", "opened", "closed"),
    [
        (None, [], [], []),
        (120, [], ["120"], []),
        (14, [], ["14"], []),  # those missed collapse into one
        (90, [window_flag(120)], ["90"], ["120"]),
        (90, [window_flag(90)], [], []),
        (90, [window_flag(90, "resolved")], [], []),
        (120, [window_flag(30)], [], []),  # the date moved away: not entered twice
        (30, [window_flag(90, "resolved"), window_flag(60)], ["30"], ["60"]),
        (None, [window_flag(7)], [], []),
        (None, [window_flag(7, term="sub-1@2024-01-01")], [], ["7"]),
        (120, [window_flag(7, term="sub-1@2024-01-01")], ["120"], ["7"]),
    ],
)
def test_windows_are_entered_once_per_term(window, standing, opened, closed):
    decision = decided(verdict(window=window), *standing)
    assert [each.reason for each in decision.flags if each.state == "firing"] == opened
    assert [each.reason for each in decision.flags if each.state == "resolved"] == closed
    told = [("csm", "renewal_window", Why.WINDOW_OPENED), ("customer", "renewal_window", Why.WINDOW_OPENED)]
    assert alerts(decision) == (told if opened else [])


def test_the_window_says_how_far_and_to_what():
    (found,) = decided(verdict(window=30)).flags
    assert (found.evidence, found.term) == ("30 days to the notice deadline", TERM)


def test_recovery_and_a_window_on_one_day_are_one_alert_to_the_csm():
    decision = decided(verdict(window=30), flag("use_drop"))
    assert alerts(decision) == [
        ("csm", "recovered", Why.RECOVERED),
        ("customer", "renewal_window", Why.WINDOW_OPENED),
    ]
    assert [each.reason for each in decision.alerts[0].flags] == ["use_drop", "30"]


# -- properties --------------------------------------------------------------------------------------


def replayed(assessments, first_run=False):
    """Feed assessments day by day, keeping flags as a store would; yield each day's decision."""
    stored: dict[tuple[str, str, str], Flag] = {}
    for day, assessment in enumerate(assessments):
        decision = decide(
            assessment,
            GOOD,
            tuple(stored.values()),
            policy(),
            AS_OF + timedelta(days=day),
            first_run and day == 0,
        )
        stored |= {(each.kind, each.reason, each.term): each for each in decision.flags}
        yield decision, stored


SIGNALS = st.sets(st.sampled_from([INTENT, FAILED, DROP, IDLE, replace(DROP, gate="fleet")]), max_size=3)
DAYS = st.builds(
    lambda signals, window, term: verdict(*signals, window=window, term=term),
    SIGNALS.filter(lambda signals: len({signal.kind for signal in signals}) == len(signals)),
    st.sampled_from([None, 120, 90, 60, 30, 14, 7]),
    st.sampled_from([TERM, "sub-1@2026-01-01"]),
)


@settings(max_examples=50)
@given(st.lists(DAYS, max_size=20), st.booleans())
def test_a_window_is_entered_once_per_term_whatever_the_dates_do(days, first_run):
    entered = [
        (each.term, each.reason)
        for decision, _ in replayed(days, first_run)
        for each in decision.flags
        if each.kind == "renewal_window" and each.state == "firing"
    ]
    assert len(entered) == len(set(entered))
    for term in {term for term, _ in entered}:
        reasons = [int(reason) for at, reason in entered if at == term]
        assert reasons == sorted(reasons, reverse=True)


@settings(max_examples=50)
@given(st.lists(DAYS, max_size=20))
def test_open_risks_are_what_the_last_day_holds_or_gates_hold(days):
    for assessment, (_, stored) in zip(days, replayed(days), strict=True):
        firing = {each.reason for each in stored.values() if each.kind == "at_risk" and each.state in OPEN}
        met = {signal.kind for signal in assessment.signals}
        assert firing <= met
        assert {signal.kind for signal in assessment.signals if not signal.gate} <= firing


@settings(max_examples=50)
@given(st.lists(DAYS, max_size=20))
def test_no_audience_gets_two_alerts_of_a_kind_on_a_day(days):
    for decision, _ in replayed(days):
        keys = [(alert.audience, alert.kind) for alert in decision.alerts]
        assert len(keys) == len(set(keys))
        assert sum(alert.audience == "csm" for alert in decision.alerts) <= 1


@pytest.mark.parametrize("gate", [*GATES, COVERAGE])
def test_a_candidate_that_any_gate_stopped_is_kept_with_it_and_told_to_nobody(gate):
    stopped = verdict(replace(DROP, gate=gate), replace(BAND, gate=gate), points=4_000, band="at_risk")
    found = decided(stopped)
    assert [(each.reason, each.state, each.why, each.gate) for each in found.flags] == [
        ("use_drop", "ok", Why.SUPPRESSED, gate),
        ("band", "ok", Why.SUPPRESSED, gate),
    ]
    assert found.alerts == ()
    released = decided(verdict(DROP), *found.flags)
    assert flags(released) == [("use_drop", "firing", Why.FIRST)]


# -- demoted rules -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("assessment", "standing", "demoted", "changed", "told"),
    [
        (verdict(DROP), [], {"idle_7"}, [("use_drop", Why.FIRST)], [("at_risk", Why.FIRST)]),
        (verdict(DROP), [], {"use_drop"}, [("use_drop", Why.FIRST)], []),
        (
            verdict(DROP, IDLE),
            [flag("use_drop")],
            {"use_drop"},
            [("idle_7", Why.FIRST)],
            [("at_risk", Why.FIRST)],  # nobody has been told of the other
        ),
        (verdict(DROP, IDLE), [flag("idle_7")], {"use_drop"}, [("use_drop", Why.FIRST)], []),
        (verdict(), [flag("use_drop")], {"use_drop"}, [("use_drop", Why.RECOVERED)], []),
        (
            verdict(DROP),
            [flag("use_drop"), flag("idle_7")],
            {"use_drop"},
            [("idle_7", Why.RECOVERED)],
            [("recovered", Why.RECOVERED)],
        ),
        (verdict(DROP), [flag("use_drop", days=14)], {"use_drop"}, [("use_drop", Why.REPEAT_DUE)], []),
    ],
    ids=["other", "quiet", "beside", "joins", "ends", "other ends", "repeat"],
)
def test_a_demoted_rule_is_kept_and_alerts_nobody(assessment, standing, demoted, changed, told):
    found = decide(assessment, GOOD, standing, policy(), AS_OF, False, demoted)
    assert [(each.reason, each.why) for each in found.flags] == changed
    assert [(each.kind, each.why) for each in found.alerts] == told


def test_an_alert_lists_what_a_demoted_rule_found_beside_it():
    found = decide(verdict(DROP, FAILED), GOOD, [], policy(), AS_OF, False, {"use_drop"})
    assert [each.reason for each in found.alerts[0].flags] == ["failed_payment", "use_drop"]
