"""Which days of the event log are due: over by the earlier clock, and kept whole by the later one."""

from datetime import UTC, date, datetime, timedelta

import pytest

from integrations.keygen.place import Place

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATE, MIDNIGHT = datetime(2026, 11, 19, 23, 55, tzinfo=UTC), datetime(2026, 11, 20, 0, 5, tzinfo=UTC)
EVENING = datetime(2026, 11, 20, 22, 55, tzinfo=UTC)
KEPT_DAYS = 5


@pytest.mark.parametrize(
    ("earliest", "latest", "through", "first", "last"),
    [
        (NOON, NOON, None, 16, 19),
        (LATE, MIDNIGHT, None, 16, 18),  # the 19th is over by our clock alone
        (LATE, MIDNIGHT, 18, 0, 0),
        (MIDNIGHT, MIDNIGHT, 18, 18, 19),
        (EVENING, EVENING, None, 16, 19),
        (EVENING, EVENING + timedelta(hours=2), None, 17, 19),  # by Keygen's the 16th is being deleted
    ],
)
def test_due(earliest: datetime, latest: datetime, through: int | None, first: int, last: int) -> None:
    place = Place(through and date(2026, 11, through), through and date(2026, 11, 1))
    days = [date(2026, 11, day) for day in range(first, last + 1)] if first else []
    assert list(place.due(earliest, latest, KEPT_DAYS)) == days
