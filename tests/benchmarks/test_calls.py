"""The count of calls on a small book; and it is none if others are written than those that changed."""

import pytest

from benchmarks import calls


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "MODELS", 20)
    monkeypatch.setattr(calls, "ACCOUNTS", 500)
    monkeypatch.setattr(calls, "CHANGED", 250)


def test_changed_records_take_as_few_calls_as_a_crm_allows_and_unchanged_ones_none():
    found = {each.bench: each for each in calls.results()}
    assert {name: each.value for name, each in found.items()} == {
        "calls_changed": 6,
        "calls_unchanged": 0,
        "calls_changed_salesforce": 2,
        "calls_unchanged_salesforce": 0,
    }
    dearer = calls._compared("calls_changed", 6, "", 4)
    assert (dearer.ratio, dearer.shown()["ok"]) == (1.5, False)
    assert found["calls_unchanged_salesforce"].shown()["ok"]


def test_calls_are_not_counted_for_other_records_than_those_that_changed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(calls, "_change", lambda _database: None)
    with pytest.raises(calls.WrongRecords):
        list(calls.results())
