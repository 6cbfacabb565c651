from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from integrations.rows.values import as_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (7, "7"),
        (2.0, "2"),
        (0.1, "0.1"),
        (float("nan"), "nan"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1.50"), "1.50"),
        ("a, b", "a, b"),
        (b"\xc3\xa9", "é"),
        (memoryview(b"\xff"), "\udcff"),
        (["a", 1, None], "a,1,"),
        ({"a": [1, date(2026, 6, 1)]}, '{"a":[1,"2026-06-01"]}'),
        (date(2026, 6, 1), "2026-06-01"),
        (datetime(2026, 6, 1, 9, tzinfo=UTC), "2026-06-01 09:00:00+00:00"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_a_value_is_the_text_that_a_file_would_hold(value: object, text: str) -> None:
    assert as_text(value) == text
