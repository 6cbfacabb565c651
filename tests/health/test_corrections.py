"""An alert is corrected where none of its flags would have been told, and only then."""

from dataclasses import replace

import pytest

from health.alerts import Alert
from health.corrections import corrected, ended, unfounded
from health.decide import Decision
from health.nouns import Signal, Why
from tests.health.test_decide import DROP, IDLE, decided, flag, verdict

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
    ],
)
def test_a_flag_is_unfounded_where_its_day_gives_no_ground_any_more(told, known, found):
    assert unfounded(flag("use_drop"), told, known) is found


def test_what_ends_is_corrected_and_what_opens_beside_it_is_not():
    decision = decided(verdict(), flag("use_drop"), flag("capacity", kind="expansion"))
    assert [each.reason for each in ended(decision)] == ["use_drop"]
    found = corrected(decision, ended(decision))
    assert [(each.reason, each.why) for each in found.flags] == [
        ("use_drop", Why.CORRECTED),
        ("capacity", Why.RECOVERED),
    ]
    assert [(each.kind, each.why) for each in found.alerts] == [("recovered", Why.CORRECTED)]
    assert {each.why for each in found.alerts[0].flags} == {Why.CORRECTED}


def test_nothing_ends_where_nothing_is_told_of_it():
    assert ended(decided(verdict(IDLE), flag("use_drop"), flag("idle_7"))) == ()
    assert ended(Decision(alerts=(Alert("csm", "at_risk", Why.FIRST, "normal", "", ()),))) == ()


def test_what_was_corrected_may_open_again_in_its_term():
    once = flag("use_drop", "resolved", why=Why.CORRECTED)
    assert [each.why for each in decided(verdict(DROP), once).alerts] == [Why.FIRST]
