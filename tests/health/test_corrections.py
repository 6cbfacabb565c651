"""What was told is corrected where it would not have been told, and only then."""

from dataclasses import replace

import pytest

from health.corrections import closed, corrected, differs, doubtful, ends_otherwise, unfounded
from health.judge import SCORE
from health.nouns import Signal, Why
from tests.health.examples import AS_OF, policy
from tests.health.test_decide import AT_RISK, DROP, FAILED, IDLE, alerts, decided, flag, flags, verdict

GATED = replace(DROP, gate="volume")


@pytest.mark.parametrize(
    ("told", "known", "found"),
    [
        (verdict(DROP), verdict(), True),
        (verdict(DROP), verdict(GATED), True),
        (verdict(DROP), verdict(DROP), False),
        (verdict(DROP, IDLE), verdict(IDLE), True),
        (verdict(), verdict(), False),  # its day does not explain it
        (verdict(GATED), verdict(), False),
        (verdict(DROP), verdict(Signal("use_drop", "risk", "use down 55 %")), False),
        (verdict(DROP), verdict(undecided=("use_drop",)), False),  # nobody can tell any more
    ],
)
def test_a_flag_is_unfounded_where_its_day_gives_no_ground_any_more(told, known, found):
    assert unfounded(flag("use_drop"), told, known) is found


@pytest.mark.parametrize(("band", "found"), [("watch", True), ("unknown", False)])
def test_a_score_is_no_correction_of_another_where_too_little_is_known(band, found):
    assert unfounded(flag(SCORE), AT_RISK, verdict(points=6_000, band=band)) is found


@pytest.mark.parametrize(
    ("told", "known", "found"),
    [
        (verdict(DROP), verdict(DROP), False),
        (verdict(DROP), verdict(Signal("use_drop", "risk", "use down 55 %")), False),
        (verdict(DROP), verdict(), True),
        (verdict(DROP), verdict(GATED), True),
        (verdict(points=4_900), verdict(points=4_800), True),
    ],
)
def test_a_day_differs_by_its_score_and_its_signals(told, known, found):
    assert differs(told, known) is found


@pytest.mark.parametrize(
    ("standing", "late", "found"),
    [
        ([flag("use_drop")], False, ["use_drop"]),
        ([flag("capacity", kind="expansion")], False, ["capacity"]),
        ([flag("key_shared", kind="licensing")], False, ["key_shared"]),
        ([flag("90", kind="renewal_window")], True, []),
        ([flag("use_drop"), flag("idle_7")], False, ["use_drop"]),
        ([flag("use_drop"), flag("idle_7")], True, ["use_drop"]),  # today speaks for the other
        ([flag("months_down"), flag("idle_7")], False, []),
        ([flag("months_down"), flag("idle_7")], True, ["months_down"]),
        ([flag("months_down", "resolved")], True, []),
    ],
)
def test_looked_at_are_flags_that_end_and_after_late_facts_those_nothing_speaks_for(standing, late, found):
    now = verdict(IDLE, undecided=("months_down",))
    assert [each.reason for each in doubtful(decided(now, *standing), standing, now, late=late)] == found


def mended(now, standing, *wrong):
    """What is told of a day on which flags of these reasons turn out never to have been so."""
    made = decided(now, *standing)
    never = [closed(each, AS_OF) for each in standing if each.reason in wrong]
    return corrected(made, standing, never, policy())


STANDS = verdict(IDLE, undecided=("months_down",))
BOTH = [flag("use_drop"), flag("idle_7")]


@pytest.mark.parametrize(
    ("now", "standing", "wrong", "told"),
    [
        (verdict(), [flag("use_drop")], ["use_drop"], [("csm", "recovered", Why.CORRECTED)]),
        (verdict(), BOTH, ["use_drop", "idle_7"], [("csm", "recovered", Why.CORRECTED)]),
        (verdict(), BOTH, ["use_drop"], [("csm", "recovered", Why.RECOVERED)]),
        (verdict(IDLE), BOTH, ["use_drop"], [("csm", "at_risk", Why.CORRECTED)]),
        (verdict(IDLE), BOTH, [], []),
        (STANDS, [flag("months_down"), flag("idle_7")], ["months_down"], [("csm", "at_risk", Why.CORRECTED)]),
        (
            *(verdict(FAILED), [flag("use_drop")], ["use_drop"]),
            [("csm", "at_risk", Why.FIRST), ("customer", "failed_payment", Why.FIRST)],
        ),
    ],
)
def test_a_correction_is_told_in_the_alert_that_goes_on_or_as_its_end(now, standing, wrong, told):
    decision = mended(now, standing, *wrong)
    assert alerts(decision) == told
    closed_now = [(reason, state) for reason, state, why in flags(decision) if why is Why.CORRECTED]
    assert closed_now == [(reason, "resolved") for reason in wrong]
    assert ends_otherwise(decision) is (("csm", "recovered", Why.RECOVERED) in told)


GROWN = [flag("capacity", kind="expansion"), flag("interest", kind="expansion")]
SHARED = flag("key_shared", kind="licensing")
NO_ROOM = [("sales", "expansion", Why.CORRECTED), ("customer", "expansion", Why.CORRECTED)]


@pytest.mark.parametrize(
    ("now", "standing", "wrong", "told"),
    [
        (verdict(), GROWN, ["capacity", "interest"], NO_ROOM),
        (verdict(), GROWN, ["capacity"], []),  # the other was so, and is over
        (verdict(undecided=("interest",)), GROWN, ["capacity"], []),  # there may be room still
        (verdict(), [SHARED], ["key_shared"], [("ops", "licensing", Why.CORRECTED)]),
        (verdict(), [SHARED], [], []),
    ],
)
def test_room_to_grow_that_never_was_is_told_once_nothing_of_it_was_so(now, standing, wrong, told):
    assert alerts(mended(now, standing, *wrong)) == told


def test_what_ends_as_well_and_is_no_risk_is_kept_as_it_is():
    decision = mended(verdict(), [flag("use_drop"), flag("capacity", kind="expansion")], "use_drop")
    assert [(each.reason, each.why) for each in decision.flags] == [
        ("capacity", Why.RECOVERED),
        ("use_drop", Why.CORRECTED),
    ]


def test_a_rule_that_is_demoted_is_corrected_in_silence():
    standing = [flag("use_drop"), flag("idle_7")]
    decision = decided(verdict(IDLE), *standing)
    after = corrected(decision, standing, [closed(standing[0], AS_OF)], policy(), ["use_drop"])
    assert (after.alerts, flags(after)) == ((), [("use_drop", "resolved", Why.CORRECTED)])


def test_what_was_corrected_may_open_again_in_its_term():
    once = flag("use_drop", "resolved", why=Why.CORRECTED)
    assert [each.why for each in decided(verdict(DROP), once).alerts] == [Why.FIRST]
