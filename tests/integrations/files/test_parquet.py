import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from health.records import Account, Subscription, Usage
from integrations.errors import Misconfigured, RetryLater
from tests.integrations.files.conftest import Drop

arrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")


def write(drop: Drop, name: str, **columns: list[object]) -> None:
    parquet.write_table(arrow.table(columns), drop.folder / f"{name}.parquet")


def test_typed_columns_are_read_like_text(drop: Drop):
    write(
        drop,
        "subscriptions",
        subscription_id=["s", "t"],
        account_id=["a", "b"],
        term_start=[date(2026, 1, 1), date(2026, 2, 1)],
        purchased_at=[datetime(2026, 1, 1, tzinfo=UTC), None],
        seats=[25.0, None],
        mrr=[19.99, 20.0],
        list_price=[Decimal("25.50"), None],
        currency=["USD", "USD"],
        auto_renew=[True, None],
    )

    assert drop.records() == [
        Subscription(
            "s",
            "a",
            date(2026, 1, 1),
            purchased_ms=1_767_225_600_000,
            seats=25,
            mrr_minor=1999,
            list_price_minor=2550,
            currency="USD",
            auto_renew=True,
        ),
        Subscription("t", "b", date(2026, 2, 1), mrr_minor=2000, currency="USD"),
    ]


def test_use_and_rejects(drop: Drop):
    write(
        drop,
        "usage",
        account_id=["a", "a", b"\xff", "b"],
        day=[date(2026, 1, 5)] * 4,
        events=[1, 2, 3, 4],
        hours=[0.5, 0.5, 0.5, float("inf")],
    )

    assert drop.records() == [Usage("a", date(2026, 1, 5), events=1, metrics='{"hours":0.5}')]
    assert [line for line, _, _ in drop.rejects("usage")] == [2, 3, 4]


def test_a_file_cut_off_is_refused(drop: Drop):
    write(drop, "accounts", account_id=["a"])
    path = drop.folder / "accounts.parquet"
    path.write_bytes(path.read_bytes()[:-10])

    with pytest.raises(RetryLater, match=r"accounts\.parquet ends in the middle"):
        drop.source().check()


def test_without_the_extra_it_is_named(drop: Drop, monkeypatch: pytest.MonkeyPatch):
    write(drop, "accounts", account_id=["a"])
    assert drop.records() == [Account("a")]

    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)

    with pytest.raises(Misconfigured, match=r"pip install 'seatsignal\[parquet\]'"):
        drop.source().check()
