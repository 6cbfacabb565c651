"""What is at stake in accounts of several currencies, in one."""

from datetime import date

import pytest
from sqlalchemy import insert

from store.installation import set_setting
from store.tables import facts, source_status
from worker.stakes import Stakes

DAY = date(2026, 6, 1)
RATES = [
    {"day": date(2026, 1, 1), "base": "EUR", "quote": "USD", "rate": 1.25},
    {"day": date(2026, 1, 1), "base": "EUR", "quote": "JPY", "rate": 160.0},
    {"day": date(2026, 7, 1), "base": "EUR", "quote": "USD", "rate": 9.0},
]


@pytest.fixture
def database(deployment):
    with deployment.database.write() as connection:
        connection.execute(insert(source_status), [{"source": "files"}])
        rows = [{"source": "files", "batch": 1, **rate} for rate in RATES]
        connection.execute(insert(facts["rates"]), rows)
        set_setting(connection, "currency", "EUR")
    return deployment.database


@pytest.mark.parametrize(
    ("quoted", "priority"),
    [
        ({"priority": 900, "currency": "EUR"}, 900),
        ({"priority": 1_000, "currency": "USD"}, 800),
        ({"priority": 16_000, "currency": "JPY"}, 10_000),
        ({"priority": 700, "currency": "CHF"}, 700),
        ({"priority": 700, "currency": None}, 700),
        ({"priority": 0, "currency": "USD"}, 0),
        ({"currency": "USD"}, 0),
    ],
)
def test_a_priority_is_put_into_the_installations_currency(database, quoted, priority):
    with database.read() as connection:
        assert Stakes(connection, DAY).priority(quoted) == priority
