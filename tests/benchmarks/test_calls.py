"""The count of calls on a small book; and it is none if others are written than those that changed."""

import pytest

from benchmarks import calls


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "MODELS", 20)
    monkeypatch.setattr(calls, "ACCOUNTS", 500)
    monkeypatch.setattr(calls, "CHANGED", 250)
    monkeypatch.setattr(calls, "BATCH", 125)


def test_changed_records_take_as_few_calls_as_hubspot_allows_and_unchanged_ones_none():
    changed, unchanged = calls.results()
    assert (changed.value, unchanged.value) == (6, 0)
    assert (changed.ratio, changed.shown()["ok"], unchanged.shown()["ok"]) == (1.5, False, True)


def test_calls_are_not_counted_for_other_records_than_those_that_changed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(calls, "_change", lambda _database: None)
    with pytest.raises(calls.WrongRecords):
        list(calls.results())
