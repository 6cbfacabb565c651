"""Routes: who gets what, through what, and at which hours."""

import pytest

from config.files import SHIPPED, ConfigError
from config.routes import load_routes
from health.hours import Hours


def routes(folder, hours: str):
    at = folder / "routes.yaml"
    at.write_text((SHIPPED / "routes.yaml").read_text() + f"hours: {hours}\n")
    return load_routes(at)


def test_letters_leave_at_any_time_unless_hours_are_set():
    assert load_routes().hours is None


def test_hours_are_read_whole(tmp_path):
    found = routes(tmp_path, "{ opens: 0, closes: 24 }").hours
    assert found is not None
    assert found.hours() == Hours(0, 24)


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ("{ opens: 18, closes: 8 }", "they must close later than they open"),
        ("{ opens: 8, closes: 8 }", "they must close later than they open"),
        ("{ opens: -1, closes: 8 }", "hours.opens: Input should be greater than or equal to 0"),
        ("{ opens: 8, closes: 25 }", "hours.closes: Input should be less than or equal to 24"),
        ("{ opens: 8 }", "hours.closes: Field required"),
        ("{ opens: 8, closes: 18, zone: UTC }", "zone"),
    ],
)
def test_hours_that_are_none_are_refused_with_their_place(tmp_path, hours, said):
    with pytest.raises(ConfigError) as refusal:
        routes(tmp_path, hours)
    (problem,) = refusal.value.problems
    assert "hours" in problem
    assert said in problem
