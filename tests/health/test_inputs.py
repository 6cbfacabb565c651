"""Inputs: a mapping like any other, and values in the order that somebody else wants them."""

import pytest

from health.nouns import NOT_APPLICABLE, Inputs

INPUTS = Inputs(("seats", "idle_days", "nps"), (20.0, NOT_APPLICABLE, None))
PLAIN = {"seats": 20.0, "idle_days": NOT_APPLICABLE, "nps": None}


def test_inputs_are_a_mapping():
    assert INPUTS == PLAIN
    assert dict(INPUTS) == PLAIN
    assert repr(INPUTS) == repr(PLAIN)
    assert (len(INPUTS), "nps" in INPUTS, INPUTS["seats"]) == (3, True, 20.0)
    with pytest.raises(KeyError, match="bands"):
        INPUTS["bands"]


@pytest.mark.parametrize(
    ("names", "values"),
    [
        (("seats", "idle_days", "nps"), (20.0, NOT_APPLICABLE, None)),
        (("nps", "seats"), (None, 20.0)),
        (("seats", "bands"), (20.0, None)),
        ((), ()),
    ],
)
def test_values_come_in_the_order_of_the_names(names, values):
    assert INPUTS.of(names) == values
