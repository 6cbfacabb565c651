from datetime import date

import pytest

from config.calendars import workdays


@pytest.mark.parametrize(
    ("day", "country", "region", "works"),
    [
        (date(2025, 6, 4), "", "", True),
        (date(2025, 6, 7), "", "", False),
        (date(2025, 10, 3), "DE", "", False),
        (date(2025, 10, 3), "de", "", False),
        (date(2025, 10, 3), "FR", "", True),
        (date(2025, 6, 19), "DE", "BY", False),  # Corpus Christi
        (date(2025, 6, 19), "DE", "BE", True),
        (date(2025, 10, 3), "DE", "Nowhere", False),
        (date(2025, 7, 4), "US", "None", False),
        (date(2025, 10, 3), "Atlantis", "", True),
        (date(2025, 1, 1), "XX", "YY", True),
    ],
)
def test_workdays(day, country, region, works):
    assert workdays().is_workday(day, country, region) is works


def test_a_mask_is_day_by_day():
    first = date(2025, 9, 29)
    assert workdays().mask(first, 7, "DE", "") == (True, True, True, True, False, False, False)
    assert workdays().mask(first, 0, "DE", "") == ()
